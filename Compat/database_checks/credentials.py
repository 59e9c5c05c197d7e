"""Credentials that are no passwords: certificates that really let in, and keys."""

import subprocess

from livetest.checks import Checks, equal, true
from livetest.databases import Refused, client

ROLE_NAME = "v-{{.RoleName}}-{{random 12}}"
CERTIFIED = {
    "postgresql": "CREATE ROLE \"{{name}}\" LOGIN VALID UNTIL '{{expiration}}' IN ROLE certified",
    "mariadb": "CREATE USER '{{name}}'@'%' REQUIRE SUBJECT '/CN={{name}}'; GRANT SELECT ON *.* TO '{{name}}'@'%'",
}


def credentials(flavour):
    checks = Checks(f"{flavour.name}: certificates and keys")

    def certified(world, **config):
        ca, key = (path.read_text() for path in world.db.trust_clients())
        world.role("database", "certified", creation_statements=CERTIFIED[flavour.name],
                   credential_type="client_certificate", credential_config={
                       "ca_cert": ca, "ca_private_key": key, "common_name_template": ROLE_NAME, **config})

    def issue(world):
        answer = world.api.must("GET", "/v1/database/creds/certified").json
        data = answer["data"]
        true("password" not in data, "a password came along")
        files = []
        for ending, field in (("crt", "client_certificate"), ("key", "private_key")):
            path = world.db.folder / f"client.{ending}"
            path.write_text(data[field] + "\n")
            path.chmod(0o600)
            files.append(path)
        return data["username"], files, answer["lease_id"]

    def logs_in(world, user, files):
        try:
            world.db.query("SELECT 1", user, certificate=files)
            return True
        except Refused:
            return False

    for key_type, bits in (("ec", 256), ("ec", 521), ("rsa", 2048), ("ed25519", 0)):
        @checks.check(f"a certificate for a key of type {key_type} {bits or ''} lets its user in, until the lease ends")
        def _(world, key_type=key_type, bits=bits):
            certified(world, key_type=key_type, key_bits=str(bits))
            user, files, lease = issue(world)
            true(logs_in(world, user, files), "the certificate does not let its user in")
            true(not world.logs_in(user, "password"), "the user is let in without the certificate")
            world.api.must("PUT", "/v1/sys/leases/revoke", {"lease_id": lease, "sync": True})
            true(user not in world.db.users(), "the user is still there")
            true(not logs_in(world, user, files), "the certificate lets in after its lease")

    @checks.check("a certificate is no other user's")
    def _(world):
        certified(world, key_type="ec")
        first, files, _ = issue(world)
        own = [path.rename(path.with_suffix(path.suffix + ".first")) for path in files]
        second, _, _ = issue(world)
        true(logs_in(world, first, own), "the certificate does not let its user in")
        true(not logs_in(world, second, own), "the certificate lets another user in")

    @checks.check("a certificate says what it should, as openssl reads it")
    def _(world):
        certified(world, key_type="ec")
        user, files, _ = issue(world)
        text = client(["openssl", "x509", "-in", files[0], "-noout", "-text", "-nameopt", "RFC2253"])
        for wanted in (f"Subject: CN={user}", "Issuer: CN=clients", "Digital Signature", "TLS Web Client Authentication",
                       "Subject Key Identifier", "Authority Key Identifier", "Version: 3"):
            true(wanted in text, f"{wanted} is missing from {text}")
        ca = world.db.trust_clients()[0]
        client(["openssl", "verify", "-purpose", "sslclient", "-CAfile", ca, files[0]])
        # Good for the lease of an hour and the seconds that users live longer, not for more.
        client(["openssl", "x509", "-in", files[0], "-noout", "-checkend", "3590"])
        ends = subprocess.run(["openssl", "x509", "-in", files[0], "-noout", "-checkend", "3610"], capture_output=True)
        equal(ends.returncode, 1, "whether the certificate ends")

    @checks.check("statements that would use an empty mark as a password make no user")
    def _(world):
        before = world.db.users()
        certified(world, key_type="ec")
        world.role("database", "certified", creation_statements=flavour.creation)
        answer = world.api.get("/v1/database/creds/certified")
        equal(answer.status, 500, "status")
        true("{{password}}" in answer.errors[0], answer.errors)
        equal(world.db.users(), before, "users")

    @checks.check("with a key the database is told the public half of what the user gets")
    def _(world):
        world.db.query(TABLES[flavour.name])
        world.role("database", "keyed", creation_statements=KEYED[flavour.name], credential_type="rsa_private_key",
                   credential_config={"key_bits": "3072", "format": "pkcs8"})
        data = world.api.must("GET", "/v1/database/creds/keyed").json["data"]
        told = world.db.query(f"SELECT public_key FROM {KEYS[flavour.name]} WHERE name = '{data['username']}'")
        equal(told, public_half(data["rsa_private_key"]), "the public key")
        user = "keyed_account"
        world.db.make_account(user, "some-password")
        world.api.must("POST", "/v1/database/static-roles/keyed-account", {
            "db_name": "main", "username": user, "rotation_period": "24h", "credential_type": "rsa_private_key",
            "rotation_statements": f"DELETE FROM {KEYS[flavour.name]} WHERE name = '{{{{name}}}}'; "
                                   f"INSERT INTO {KEYS[flavour.name]} VALUES ('{{{{name}}}}', '{{{{public_key}}}}')"})
        seen = set()
        for _ in range(2):
            world.api.must("POST", "/v1/database/rotate-role/keyed-account")
            key = world.api.must("GET", "/v1/database/static-creds/keyed-account").json["data"]["rsa_private_key"]
            told = world.db.query(f"SELECT public_key FROM {KEYS[flavour.name]} WHERE name = '{user}'")
            equal(told, public_half(key), "the public key of the static account")
            seen.add(key)
        equal(len(seen), 2, "different keys")

    return checks


KEYS = {"postgresql": "public.user_keys", "mariadb": "user_keys.user_keys"}
TABLES = {
    "postgresql": "CREATE TABLE public.user_keys (name text, public_key text)",
    "mariadb": "CREATE DATABASE user_keys; CREATE TABLE user_keys.user_keys (name text, public_key text)",
}
KEYED = {
    "postgresql": "CREATE ROLE \"{{name}}\" LOGIN; INSERT INTO public.user_keys VALUES ('{{name}}', '{{public_key}}')",
    "mariadb": "CREATE USER '{{name}}'@'%' ACCOUNT LOCK; "
               "INSERT INTO user_keys.user_keys VALUES ('{{name}}', '{{public_key}}')",
}


def public_half(private_key):
    """Base64 of the public key, on one line, as openssl finds it."""
    done = subprocess.run(["openssl", "pkey", "-pubout"], input=private_key, capture_output=True, text=True, check=True)
    return "".join(line for line in done.stdout.splitlines() if not line.startswith("---"))
