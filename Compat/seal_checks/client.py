"""The same through hvac, a client that others wrote."""

import hvac
from livetest.checks import Checks, equal, true

from .services import KeyFile
from .world import World

CHECKS = Checks("auto-unseal through hvac")


class ClientWorld(World):
    def __init__(self, binary, folder):
        super().__init__(binary, folder, KeyFile)

    def client(self, token=""):
        return hvac.Client(url=self.server.address, token=token)


@CHECKS.check("initialising with recovery shares")
def _(world):
    world.server.configure(world.service.stanza())
    world.server.start()
    made = world.client().sys.initialize(
        secret_shares=None, secret_threshold=None, recovery_shares=3, recovery_threshold=2)
    equal((made["keys"], len(made["recovery_keys"])), ([], 3))
    world.server.root_token, world.keys = made["root_token"], made["recovery_keys_base64"]
    status = world.client().sys.read_seal_status()
    equal((status["sealed"], status["type"], status["recovery_seal"]), (False, "static", True))
    equal(world.client().sys.is_initialized(), True)


@CHECKS.check("secrets outlive a restart without hands")
def _(world):
    client = world.client(world.server.root_token)
    client.sys.enable_secrets_engine("kv", path="kv", options={"version": "1"})
    client.secrets.kv.v1.create_or_update_secret("x", {"k": "v"}, mount_point="kv")
    world.server.restart()
    world.server.wait_until_open()
    equal(client.secrets.kv.v1.read_secret("x", mount_point="kv")["data"], {"k": "v"})


@CHECKS.check("new recovery keys")
def _(world):
    client = world.client(world.server.root_token)
    begun = client.sys.start_rekey(2, 2, recovery_key=True)
    equal((begun["started"], begun["required"]), (True, 2))
    done = client.sys.rekey_multi(world.keys[:2], nonce=begun["nonce"], recovery_key=True)
    equal((done["complete"], len(done["keys"])), (True, 2))
    world.keys = done["keys_base64"]


@CHECKS.check("a root token by recovery keys")
def _(world):
    client = world.client(world.server.root_token)
    begun = client.sys.start_root_token_generation()
    for key in world.keys:
        done = client.sys.generate_root(key=key, nonce=begun["nonce"])
    equal(done["complete"], True)


@CHECKS.check("migrating to shares")
def _(world):
    world.server.restart(world.service.stanza('disabled = "true"'))
    client = world.client(world.server.root_token)
    true(client.sys.read_seal_status()["migration"], "no migration is told")
    for key in world.keys:
        status = client.sys.submit_unseal_key(key, migrate=True)
    equal((status["sealed"], status["type"], status["migration"]), (False, "shamir", False))
    equal(client.secrets.kv.v1.read_secret("x", mount_point="kv")["data"], {"k": "v"})
