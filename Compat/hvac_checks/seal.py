"""Initialising, sealing and unsealing; leaves the server unsealed for the other groups."""

import base64

from hvac import exceptions
from livetest.checks import Checks, equal, true

from .world import bad_request, refused

CHECKS = Checks("seal")


@CHECKS.check("a new server says that it is not initialised")
def _(world):
    client = world.client("")
    equal(client.sys.is_initialized(), False)
    equal(client.sys.read_init_status(), {"initialized": False})
    true(client.sys.is_sealed(), "a new server is sealed")


@CHECKS.check("initialising with a threshold above the number of shares is refused")
def _(world):
    client = world.client("")
    bad_request(
        ["secret threshold cannot be larger than secret shares"],
        client.sys.initialize, secret_shares=2, secret_threshold=3,
    )
    equal(client.sys.is_initialized(), False)


@CHECKS.check("initialising with five shares gives five keys in both spellings, and a root token")
def _(world):
    made = world.client("").sys.initialize(secret_shares=5, secret_threshold=3)
    world.keys, world.root_token = made["keys"], made["root_token"]
    world.server.keys, world.server.root_token, world.server.threshold = made["keys"], made["root_token"], 3
    equal(len(set(made["keys"])), 5, "number of different keys")
    equal([bytes.fromhex(key) for key in made["keys"]], [base64.b64decode(key) for key in made["keys_base64"]])
    true(all(len(key) == 66 for key in made["keys"]), "a share is 33 bytes")
    true(made["root_token"].startswith("hvs."), "the root token has the prefix of a service token")
    equal(world.client("").sys.is_initialized(), True)


@CHECKS.check("initialising twice is refused")
def _(world):
    bad_request(
        ["Vault is already initialized"], world.client("").sys.initialize, secret_shares=1, secret_threshold=1
    )


@CHECKS.check("a sealed server answers 503")
def _(world):
    refused(exceptions.VaultDown, ["Vault is sealed"], world.root.secrets.kv.v2.read_secret_version, "x")


@CHECKS.check("seal status shows shares, threshold and progress")
def _(world):
    client = world.client("")
    status = client.sys.read_seal_status()
    equal((status["t"], status["n"], status["progress"], status["nonce"]), (3, 5, 0, ""))
    equal((status["type"], status["initialized"], status["sealed"]), ("shamir", True, True))
    status = client.sys.submit_unseal_key(world.keys[4])
    equal(status["progress"], 1, "progress")
    true(len(status["nonce"]) == 36, "there is a nonce while shares are being given")


@CHECKS.check("the same share twice counts once")
def _(world):
    equal(world.client("").sys.submit_unseal_key(world.keys[4])["progress"], 1, "progress")


@CHECKS.check("reset forgets the shares given so far")
def _(world):
    status = world.client("").sys.submit_unseal_key(reset=True)
    equal((status["progress"], status["nonce"], status["sealed"]), (0, "", True))


@CHECKS.check("a share that is no hexadecimal and no base64 is refused")
def _(world):
    bad_request(
        ["'key' must be a valid hex or base64 string"], world.client("").sys.submit_unseal_key, "not a share!"
    )


@CHECKS.check("an unseal request without a key is refused")
def _(world):
    bad_request(
        ["'key' must be specified in request body as JSON, or 'reset' set to true"],
        world.client("").sys.submit_unseal_key,
    )


@CHECKS.check("a wrong share fails at the threshold and clears the progress")
def _(world):
    client = world.client("")
    wrong = bytearray.fromhex(world.keys[2])
    wrong[7] ^= 0x40
    client.sys.submit_unseal_keys(world.keys[:2])
    try:
        client.sys.submit_unseal_key(wrong.hex())
    except exceptions.InvalidRequest:
        status = client.sys.read_seal_status()
        equal((status["sealed"], status["progress"]), (True, 0))
        return
    raise AssertionError("a wrong share was accepted")


@CHECKS.check("three of the five shares unseal, in any spelling and order")
def _(world):
    client = world.client("")
    shares = [world.keys[3], base64.b64encode(bytes.fromhex(world.keys[0])).decode(), world.keys[2].upper()]
    status = client.sys.submit_unseal_keys(shares)
    equal((status["sealed"], status["progress"], status["nonce"]), (False, 0, ""))
    true(status["cluster_name"] and status["cluster_id"], "an unsealed server names its cluster")


@CHECKS.check("a share for an unsealed server changes nothing")
def _(world):
    equal(world.client("").sys.submit_unseal_key(world.keys[1])["sealed"], False, "sealed")


@CHECKS.check("sealing needs a token with sudo")
def _(world):
    denied_client = world.child(policies=["default"])
    refused(
        exceptions.Forbidden, ["1 error occurred:\n\t* permission denied\n\n"], denied_client.sys.seal
    )
    equal(world.client("").sys.is_sealed(), False, "sealed")


@CHECKS.check("seal stops the service and the same shares bring it back")
def _(world):
    token = world.root.auth.token.create(policies=["default"])["auth"]["client_token"]
    equal(world.root.sys.seal().status_code, 204, "status")
    true(world.client("").sys.is_sealed(), "the server is sealed")
    refused(exceptions.VaultDown, ["Vault is sealed"], world.client(token).auth.token.lookup_self)
    equal(world.client("").sys.submit_unseal_keys(world.keys[2:])["sealed"], False, "sealed")
    equal(world.client(token).auth.token.lookup_self()["data"]["id"], token)
