"""A little of everything at a steady pace: clients that log in, read, write, encrypt and go."""

import base64
import http.client
import json
import random
import threading
import time

KEYS = 200
SHORT = "30s"
POLICY = """
path "secret/*" { capabilities = ["create", "read", "update", "delete", "list"] }
path "plain/*" { capabilities = ["create", "read", "update", "delete", "list"] }
path "transit/*" { capabilities = ["update"] }
path "auth/token/create" { capabilities = ["update"] }
path "auth/approle/role/service/secret-id" { capabilities = ["update"] }
path "sys/wrapping/wrap" { capabilities = ["update"] }
"""


def prepare(api):
    """Mounts, roles and users; what a worker needs to know of them."""
    must = api.must
    must("POST", "/v1/sys/policies/acl/worker", {"policy": POLICY})
    must("POST", "/v1/sys/mounts/secret", {"type": "kv-v2"})
    must("POST", "/v1/sys/mounts/plain", {"type": "kv"})
    must("POST", "/v1/sys/mounts/transit", {"type": "transit"})
    for kind in ("aes256-gcm96", "ecdsa-p256", "ed25519"):
        must("POST", f"/v1/transit/keys/{kind}", {"type": kind})
    must("POST", "/v1/sys/auth/approle", {"type": "approle"})
    must("POST", "/v1/sys/auth/userpass", {"type": "userpass"})
    must("POST", "/v1/auth/userpass/users/anna", {"password": "correct horse", "token_ttl": SHORT})
    known = {"token": must("POST", "/v1/auth/token/create", {"policies": ["worker"], "period": "24h"}).json["auth"]["client_token"]}
    for kind in ("service", "batch"):
        role = f"/v1/auth/approle/role/{kind}"
        must("POST", role, {"token_type": kind, "token_ttl": SHORT, "token_policies": ["worker"], "secret_id_ttl": "2m"})
        must("POST", role, {"secret_id_ttl": 0} if kind == "batch" else {"secret_id_ttl": "2m"})
        known[kind] = {"role_id": must("GET", f"{role}/role-id").data["role_id"]}
    known["batch"]["secret_id"] = must("POST", "/v1/auth/approle/role/batch/secret-id").data["secret_id"]
    return known


class Worker(threading.Thread):
    """One client; a fresh connection now and then."""

    def __init__(self, port, known, pace, seed):
        super().__init__(daemon=True)
        self.port, self.known, self.pace = port, known, pace
        self.random = random.Random(seed)
        self.connection = None
        self.requests, self.failures = 0, []
        self.is_over = threading.Event()

    def run(self):
        due = time.monotonic()
        while not self.is_over.is_set():
            try:
                self.step()
            except (OSError, http.client.HTTPException, KeyError, ValueError) as error:
                self.failures.append(f"{type(error).__name__}: {error}")
                self.connection = None
            # Behind schedule it does not hurry: the machine may be busy.
            due = max(due + self.pace, time.monotonic() - 1)
            self.is_over.wait(max(0, due - time.monotonic()))

    def ask(self, method, path, body=None, token=None, wanted=(200, 204), headers=None):
        if self.connection and self.requests % 500 == 499:
            self.connection.close()
            self.connection = None
        if not self.connection:
            self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        fields = {"X-Vault-Token": self.known["token"] if token is None else token} | (headers or {})
        self.connection.request(method, f"/v1/{path}", json.dumps(body) if body is not None else None, fields)
        answer = self.connection.getresponse()
        data = answer.read()
        self.requests += 1
        if answer.status not in wanted:
            self.failures.append(f"{method} {path}: {answer.status} {data[:120]!r}")
        return json.loads(data) if data else {}

    def step(self):
        weights = [weight for weight, _ in STEPS]
        self.random.choices([step for _, step in STEPS], weights)[0](self)

    def key(self):
        return self.random.randrange(KEYS)

    def secret(self):
        return {"value": "x" * self.random.choice((100, 100, 100, 4096))}

    def read_second(self):
        self.ask("GET", f"secret/data/soak/{self.key()}", wanted=(200, 404))

    def write_second(self):
        self.ask("POST", f"secret/data/soak/{self.key()}", {"data": self.secret()})

    def read_first(self):
        self.ask("GET", f"plain/soak/{self.key()}", wanted=(200, 404))

    def write_first(self):
        self.ask("POST", f"plain/soak/{self.key()}", self.secret())

    def remove(self):
        self.ask("DELETE", f"plain/soak/{self.key()}")

    def list(self):
        self.ask("LIST", "secret/metadata/soak", wanted=(200, 404))

    def revoke_token(self):
        made = self.ask("POST", "auth/token/create", {"ttl": SHORT})["auth"]
        self.ask("GET", "auth/token/lookup-self", token=made["client_token"])
        self.ask("POST", "auth/token/revoke-self", token=made["client_token"])

    def leave_token(self):
        made = self.ask("POST", "auth/token/create", {"ttl": SHORT})["auth"]
        self.ask("POST", "auth/token/create", {"ttl": SHORT}, token=made["client_token"])
        made = self.ask("POST", "auth/token/create", {"ttl": SHORT, "num_uses": 2})["auth"]
        self.ask("GET", "auth/token/lookup-self", token=made["client_token"])

    def login_batch(self):
        made = self.ask("POST", "auth/approle/login", self.known["batch"], token="")["auth"]
        self.ask("GET", "plain/soak/1", token=made["client_token"], wanted=(200, 404))

    def login_service(self):
        secret = self.ask("POST", "auth/approle/role/service/secret-id")["data"]["secret_id"]
        credentials = self.known["service"] | {"secret_id": secret}
        made = self.ask("POST", "auth/approle/login", credentials, token="")["auth"]
        self.ask("GET", "plain/soak/1", token=made["client_token"], wanted=(200, 404))

    def login_user(self):
        self.ask("POST", "auth/userpass/login/anna", {"password": "correct horse"}, token="")

    def fail_login(self):
        self.ask("POST", "auth/userpass/login/nobody", {"password": f"{self.key()}"}, token="", wanted=(400, 403))

    def encrypt(self):
        text = base64.b64encode(b"some text").decode()
        made = self.ask("POST", "transit/encrypt/aes256-gcm96", {"plaintext": text})
        self.ask("POST", "transit/decrypt/aes256-gcm96", {"ciphertext": made["data"]["ciphertext"]})

    def sign(self):
        kind = self.random.choice(("ecdsa-p256", "ed25519"))
        self.ask("POST", f"transit/sign/{kind}", {"input": base64.b64encode(b"some text").decode()})

    def wrap(self):
        made = self.ask("POST", "sys/wrapping/wrap", {"a": 1}, headers={"X-Vault-Wrap-TTL": SHORT})["wrap_info"]
        if self.random.random() < 0.5:
            self.ask("POST", "sys/wrapping/unwrap", token=made["token"])

    def be_refused(self):
        self.ask("GET", f"sys/mounts/{self.key()}", wanted=(403,))
        self.ask("GET", "secret/data/soak/1", token=f"hvs.{self.random.getrandbits(128):x}", wanted=(403,))


STEPS = [
    (20, Worker.read_second), (10, Worker.write_second), (10, Worker.read_first), (8, Worker.write_first),
    (2, Worker.remove), (2, Worker.list), (6, Worker.revoke_token), (3, Worker.leave_token), (4, Worker.login_batch),
    (4, Worker.login_service), (0.5, Worker.login_user), (0.2, Worker.fail_login), (6, Worker.encrypt),
    (4, Worker.sign), (2, Worker.wrap), (6, Worker.be_refused),
]
