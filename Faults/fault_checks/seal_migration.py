"""A server that is killed while it moves from one seal to another: one of the two opens it, and nothing is lost."""

import os
import random
import threading
import time

from livetest.checks import Checks, equal, true
from livetest.server import wait_for

CHECKS = Checks("seal migration under kills")
ROUNDS = 12


class Moving:
    """A server and two keys in files; `sealed_by` is the one that its storage belongs to, as far as is known."""

    def __init__(self, world):
        self.server = world.new_server("moving")
        self.plain = self.server.configuration.read_text()
        self.files = {}
        for name in ("a", "b"):
            self.files[name] = world.folder / f"{name}.key"
            self.files[name].write_bytes(os.urandom(32))
        self.sealed_by = "a"
        self.recovery_keys = []

    def stanza(self, name, more=""):
        return f'seal "static" {{ current_key = "file://{self.files[name]}" current_key_id = "{name}" {more} }}\n'

    def start(self, *stanzas):
        self.server.configuration.write_text(self.plain + "".join(stanzas))
        self.server.start()

    def status(self):
        return self.server.api("").must("GET", "/v1/sys/seal-status").json

    def opens_by(self, name):
        """Whether the server opens by this seal alone; stops it again unless it does."""
        self.start(self.stanza(name))
        end = time.monotonic() + 3
        while time.monotonic() < end:
            if not self.status()["sealed"]:
                return True
            time.sleep(0.05)
        self.server.kill()
        return False


@CHECKS.check("a server under one seal, with a secret")
def _(world):
    moving = world.moving = Moving(world)
    moving.start(moving.stanza("a"))
    made = moving.server.api("").must("PUT", "/v1/sys/init", {"recovery_shares": 2, "recovery_threshold": 2}).json
    moving.recovery_keys, moving.server.root_token = made["recovery_keys_base64"], made["root_token"]
    wait_for(lambda: not moving.status()["sealed"], "the server does not open")
    moving.server.api().must("POST", "/v1/sys/mounts/kv", {"type": "kv"})
    moving.server.api().must("PUT", "/v1/kv/x", {"v": "kept"})
    equal(moving.server.stop(), 0, "exit status")


@CHECKS.check(f"killed at {ROUNDS} moments of a migration, exactly one of the two seals opens it each time")
def _(world):
    moving, moments = world.moving, random.Random(world.seed)
    moved = 0
    for _ in range(ROUNDS):
        source, target = moving.sealed_by, "b" if moving.sealed_by == "a" else "a"
        moving.start(moving.stanza(target, 'name = "new"'), moving.stanza(source, 'name = "old" disabled = "true"'))
        api = moving.server.api("")
        api.must("PUT", "/v1/sys/unseal", {"key": moving.recovery_keys[0], "migrate": True})
        last = threading.Thread(target=give_last, args=(moving.server, moving.recovery_keys[1]))
        last.start()
        time.sleep(moments.uniform(0, 0.015))
        moving.server.kill()
        last.join()
        opening = [name for name in (source, target) if opened(moving, name)]
        equal(len(opening), 1, "number of seals that open the server")
        moved += opening[0] == target
        moving.sealed_by = opening[0]
    print(f"           {moved} of {ROUNDS} migrations were complete when the kill came")
    true(moved < ROUNDS or ROUNDS < 2, "no kill came in time to interrupt a migration")


def give_last(server, key):
    try:
        server.api("").request("PUT", "/v1/sys/unseal", {"key": key, "migrate": True})
    except OSError:
        pass  # the kill came first
    except Exception:  # noqa: BLE001, half an answer is as good as none
        pass


def opened(moving, name):
    if not moving.opens_by(name):
        return False
    equal(moving.server.api().must("GET", "/v1/kv/x").data["v"], "kept")
    moving.server.kill()
    return True
