"""Several seals of which any one opens the server, and a migration from one to another."""

from livetest.checks import Checks, equal
from livetest.server import wait_for

from .services import KeyFile, TransitService
from .world import SealedServer

CHECKS = Checks("several seals")


class SeveralWorld:
    def __init__(self, binary, folder):
        for name in ("server", "one"):
            (folder / name).mkdir()
        self.server = SealedServer(binary, folder / "server")
        self.transit = TransitService(binary, folder / "one")
        self.file = KeyFile(binary, folder)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for server in (self.server, self.transit.server):
            if server.process is not None and server.process.poll() is None:
                server.kill()

    def both(self):
        return [self.transit.stanza('priority = "1"'), self.file.stanza('priority = "2"')]


@CHECKS.check("two seals are one multiseal, and both have wrapped the keys")
def _(world):
    world.server.configure(*world.both())
    world.server.start()
    world.server.initialize()
    world.server.api().must("POST", "/v1/sys/mounts/kv", {"type": "kv"})
    world.server.write("a", "kept")
    equal(world.server.status()["type"], "multiseal")
    found = world.server.api("").must("GET", "/v1/sys/seal-backend-status").json
    equal((found["healthy"], found["fully_wrapped"]), (True, True))


@CHECKS.check("with the first seal's service down, the second opens the server")
def _(world):
    world.transit.stop()
    world.server.restart()
    world.server.wait_until_open()
    equal(world.server.read("a"), "kept")
    found = world.server.api("").must("GET", "/v1/sys/seal-backend-status").json
    equal([seal["healthy"] for seal in found["backends"]], [False, True])


@CHECKS.check("a seal that is taken out is wrapped away at the next start")
def _(world):
    world.transit.start()
    world.server.restart(world.transit.stanza())
    world.server.wait_until_open()
    wait_for(
        lambda: world.server.api("").must("GET", "/v1/sys/seal-backend-status").json["fully_wrapped"],
        "the keys are not wrapped anew")
    equal(world.server.status()["type"], "transit")
    world.server.restart(world.file.stanza())
    wait_for(
        lambda: not world.server.api("").must("GET", "/v1/sys/seal-backend-status").json["fully_wrapped"],
        "the removed seal still counts")
    equal(world.server.status()["sealed"], True)


@CHECKS.check("one seal takes over from another, and the server opens without the former one")
def _(world):
    world.server.restart(world.file.stanza(), world.transit.stanza('disabled = "true"'))
    equal(world.server.status()["migration"], True)
    for key in world.server.recovery_keys[:2]:
        world.server.cli("operator", "unseal", "-migrate", key)
    world.transit.stop()
    world.server.restart(world.file.stanza())
    world.server.wait_until_open()
    equal(world.server.read("a"), "kept")
