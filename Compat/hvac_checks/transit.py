"""Every method of hvac's transit module."""

import base64
import hashlib
import hmac
import json

from livetest.checks import Checks, equal

from .world import bad_request, denied, missing, no_content

CHECKS = Checks("transit")


def b64(data):
    return base64.b64encode(data if isinstance(data, bytes) else data.encode()).decode()


def engine(world):
    return world.root.secrets.transit


@CHECKS.check("a key is created, read, listed and deleted where that is allowed")
def _(world):
    world.root.sys.enable_secrets_engine("transit")
    transit = engine(world)
    created = transit.create_key("app")["data"]
    equal(created, transit.read_key("app")["data"])
    equal((created["type"], created["latest_version"], list(created["keys"])), ("aes256-gcm96", 1, ["1"]))
    equal(transit.list_keys()["data"]["keys"], ["app"])
    bad_request(["error deleting policy app: deletion is not allowed for this key"], transit.delete_key, "app")
    transit.update_key_configuration("app", deletion_allowed=True)
    no_content(transit.delete_key("app"))
    missing(transit.read_key, "app")
    missing(transit.list_keys)


@CHECKS.check("every type of key is created")
def _(world):
    transit = engine(world)
    types = ["aes256-gcm96", "chacha20-poly1305", "ed25519", "ecdsa-p256", "ecdsa-p384", "ecdsa-p521", "rsa-2048",
             "rsa-3072", "rsa-4096"]
    for key_type in types:
        key = transit.create_key(f"type-{key_type}", key_type=key_type, exportable=True)["data"]
        equal((key["type"], key["exportable"]), (key_type, True))
    for key_type in ("aes128-gcm96", "hmac"):  # hvac refuses to ask for these
        world.root.adapter.post(f"/v1/transit/keys/type-{key_type}", json={"type": key_type, "exportable": True})
        equal(transit.read_key(f"type-{key_type}")["data"]["type"], key_type)
    transit.create_key("derived", derived=True, convergent_encryption=True, allow_plaintext_backup=True)
    equal(transit.read_key("derived")["data"]["convergent_encryption"], True)
    bad_request(["unknown key type"], world.root.adapter.post, "/v1/transit/keys/x", json={"type": "rot13"})


@CHECKS.check("texts are encrypted, decrypted and rewrapped")
def _(world):
    transit = engine(world)
    transit.create_key("data")
    first = transit.encrypt_data("data", plaintext=b64("secret"))["data"]["ciphertext"]
    equal(first.startswith("vault:v1:"), True)
    rotated = transit.rotate_key("data")["data"]
    equal(rotated["latest_version"], 2)
    second = transit.rewrap_data("data", ciphertext=first)["data"]
    equal(second["key_version"], 2)
    for text in (first, second["ciphertext"]):
        equal(transit.decrypt_data("data", ciphertext=text)["data"]["plaintext"], b64("secret"))
    old = transit.encrypt_data("data", plaintext=b64("x"), key_version=1)["data"]["ciphertext"]
    equal(old.startswith("vault:v1:"), True)
    context = b64("tenant")
    pair = [transit.encrypt_data("derived", plaintext=b64("x"), context=context)["data"]["ciphertext"] for _ in "ab"]
    equal(pair[0], pair[1])
    equal(transit.decrypt_data("derived", ciphertext=pair[0], context=context)["data"]["plaintext"], b64("x"))
    bad_request(
        ["provided nonce not allowed for this key"], transit.encrypt_data, "data", plaintext=b64("x"),
        nonce=b64("123456789012"))


@CHECKS.check("lists of texts are answered in order")
def _(world):
    transit = engine(world)
    items = [{"plaintext": b64(f"text {number}"), "reference": str(number)} for number in range(50)]
    results = transit.encrypt_data("data", batch_input=items)["data"]["batch_results"]
    equal([item["reference"] for item in results], [str(number) for number in range(50)])
    opened = transit.decrypt_data(
        "data", batch_input=[{"ciphertext": item["ciphertext"]} for item in results])["data"]["batch_results"]
    equal([item["plaintext"] for item in opened], [item["plaintext"] for item in items])
    rewrapped = transit.rewrap_data(
        "data", "", batch_input=[{"ciphertext": item["ciphertext"]} for item in results])["data"]["batch_results"]
    equal(len(rewrapped), 50)
    body = {"batch_input": [items[0], {"plaintext": "*"}], "partial_failure_response_code": 207}
    answer = world.root.adapter.post("/v1/transit/encrypt/data", json=body)
    equal(answer.status_code, 207)
    del body["partial_failure_response_code"]
    answer = world.root.adapter.session.post(
        f"{world.server.address}/v1/transit/encrypt/data", json=body, headers={"X-Vault-Token": world.root_token})
    equal((answer.status_code, len(answer.json()["data"]["batch_results"])), (400, 2))


@CHECKS.check("encrypting makes a key, for callers that may create one")
def _(world):
    transit = engine(world)
    transit.encrypt_data("fresh", plaintext=b64("x"), type="chacha20-poly1305")
    equal(transit.read_key("fresh")["data"]["type"], "chacha20-poly1305")
    world.root.sys.create_or_update_policy("transit-update", 'path "transit/encrypt/*" { capabilities = ["update"] }')
    caller = world.child(policies=["transit-update"])
    caller.secrets.transit.encrypt_data("fresh", plaintext=b64("x"))
    denied(caller.secrets.transit.encrypt_data, "fresher", plaintext=b64("x"))


@CHECKS.check("data keys are made, shown or only wrapped")
def _(world):
    transit = engine(world)
    for bits in (128, 256, 512):
        made = transit.generate_data_key("data", key_type="plaintext", bits=bits)["data"]
        equal(len(base64.b64decode(made["plaintext"])), bits // 8)
        equal(transit.decrypt_data("data", ciphertext=made["ciphertext"])["data"]["plaintext"], made["plaintext"])
    equal("plaintext" in transit.generate_data_key("data", key_type="wrapped")["data"], False)


@CHECKS.check("random bytes and hashes")
def _(world):
    transit = engine(world)
    equal(len(base64.b64decode(transit.generate_random_bytes(n_bytes=48)["data"]["random_bytes"])), 48)
    equal(len(transit.generate_random_bytes(n_bytes=5, output_format="hex")["data"]["random_bytes"]), 10)
    for name, function in (("sha2-256", "sha256"), ("sha2-512", "sha512")):
        answer = transit.hash_data(b64("data"), algorithm=name, output_format="hex")["data"]["sum"]
        equal(answer, hashlib.new(function, b"data").hexdigest())


@CHECKS.check("HMACs are those of Python")
def _(world):
    transit = engine(world)
    secret = base64.b64decode(transit.export_key("type-hmac", key_type="hmac-key")["data"]["keys"]["1"])
    for name, function in (("sha2-224", "sha224"), ("sha2-256", "sha256"), ("sha2-384", "sha384"),
                           ("sha2-512", "sha512")):
        answer = transit.generate_hmac("type-hmac", hash_input=b64("data"), algorithm=name)["data"]["hmac"]
        equal(answer, "vault:v1:" + b64(hmac.new(secret, b"data", function).digest()))
        valid = transit.verify_signed_data("type-hmac", hash_input=b64("data"), hmac=answer, hash_algorithm=name)
        equal(valid["data"]["valid"], True)


@CHECKS.check("data is signed and verified with every type of key")
def _(world):
    transit = engine(world)
    for key_type in ("ed25519", "ecdsa-p256", "ecdsa-p384", "ecdsa-p521", "rsa-2048", "rsa-3072", "rsa-4096"):
        name = f"type-{key_type}"
        signature = transit.sign_data(name, hash_input=b64("data"))["data"]["signature"]
        equal(transit.verify_signed_data(name, hash_input=b64("data"), signature=signature)["data"]["valid"], True)
        equal(transit.verify_signed_data(name, hash_input=b64("x"), signature=signature)["data"]["valid"], False)
    for algorithm in ("pss", "pkcs1v15"):
        signature = transit.sign_data(
            "type-rsa-2048", hash_input=b64("data"), hash_algorithm="sha2-512", signature_algorithm=algorithm,
        )["data"]["signature"]
        valid = transit.verify_signed_data(
            "type-rsa-2048", hash_input=b64("data"), signature=signature, hash_algorithm="sha2-512",
            signature_algorithm=algorithm)
        equal(valid["data"]["valid"], True)
    web = transit.sign_data("type-ecdsa-p256", hash_input=b64("data"), marshaling_algorithm="jws")["data"]["signature"]
    raw = base64.urlsafe_b64decode(web.split(":")[2] + "==")
    equal(len(raw), 64)
    valid = transit.verify_signed_data(
        "type-ecdsa-p256", hash_input=b64("data"), signature=web, marshaling_algorithm="jws")
    equal(valid["data"]["valid"], True)


@CHECKS.check("settings of a key are changed one by one")
def _(world):
    transit = engine(world)
    transit.create_key("settings")
    for _ in range(3):
        transit.rotate_key("settings")
    transit.update_key_configuration("settings", min_decryption_version=2)
    transit.update_key_configuration("settings", min_encryption_version=3, exportable=True)
    transit.update_key_configuration("settings", auto_rotate_period="24h", allow_plaintext_backup=True)
    key = transit.read_key("settings")["data"]
    equal((key["min_decryption_version"], key["min_encryption_version"], key["exportable"]), (2, 3, True))
    equal((key["auto_rotate_period"], sorted(key["keys"])), (86400, ["2", "3", "4"]))
    equal(transit.trim_key("settings", min_version=2)["data"]["min_available_version"], 2)
    bad_request(
        ["minimum available version cannot be decremented"], transit.trim_key, "settings", min_version=1)


@CHECKS.check("keys are exported whole and by version")
def _(world):
    transit = engine(world)
    transit.create_key("export", exportable=True)
    transit.rotate_key("export")
    both = transit.export_key("export", key_type="encryption-key")["data"]
    equal((sorted(both["keys"]), both["type"], both["name"]), (["1", "2"], "aes256-gcm96", "export"))
    latest = transit.export_key("export", key_type="encryption-key", version="latest")["data"]["keys"]
    equal(latest, {"2": both["keys"]["2"]})
    bad_request(
        ["private key material is not exportable"], transit.export_key, "data", key_type="encryption-key")


@CHECKS.check("a key is backed up and restored under another name")
def _(world):
    transit = engine(world)
    ciphertext = transit.encrypt_data("settings", plaintext=b64("kept"))["data"]["ciphertext"]
    backup = transit.backup_key("settings")["data"]["backup"]
    content = json.loads(base64.b64decode(backup))
    equal(sorted(content), ["archived_keys", "policy"])
    no_content(transit.restore_key(backup, name="restored"))
    equal(transit.decrypt_data("restored", ciphertext=ciphertext)["data"]["plaintext"], b64("kept"))
    no_content(transit.restore_key(backup, name="restored", force=True))
