"""Root tokens from shares, and new shares; the old shares of the server are replaced for the groups that follow."""

import base64

from livetest.checks import Checks, equal, true

from .world import bad_request

CHECKS = Checks("keys")


def refuses_without_nonce(call):
    """hvac cancels without a nonce, as servers before 2.0 took it; a running ceremony is not stopped so."""
    try:
        call()
    except Exception as error:
        true("nonce" in str(error), f"the refusal tells of the nonce: {error}")
        return
    raise AssertionError("a ceremony was cancelled without its nonce")


@CHECKS.check("the shares make a root token, hidden by the password")
def _(world):
    root = world.root
    equal(root.sys.read_root_generation_progress()["started"], False, "started")
    begun = root.sys.start_root_token_generation()
    password = begun["otp"].encode()
    equal((begun["progress"], begun["required"]), (0, 3))
    for key in world.keys[:3]:
        made = root.sys.generate_root(key=key, nonce=begun["nonce"])
    equal(made["complete"], True, "complete")
    hidden = made["encoded_token"]
    hidden = base64.b64decode(hidden + "=" * (-len(hidden) % 4))
    token = bytes(a ^ b for a, b in zip(hidden, password, strict=True)).decode()
    equal(world.client(token).auth.token.lookup_self()["data"]["policies"], ["root"])
    root.auth.token.revoke(token)


@CHECKS.check("a generation that runs is cancelled")
def _(world):
    root = world.root
    root.sys.start_root_token_generation()
    root.sys.cancel_root_generation()
    equal(root.sys.read_root_generation_progress()["started"], False, "started")


@CHECKS.check("a rekey that runs is cancelled with its nonce only")
def _(world):
    root = world.root
    equal(root.sys.read_rekey_progress()["started"], False, "started")
    nonce = root.sys.start_rekey(secret_shares=2, secret_threshold=2)["nonce"]
    refuses_without_nonce(root.sys.cancel_rekey)
    root.adapter.delete("/v1/sys/rekey/init", json={"nonce": nonce})
    equal(root.sys.read_rekey_progress()["started"], False, "started")


@CHECKS.check("a rekey with verification takes effect when the new shares were given back")
def _(world):
    root = world.root
    nonce = root.sys.start_rekey(secret_shares=4, secret_threshold=2, require_verification=True)["nonce"]
    made = root.sys.rekey_multi(world.keys, nonce=nonce)
    equal((made["complete"], made["verification_required"], len(made["keys"])), (True, True, 4))
    progress = root.sys.read_rekey_verify_progress()
    equal((progress["t"], progress["n"], progress["progress"]), (2, 4, 0))
    equal(root.sys.read_seal_status()["n"], 5, "shares before the verification")
    # Begins the verification anew, with another nonce.
    root.sys.cancel_rekey_verify()
    nonce = root.sys.read_rekey_verify_progress()["nonce"]
    equal(root.sys.rekey_verify_multi(made["keys"][1:], nonce=nonce)["complete"], True, "complete")
    status = root.sys.read_seal_status()
    equal((status["t"], status["n"]), (2, 4))
    world.keys = made["keys"]
    world.server.keys, world.server.threshold = made["keys"], 2


@CHECKS.check("without PGP keys there is no backup of the new shares")
def _(world):
    bad_request(["no backed-up keys found"], world.root.sys.read_backup_keys)


@CHECKS.check("a share of another key is refused")
def _(world):
    nonce = world.root.sys.start_rekey(secret_shares=1, secret_threshold=1)["nonce"]
    bad_request(
        ["incorrect nonce supplied; nonce for this rekey operation is \"" + nonce + "\""],
        world.root.sys.rekey, world.keys[0], nonce="no-such-nonce",
    )
    world.root.adapter.delete("/v1/sys/rekey/init", json={"nonce": nonce})
