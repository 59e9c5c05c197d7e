"""Logins that need a second factor: TOTP, in one phase and in two."""

import base64
import hashlib
import hmac
import struct
import time
import urllib.parse

import requests
from livetest.checks import Checks, equal, true

CHECKS = Checks("second factors")

MOUNT = "mfa-userpass"


def code(secret, offset=0):
    """RFC 6238 with SHA-1, 30 seconds and six digits."""
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    digest = hmac.new(key, struct.pack(">Q", int(time.time()) // 30 + offset), hashlib.sha1).digest()
    place = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[place:place + 4])[0] & 0x7FFFFFFF) % 1000000:06d}"


def login(world, headers=None):
    answer = requests.post(
        f"{world.server.address}/v1/auth/{MOUNT}/login/mfa-bob", json={"password": "pw"}, headers=headers, timeout=10
    )
    return answer.status_code, answer.json()


def validate(world, request, method, passcode):
    answer = requests.post(
        f"{world.server.address}/v1/sys/mfa/validate", timeout=10,
        json={"mfa_request_id": request, "mfa_payload": {method: [passcode]}},
    )
    return answer.status_code, answer.json()


@CHECKS.check("a login is held until its passcode comes, and each passcode counts once")
def _(world):
    root = world.root
    root.sys.enable_auth_method("userpass", path=MOUNT)
    root.auth.userpass.create_or_update_user("mfa-bob", "pw", mount_point=MOUNT)
    _, first = login(world)
    entity = first["auth"]["entity_id"]
    true(entity, "the login made an entity")
    accessor = root.sys.list_auth_methods()["data"][MOUNT + "/"]["accessor"]
    method = root.write(
        "identity/mfa/method/totp", issuer="Coffer", method_name="phone", max_validation_attempts=20
    )["data"]["method_id"]
    made = root.write("identity/mfa/method/totp/admin-generate", method_id=method, entity_id=entity)["data"]
    true(base64.b64decode(made["barcode"]).startswith(b"\x89PNG"), "the barcode is an image")
    secret = urllib.parse.parse_qs(urllib.parse.urlparse(made["url"]).query)["secret"][0]
    root.write("identity/mfa/login-enforcement/bob", mfa_method_ids=[method], auth_method_accessors=[accessor])

    status, held = login(world)
    equal((status, held["auth"]["client_token"]), (200, ""))
    requirement = held["auth"]["mfa_requirement"]
    equal(
        requirement["mfa_constraints"],
        {"bob": {"any": [{"type": "totp", "id": method, "uses_passcode": True, "name": "phone"}]}},
    )
    equal(validate(world, requirement["mfa_request_id"], method, "000000")[0], 403, "a wrong passcode")
    passcode = code(secret)
    status, done = validate(world, requirement["mfa_request_id"], method, passcode)
    equal((status, done["auth"]["entity_id"]), (200, entity))
    world.client(done["auth"]["client_token"]).auth.token.lookup_self()
    equal(login(world, {"X-Vault-MFA": f"{method}:{passcode}"})[0], 403, "the same passcode again")
    status, both = login(world, {"X-Vault-MFA": f"phone:{code(secret, 1)}"})
    equal(status, 200, "in one phase, by the name of the method")
    true(both["auth"]["client_token"], "a token at once")
    root.delete("identity/mfa/login-enforcement/bob")
    true(login(world)[1]["auth"]["client_token"], "without the enforcement a login needs nothing more")
    root.delete(f"identity/mfa/method/totp/{method}")
    root.sys.disable_auth_method(MOUNT)
