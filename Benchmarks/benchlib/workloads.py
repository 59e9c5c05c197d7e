"""What the load generators ask for, and what a server needs for it; everything stands below names of its own."""

import base64
import json
from typing import NamedTuple

KEYS = 100
SMALL = {"username": "web", "password": "correct horse battery staple", "port": "5432"}
LARGE = {"text": "x" * 4000}
PLAINTEXT = base64.b64encode(json.dumps(SMALL).encode()).decode()
SIGNERS = {"P-256": "ecdsa-p256", "Ed25519": "ed25519", "RSA-2048": "rsa-2048"}
# Work of its own that nobody could make shorter: their slowest requests say nothing about the server.
SLOW = {"userpass login", "database credential", "transit sign RSA-2048"}
POLICY = """
path "bench-secret/*" { capabilities = ["create", "read", "update", "list"] }
path "bench-plain/*" { capabilities = ["create", "read", "update", "list"] }
path "bench-transit/*" { capabilities = ["update"] }
path "bench-database/creds/*" { capabilities = ["read"] }
path "auth/token/create" { capabilities = ["update"] }
path "sys/wrapping/wrap" { capabilities = ["update"] }
"""


class Load(NamedTuple):
    """One kind of request, the same again and again; a %d in the path is the number of a key."""

    name: str
    path: str
    body: object = None
    headers: tuple = ()
    is_authenticated: bool = True

    @property
    def is_slow(self):
        return self.name in SLOW

    @property
    def text(self):
        return "" if self.body is None else json.dumps(self.body, separators=(",", ":"))


FLOOR = Load("floor", "/v1/sys/health", is_authenticated=False)
NAMES = [
    "health", "token lookup-self", "kv v2 read", "kv v1 read", "kv v2 read 4 KiB", "kv v1 read 4 KiB", "list",
    "kv v2 write", "kv v1 write", "kv v2 write 4 KiB", "kv v1 write 4 KiB", "approle login (service)",
    "approle login (batch)", "transit encrypt", "transit decrypt", "transit sign P-256", "transit sign Ed25519",
    "transit sign RSA-2048", "wrapping", "token create", "userpass login", "database credential",
]


def prepare(api, database=None):
    """Mounts, keys, roles and users; the token to ask with and the loads. `database` is a server of PostgreSQL."""
    must = api.must
    must("POST", "/v1/sys/policies/acl/bench", {"policy": POLICY})
    for name, kind in (("secret", "kv-v2"), ("plain", "kv"), ("transit", "transit")):
        must("POST", f"/v1/sys/mounts/bench-{name}", {"type": kind})
    for kind in ("approle", "userpass"):
        must("POST", f"/v1/sys/auth/bench-{kind}", {"type": kind})
    for name, value in (("bench", SMALL), ("large", LARGE)):
        for key in range(KEYS):
            must("POST", f"/v1/bench-secret/data/{name}/{key}", {"data": value})
            must("POST", f"/v1/bench-plain/{name}/{key}", value)
    must("POST", "/v1/bench-transit/keys/bench", {})
    for kind in SIGNERS.values():
        must("POST", f"/v1/bench-transit/keys/{kind}", {"type": kind})
    sealed = must("POST", "/v1/bench-transit/encrypt/bench", {"plaintext": PLAINTEXT}).data["ciphertext"]
    must("POST", "/v1/auth/bench-userpass/users/anna", {"password": "correct horse"})
    known = {"ciphertext": sealed} | {kind: approle(must, kind) for kind in ("service", "batch")}
    if database:
        prepare_database(must, database)
    token = must("POST", "/v1/auth/token/create", {"policies": ["bench"], "ttl": "12h"}).json["auth"]["client_token"]
    return token, loads(known)


def approle(must, kind):
    role = f"/v1/auth/bench-approle/role/{kind}"
    must("POST", role, {"token_type": kind, "token_ttl": "1h", "token_policies": ["bench"]})
    return {
        "role_id": must("GET", f"{role}/role-id").data["role_id"],
        "secret_id": must("POST", f"{role}/secret-id", {}).data["secret_id"],
    }


def prepare_database(must, database):
    must("POST", "/v1/sys/mounts/bench-database", {"type": "database"})
    must("POST", "/v1/bench-database/config/bench", {
        "plugin_name": "postgresql-database-plugin", "allowed_roles": "bench", "connection_url": database.url,
        "username": database.superuser, "password": database.superuser_password})
    statement = "CREATE ROLE \"{{name}}\" LOGIN PASSWORD '{{password}}' VALID UNTIL '{{expiration}}'"
    must("POST", "/v1/bench-database/roles/bench", {
        "db_name": "bench", "creation_statements": statement, "default_ttl": "1h"})


def loads(known):
    secret, plain, transit = "/v1/bench-secret", "/v1/bench-plain", "/v1/bench-transit"
    login = "/v1/auth/bench-approle/login"
    made = [
        Load("health", "/v1/sys/health", is_authenticated=False),
        Load("token lookup-self", "/v1/auth/token/lookup-self"),
        Load("kv v2 read", f"{secret}/data/bench/%d"), Load("kv v1 read", f"{plain}/bench/%d"),
        Load("kv v2 read 4 KiB", f"{secret}/data/large/%d"), Load("kv v1 read 4 KiB", f"{plain}/large/%d"),
        Load("list", f"{secret}/metadata/bench?list=true"),
        Load("kv v2 write", f"{secret}/data/bench/%d", {"data": SMALL}), Load("kv v1 write", f"{plain}/bench/%d", SMALL),
        Load("kv v2 write 4 KiB", f"{secret}/data/large/%d", {"data": LARGE}),
        Load("kv v1 write 4 KiB", f"{plain}/large/%d", LARGE),
        Load("approle login (service)", login, known["service"], is_authenticated=False),
        Load("approle login (batch)", login, known["batch"], is_authenticated=False),
        Load("transit encrypt", f"{transit}/encrypt/bench", {"plaintext": PLAINTEXT}),
        Load("transit decrypt", f"{transit}/decrypt/bench", {"ciphertext": known["ciphertext"]}),
        Load("wrapping", "/v1/sys/wrapping/wrap", SMALL, (("X-Vault-Wrap-TTL", "5m"),)),
        Load("token create", "/v1/auth/token/create", {"ttl": "1h"}),
        Load("userpass login", "/v1/auth/bench-userpass/login/anna", {"password": "correct horse"}, is_authenticated=False),
        Load("database credential", "/v1/bench-database/creds/bench"),
    ] + [Load(f"transit sign {name}", f"{transit}/sign/{kind}", {"input": PLAINTEXT}) for name, kind in SIGNERS.items()]
    return sorted(made, key=lambda load: NAMES.index(load.name))


def remove(api):
    """What `prepare` made, from a server that is somebody else's."""
    for path in ("mounts/bench-secret", "mounts/bench-plain", "mounts/bench-transit", "mounts/bench-database",
                 "auth/bench-approle", "auth/bench-userpass", "policies/acl/bench"):
        api.request("DELETE", f"/v1/sys/{path}")
