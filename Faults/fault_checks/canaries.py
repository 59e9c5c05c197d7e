"""Plants unique values wherever a secret can be given, and looks for them where none may be."""

import base64
import http.client
import itertools
import json
import socket

from livetest.checks import Checks, equal, true

CHECKS = Checks("canaries")


class Canaries:
    """Makes the values, and collects every answer that is an error."""

    def __init__(self):
        self.numbers = itertools.count(1)
        self.planted = {}
        self.errors = []

    def new(self, where):
        """A value that stands nowhere else; long enough to be recognised when it is cut short."""
        value = f"canary{next(self.numbers):04}Zq7xK2vWm9"
        self.planted[value] = where
        return value

    def observe(self, method, path, answer):
        if answer.status >= 400:
            where = f"{answer.status} of {method} {path.split('?')[0]}"
            self.errors.append((where, answer.body + repr(answer.headers).encode()))

    def found_in(self, name, content):
        """Each canary that the content holds, plain, in base64, in hexadecimal or cut short."""
        for value, where in self.planted.items():
            for spelling in spellings(value):
                if spelling in content:
                    yield f"the {where} is in {name}"
                    break


def spellings(value):
    plain = value.encode()
    yield plain
    yield plain[:10]
    yield plain.hex().encode()
    # Base64 of the same bytes at each of the three places that they can have in a longer text.
    for shift in range(3):
        yield base64.b64encode(b"\0" * shift + plain)[4:-4]


@CHECKS.check("a server with its most talkative log and an audit file")
def _(world):
    server = world.server = world.new_server("canaries", log_level="trace")
    server.start()
    server.initialize(shares=3, threshold=2)
    world.canaries = Canaries()
    world.canaries.planted[server.root_token] = "root token"
    for key in server.keys:
        world.canaries.planted[key] = "unseal share"
    server.unseal()
    world.audit_file = server.folder / "audit.log"
    world.api = server.api()
    world.api.observer = world.canaries.observe
    world.api.must("POST", "/v1/sys/audit/file", {"type": "file", "options": {"file_path": str(world.audit_file)}})
    world.api.must("POST", "/v1/sys/mounts/secret", {"type": "kv-v2"})
    world.api.must("POST", "/v1/sys/mounts/plain", {"type": "kv"})


@CHECKS.check("planted in secrets: written, read, patched, refused")
def _(world):
    new, api = world.canaries.new, world.api
    value = new("value of a kv v2 secret")
    api.must("POST", "/v1/secret/data/a", {"data": {"k": value, "deep": {"list": [new("nested value")]}}})
    equal(api.must("GET", "/v1/secret/data/a").data["data"]["k"], value, "what is read")
    patch = {"Content-Type": "application/merge-patch+json"}
    api.must("PATCH", "/v1/secret/data/a", {"data": {"p": new("patched value")}}, headers=patch)
    api.must("POST", "/v1/plain/a", {"k": new("value of a kv v1 secret")})
    api.must("PUT", "/v1/cubbyhole/a", {"k": new("cubbyhole value")})
    for body in (
        {"data": {"k": new("value with a wrong cas")}, "options": {"cas": 99}},
        {"data": {"k": "v"}, "options": {"cas": new("cas that is no number")}},
        {"data": {"k": "v"}, "options": new("options that are no object")},
        {"data": new("data that is no object")},
        {"k": new("value without data")},
    ):
        equal(api.post("/v1/secret/data/a", body).status, 400, f"status of {list(body)}")
    long = {"custom_metadata": {"k": new("custom metadata that is too long") * 100}}
    equal(api.post("/v1/secret/metadata/a", long).status, 400, "status of long metadata")
    large = {"data": {"k": new("secret that is too large") * 90_000}}
    true(api.post("/v1/secret/data/large", large).status in (400, 413), "status of a large secret")
    equal(api.get(f"/v1/secret/data/a?version={new('version that is no number')}").status, 400, "status")


@CHECKS.check("planted in bodies that are no JSON, forms and query strings")
def _(world):
    new, api = world.canaries.new, world.api
    for where, text in (
        ("half a JSON text", '{"data": {"k": "%s'), ("JSON with a comma too many", '{"data": {"k": "%s",}}'),
        ("text that is no JSON", "%s"), ("JSON in single quotes", "{'data': '%s'}"),
        ("JSON with a bad escape", '{"k": "%s\\x"}'), ("JSON after JSON", '{} "%s"'),
        ("deep JSON", "[" * 600 + '"%s"' + "]" * 600), ("JSON with a name twice", '{"k": "%s", "k": 1'),
    ):
        answer = api.post("/v1/secret/data/b", raw=(text % new(where)).encode())
        equal(answer.status, 400, f"status of {where}")
    broken = b'{"data": {"k": "' + new("JSON that is no UTF-8").encode() + b'\xff\xfe"}}'
    equal(api.post("/v1/secret/data/b", raw=broken).status, 400, "status")
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    api.post("/v1/plain/form", raw=f"k={new('form value')}".encode(), headers=form)
    api.post("/v1/plain/form", raw=f"k={new('form with a bad escape')}%zz".encode(), headers=form)
    api.get(f"/v1/plain/a?password={new('query value')}")
    api.get(f"/v1/plain/a?k=%zz{new('query with a bad escape')}")


@CHECKS.check("planted in tokens: made, used, unknown, misspelt, in every place that takes one")
def _(world):
    new, api = world.canaries.new, world.api
    own = new("token with a chosen value")
    api.must("POST", "/v1/auth/token/create", {"id": own, "policies": ["default"], "ttl": "1h"})
    made = api.must("POST", "/v1/auth/token/create", {"meta": {"m": "x"}}).json["auth"]
    world.canaries.planted[made["client_token"]] = "token that was made"
    theirs = world.server.api(own)
    theirs.observer = world.canaries.observe
    theirs.must("GET", "/v1/auth/token/lookup-self")
    equal(theirs.get("/v1/sys/mounts").status, 403, "status")
    for path in ("lookup", "renew", "revoke", "revoke-orphan"):
        api.post(f"/v1/auth/token/{path}", {"token": new(f"unknown token given to {path}")})
    for headers in (
        {"X-Vault-Token": new("unknown token")},
        {"Authorization": "Bearer " + new("unknown bearer token")},
        {"Authorization": "Basic " + new("basic credentials")},
        {"X-Vault-Token": "hvs." + new("unknown token with a prefix")},
        {"X-Vault-Token": new("token that is too long") * 1000},
    ):
        answer = api.get("/v1/secret/data/a", token="", headers=headers)
        true(answer.status in (403, 431), f"status {answer.status}")
    for field, value in (
        ("ttl", new("ttl that is none")), ("num_uses", new("number that is none")),
        ("renewable", new("boolean that is none")), ("meta", new("metadata that is none")),
        ("id", new("token with a period") + ".x"), ("type", new("type that is none")),
    ):
        equal(api.post("/v1/auth/token/create", {field: value}).status, 400, f"status of {field}")
    api.must("POST", "/v1/auth/token/revoke", {"token": own})
    equal(theirs.get("/v1/auth/token/lookup-self").status, 403, "status")


@CHECKS.check("planted in policies with mistakes")
def _(world):
    new, api = world.canaries.new, world.api
    for where, text in (
        ("policy with an unknown capability", 'path "x" {{ capabilities = ["{}"] }}'),
        ("policy with an unknown key", 'path "x" {{ {} = ["read"] }}'),
        ("policy that ends too early", 'path "x" {{ capabilities = ["read"] \n # {}\n'),
        ("policy with an open string", 'path "{} {{ capabilities = ["read"] }}'),
        ("policy of an unknown kind", '{} "x" {{ capabilities = ["read"] }}'),
        ("policy that is no text of the kind", "{}"),
        ("policy in bad JSON", '{{"path": {{"x": {{"capabilities": ["{}"]'),
        ("policy with a bad wrapping time", 'path "x" {{ capabilities = ["read"] min_wrapping_ttl = "{}" }}'),
    ):
        answer = api.post("/v1/sys/policies/acl/mistaken", {"policy": text.format(new(where))})
        equal(answer.status, 400, f"status of a {where}")
    api.must("POST", "/v1/sys/policies/acl/good", {
        "policy": 'path "plain/*" { capabilities = ["update"] denied_parameters = { "k" = [], "d" = ["%s"] } }'
        % new("denied parameter")
    })
    token = api.must("POST", "/v1/auth/token/create", {"policies": ["good"]}).json["auth"]["client_token"]
    limited = world.server.api(token)
    limited.observer = world.canaries.observe
    equal(limited.post("/v1/plain/a", {"k": new("parameter that a policy denies")}).status, 403, "status")


@CHECKS.check("planted in passwords of methods that are there and that are not")
def _(world):
    new = world.canaries.new
    api = world.server.api("")
    api.observer = world.canaries.observe
    for path, field in (
        ("userpass/login/bob", "password"), ("ldap/login/bob", "password"), ("approle/login", "secret_id"),
        ("token/login", "password"),
    ):
        answer = api.post(f"/v1/auth/{path}", {field: new(f"{field} given to {path}")})
        true(400 <= answer.status < 500, f"status {answer.status} of {path}")


@CHECKS.check("planted in users, roles, secret ids and one-time passwords: made, used, misspelt")
def _(world):
    new, api = world.canaries.new, world.api
    for method in ("userpass", "approle"):
        api.must("POST", f"/v1/sys/auth/{method}", {"type": method})
    api.must("POST", "/v1/sys/mounts/totp", {"type": "totp"})
    password = new("password of a user")
    api.must("POST", "/v1/auth/userpass/users/bob", {"password": password})
    api.must("POST", "/v1/auth/userpass/login/bob", {"password": password}, token="")
    api.must("POST", "/v1/auth/approle/role/web", {"role_id": "web"})
    secret_id = new("secret id of a role")
    api.must("POST", "/v1/auth/approle/role/web/custom-secret-id", {"secret_id": secret_id})
    made = api.must("POST", "/v1/auth/approle/role/web/secret-id").data["secret_id"]
    world.canaries.planted[made] = "secret id that was made"
    api.must("POST", "/v1/auth/approle/login", {"role_id": "web", "secret_id": secret_id}, token="")
    key = {"generate": True, "issuer": "x", "account_name": "x"}
    url = api.must("POST", "/v1/totp/keys/k", key).data["url"]
    world.canaries.planted[url.rsplit("=", 1)[1]] = "one-time password key"
    for path, body in (
        ("auth/userpass/login/bob", {"password": new("wrong password")}),
        ("auth/userpass/login/bob", {"password": [{"deep": new("password in a list")}]}),
        ("auth/userpass/users/carol", {"password": new("password that is too long") * 5}),
        ("auth/userpass/users/carol", {"password_hash": new("password hash that is none")}),
        ("auth/userpass/users/carol", {"password": new("password"), "token_type": new("token type that is none")}),
        ("auth/userpass/users/carol", {"password": new("password"), "token_bound_cidrs": new("network that is none")}),
        ("auth/approle/login", {"role_id": "web", "secret_id": new("wrong secret id")}),
        ("auth/approle/login", {"role_id": new("wrong role id"), "secret_id": secret_id}),
        ("auth/approle/role/web/custom-secret-id", {"secret_id": secret_id}),
        ("auth/approle/role/web/secret-id", {"metadata": new("metadata that is none")}),
        ("auth/approle/role/web/secret-id-accessor/lookup", {"secret_id_accessor": new("accessor that is none")}),
        ("auth/approle/role/web/secret-id-accessor/destroy", {"secret_id_accessor": secret_id}),
        ("totp/keys/bad", {"key": new("key that is none") + "!"}),
        ("totp/keys/bad", {"url": new("url that is none")}),
        ("totp/keys/bad", {"key": "MY", "algorithm": new("algorithm that is none")}),
        ("totp/code/k", {"code": {"deep": new("code in an object")}}),
    ):
        answer = api.post(f"/v1/{path}", body)
        true(400 <= answer.status < 500, f"status {answer.status} of {path} with {list(body)}")
    equal(api.must("POST", "/v1/totp/code/k", {"code": new("code that is none")}).data, {"valid": False})


@CHECKS.check("planted in shares of the unseal key")
def _(world):
    new = world.canaries.new
    world.api.must("PUT", "/v1/sys/seal")
    api = world.server.api("")
    api.observer = world.canaries.observe
    share = new("unseal share of a right length").ljust(33, "x").encode()
    for text in (
        new("unseal share that is no base64") + "!", base64.b64encode(share).decode(), share.hex(),
        base64.b64encode(new("unseal share that is too long").encode() * 20).decode(),
    ):
        api.request("PUT", "/v1/sys/unseal", {"key": text})
    for text in (base64.b64encode(share[::-1]).decode(), share[::-1].hex()):
        api.request("PUT", "/v1/sys/unseal", {"key": text})
    api.request("PUT", "/v1/sys/unseal", {"key": {"deep": new("unseal share in an object")}})
    api.request("PUT", "/v1/sys/unseal", raw=b'{"key": "' + new("unseal share in bad JSON").encode())
    api.request("PUT", "/v1/sys/unseal", {"reset": True})
    # A secret of a client that does not know that the server is sealed.
    equal(world.api.post("/v1/secret/data/c", {"data": {"k": new("secret given while sealed")}}).status, 503)
    world.server.unseal()


@CHECKS.check("planted in wrapped answers, hashes and lookups")
def _(world):
    new, api = world.canaries.new, world.api
    wrapped = api.must("POST", "/v1/sys/wrapping/wrap", {"k": new("wrapped value")}, headers={"X-Vault-Wrap-TTL": "60"})
    token = wrapped.json["wrap_info"]["token"]
    world.canaries.planted[token] = "wrapping token"
    api.must("POST", "/v1/sys/wrapping/lookup", {"token": token}, token="")
    api.must("POST", "/v1/sys/wrapping/unwrap", {"token": token})
    for path in ("lookup", "unwrap", "rewrap"):
        answer = api.post(f"/v1/sys/wrapping/{path}", {"token": new(f"unknown wrapping token given to {path}")})
        equal(answer.status, 400, f"status of {path}")
    api.must("POST", "/v1/sys/audit-hash/file", {"input": new("value to hash")})
    api.post("/v1/sys/audit-hash/nosuch", {"input": new("value to hash by no device")})
    api.post("/v1/sys/capabilities", {"token": new("token whose capabilities are asked"), "paths": ["x"]})
    for path in ("lookup-accessor", "revoke-accessor", "renew-accessor"):
        api.post(f"/v1/auth/token/{path}", {"accessor": new(f"accessor given to {path}")})
    answer = api.get("/v1/secret/data/a", headers={"X-Vault-Wrap-TTL": new("wrap time that is none")})
    equal(answer.status, 400, "status")


@CHECKS.check("planted in requests that are broken as HTTP")
def _(world):
    new = world.canaries.new
    for where, text in (
        ("header without a colon", "GET /v1/sys/health HTTP/1.1\r\nHost: x\r\nX-Vault-Token {}\r\n\r\n"),
        ("header with a bare line feed", "GET /v1/x HTTP/1.1\r\nHost: x\r\nX-Vault-Token: a\n{}\r\n\r\n"),
        ("line that is no request", "{}\r\n\r\n"),
        ("version that is none", "GET /v1/x {}\r\nHost: x\r\n\r\n"),
        ("length that is none", "POST /v1/plain/a HTTP/1.1\r\nHost: x\r\nContent-Length: {}\r\n\r\n"),
        ("chunk that is none", "POST /v1/plain/a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n{}\r\n"),
        ("body that ends too early", "POST /v1/plain/a HTTP/1.1\r\nHost: x\r\nContent-Length: 500\r\n\r\n{{\"k\": \"{}"),
    ):
        with socket.create_connection(("127.0.0.1", world.server.port), timeout=10) as connection:
            connection.sendall(text.format(new(where)).encode())
            connection.shutdown(socket.SHUT_WR)
            world.canaries.errors.append((f"answer to a {where}", received(connection)))
    equal(world.api.get("/v1/sys/health").status, 200, "the server goes on")


def received(connection):
    try:
        return connection.makefile("rb").read()
    except (OSError, http.client.HTTPException):
        return b""


@CHECKS.check("no error answer holds a planted value")
def _(world):
    true(len(world.canaries.errors) > 60, f"only {len(world.canaries.errors)} errors were seen")
    found = [text for where, body in world.canaries.errors for text in world.canaries.found_in(where, body)]
    equal(found, [], "leaks")


@CHECKS.check("the audit file holds none, and does hold their hashes")
def _(world):
    content = world.audit_file.read_bytes()
    true(content.count(b"hmac-sha256:") > 100, "the file has no hashes")
    equal(list(world.canaries.found_in("the audit file", content)), [], "leaks")
    for line in content.splitlines():
        json.loads(line)


@CHECKS.check("the stored data hold none")
def _(world):
    for file in (world.server.folder / "data").rglob("*"):
        if file.is_file():
            equal(list(world.canaries.found_in(file.name, file.read_bytes())), [], "leaks")


@CHECKS.check("the server's log holds none")
def _(world):
    equal(world.server.stop(), 0, "exit status")
    content = world.server.log.read_bytes()
    true(content.strip(), "the log is empty")
    equal(list(world.canaries.found_in("the log", content)), [], "leaks")


@CHECKS.check("the search finds a canary in each spelling")
def _(world):
    canaries = Canaries()
    value = canaries.new("value").encode()
    for content in (
        b"x" + value + b"y", value.hex().encode(), base64.b64encode(b"k=" + value + b";"), value[:12], base64.b64encode(value),
    ):
        equal(len(list(canaries.found_in("the text", content))), 1, f"findings in {content!r}")
    equal(list(canaries.found_in("the text", b"nothing of the kind")), [], "findings")
