"""Stand-ins for Duo, Okta and PingID, over TLS, that check what they are asked with the standard library only."""

import base64
import hashlib
import hmac
import json
import ssl
import subprocess
import threading
import time
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

DUO = {"integration_key": "DIWJ8X6AEYOR5OMC6TQ1", "secret_key": "Zh5eGmUq9zpfQnyUIu5OL9iWoMMv5ZNmk3zLJ4Ep"}
OKTA_TOKEN = "00QCjAl4MlV-WPXM"
PING_KEY = b"0123456789abcdef0123456789abcdef"
PING = {"token": "pingtoken", "org_alias": "org-1"}


def certificate(folder):
    """A certificate for 127.0.0.1 that signs itself; returns its files."""
    key, made = folder / "service-key.pem", folder / "service.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
         "-keyout", key, "-out", made, "-days", "2", "-subj", "/CN=factor services",
         "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"],
        check=True, capture_output=True,
    )
    return made, key


def url64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def from_url64(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


class FactorServices:
    """All three at one port; `says` is what every user answers, `asked` who was asked and how."""

    def __init__(self, folder):
        self.says = True
        self.waits = 0
        self.asked = []
        self.mistakes = []
        made, key = certificate(folder)
        services = self

        class Handler(Answers):
            pass

        Handler.services = services
        self.httpd = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(made, key)
        self.httpd.socket = context.wrap_socket(self.httpd.socket, server_side=True)
        self.authority = made
        self.place = f"127.0.0.1:{self.httpd.server_address[1]}"
        self.thread = threading.Thread(target=self.httpd.serve_forever, daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.httpd.shutdown()
        self.httpd.server_close()

    def waiting(self):
        """True as often as the test says that the user does not answer yet."""
        self.waits -= 1
        return self.waits >= 0


class Answers(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    services = None

    def log_message(self, *_):
        pass

    def do_GET(self):
        self.respond("")

    def do_POST(self):
        self.respond(self.rfile.read(int(self.headers["Content-Length"])).decode())

    def respond(self, body):
        try:
            path, _, query = self.path.partition("?")
            if path.startswith("/auth/v2/"):
                status, answer = self.duo(path, query if self.command == "GET" else body)
            elif path.startswith("/api/v1/users"):
                status, answer = self.okta(path, query, body)
            elif path == "/pingid/rest/4/authonline/do":
                status, answer = self.pingid(body)
            else:
                raise ValueError(f"an unknown path: {self.path}")
        except (ValueError, KeyError) as mistake:
            self.services.mistakes.append(repr(mistake))
            status, answer = 400, {}
        data = answer.encode() if isinstance(answer, str) else json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    # Duo: the password is an HMAC over date, method, host, path and parameters.

    def duo(self, path, form):
        user, _, password = base64.b64decode(self.headers["Authorization"].split(" ")[1]).decode().partition(":")
        text = "\n".join([self.headers["Date"], self.command, self.headers["Host"].lower(), path, form])
        digest = {40: hashlib.sha1, 128: hashlib.sha512}[len(password)]
        wanted = hmac.new(DUO["secret_key"].encode(), text.encode(), digest).hexdigest()
        if user != DUO["integration_key"] or not hmac.compare_digest(password, wanted):
            raise ValueError("a request that is not signed with the key")
        fields = dict(urllib.parse.parse_qsl(form, strict_parsing=True, keep_blank_values=True))
        if path == "/auth/v2/preauth":
            return 200, {"stat": "OK", "response": {"result": "auth", "status_msg": "Account is active"}}
        if path == "/auth/v2/auth":
            self.services.asked.append(("duo", fields["username"], fields["factor"], fields.get("passcode")))
            return 200, {"stat": "OK", "response": {"txid": "tx-1"}}
        if fields != {"txid": "tx-1"}:
            raise ValueError(f"a status of another transaction: {fields}")
        result = "waiting" if self.services.waiting() else "allow" if self.services.says else "deny"
        return 200, {"stat": "OK", "response": {"result": result, "status": result, "status_msg": ""}}

    # Okta: a static token; a transaction that is polled.

    def okta(self, path, query, body):
        if self.headers["Authorization"] != "SSWS " + OKTA_TOKEN:
            raise ValueError("a request without the token")
        base = "/api/v1/users/00u1/factors"
        if path == "/api/v1/users":
            name = urllib.parse.parse_qs(query)["filter"][0].removeprefix('profile.login eq "').removesuffix('"')
            return 200, [{"id": "00u1", "status": "ACTIVE", "profile": {"login": name}}]
        if path == base:
            return 200, [
                {"id": "ost1", "factorType": "token:software:totp", "status": "ACTIVE"},
                {"id": "opf1", "factorType": "push", "provider": "OKTA", "status": "ACTIVE"},
            ]
        if path == base + "/opf1/verify":
            self.services.asked.append(("okta", "00u1", "push", None))
            href = f"https://{self.services.place}{base}/opf1/transactions/v2tx"
            return 201, {"factorResult": "WAITING", "_links": {"poll": {"href": href}}}
        if path == base + "/ost1/verify":
            code = json.loads(body)["passCode"]
            self.services.asked.append(("okta", "00u1", "passcode", code))
            return (200, {"factorResult": "SUCCESS"}) if self.services.says else (403, {"errorCode": "E0000068"})
        if path == base + "/opf1/transactions/v2tx":
            result = "WAITING" if self.services.waiting() else "SUCCESS" if self.services.says else "REJECTED"
            return 200, {"factorResult": result}
        raise ValueError(f"an unknown path: {path}")

    # PingID: both sides are tokens signed with the organisation's key.

    def pingid(self, body):
        head, claims, signature = body.split(".")
        if not hmac.compare_digest(from_url64(signature), self.sign(f"{head}.{claims}")):
            raise ValueError("a token that is not signed with the key")
        header, claims = json.loads(from_url64(head)), json.loads(from_url64(claims))
        told, asked = claims["reqHeader"], claims["reqBody"]
        if header != {"alg": "HS256", **PING} or (told["secretKey"], told["orgAlias"]) != tuple(PING.values()):
            raise ValueError(f"a header that is not of the organisation: {header}")
        time.strptime(told["timestamp"].split(".")[0], "%Y-%m-%d %H:%M:%S")
        self.services.asked.append(("pingid", asked["userName"], asked["authType"], None))
        code = 200 if self.services.says else 20513
        text = ".".join(url64(json.dumps(part).encode()) for part in (
            {"alg": "HS256"}, {"responseBody": {"errorId": code, "errorMsg": "", "clientData": None}}))
        return 200, f"{text}.{url64(self.sign(text))}"

    @staticmethod
    def sign(text):
        return hmac.new(PING_KEY, text.encode(), hashlib.sha256).digest()


def pingid_settings(place):
    """The settings file in base64."""
    lines = {
        "use_base64_key": base64.b64encode(PING_KEY).decode(), "use_signature": "true", **PING,
        "idp_url": f"https://{place}/pingid", "admin_url": f"https://{place}/pingid",
        "authenticator_url": f"https://{place}/pingid/ppm",
    }
    text = "#Auto-Generated\n" + "".join(f"{name}={value}\n" for name, value in lines.items())
    return base64.b64encode(text.encode()).decode()
