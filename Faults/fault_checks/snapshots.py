"""Snapshots under write load hold one moment; a restore that is killed leaves the old state or the new one."""

import io
import random
import tarfile
import threading
import time
from hashlib import sha256
from http.client import HTTPException

from livetest.checks import Checks, equal, true

CHECKS = Checks("snapshots")

WRITERS = 6
SNAPSHOT = "/v1/sys/storage/raft/snapshot"
FILES = ["meta.json", "state.bin", "SHA256SUMS", "SHA256SUMS.sealed"]


class Writer(threading.Thread):
    """Writes numbers, each to a new name, and notes which were acknowledged."""

    def __init__(self, server, name):
        super().__init__()
        self.api = server.api()
        self.prefix = f"w{name}"
        self.attempted = 0
        self.acknowledged = 0
        self.failure = None
        self.stopping = threading.Event()

    def run(self):
        try:
            while not self.stopping.is_set():
                number = self.attempted + 1
                self.attempted = number
                # Two entries in one commit: the metadata of a new secret and its version.
                answer = self.api.post(f"/v1/secret/data/{self.prefix}/{number}", {"data": {"number": number}})
                if answer.status != 200:
                    raise AssertionError(f"{answer.status} {answer.body[:200]!r}")
                self.acknowledged = number
        except (AssertionError, OSError, HTTPException) as error:
            self.failure = error


def numbers_in(api, writer):
    listing = api.request("LIST", f"/v1/secret/metadata/{writer.prefix}")
    return sorted(int(key) for key in listing.data["keys"]) if listing.status == 200 else []


@CHECKS.check("a snapshot under write load, restored into an empty server, is one moment of the acknowledged state")
def _(world):
    server = world.new_server("loaded").start_unsealed()
    server.api().must("POST", "/v1/sys/mounts/secret", {"type": "kv", "options": {"version": "2"}})
    writers = [Writer(server, name) for name in range(WRITERS)]
    for writer in writers:
        writer.start()
    taken = []
    for _ in range(4):
        time.sleep(0.5)
        before = [writer.acknowledged for writer in writers]
        answer = server.api().get(SNAPSHOT)
        after = [writer.attempted for writer in writers]
        equal(answer.status, 200)
        taken.append((answer.body, before, after))
    for writer in writers:
        writer.stopping.set()
        writer.join()
        true(writer.failure is None, f"a writer failed: {writer.failure}")
    true(sum(taken[-1][1]) > sum(taken[0][1]) > 0, "there was no load")
    other = world.new_server("empty").start_unsealed()
    token = other.root_token
    for body, before, after in taken:
        equal(other.api(token).post(SNAPSHOT + "-force", raw=body).status, 204, "restore")
        # Foreign the first time: from then on it is a snapshot of the same keys.
        sealed = other.api("").get("/v1/sys/seal-status").json["sealed"]
        equal(sealed, token == other.root_token, "sealed after a foreign snapshot")
        other.keys, other.threshold = server.keys, 1
        if sealed:
            other.unseal()
        token = server.root_token
        api = other.api(token)
        for writer, least, most in zip(writers, before, after):
            found = numbers_in(api, writer)
            equal(found, list(range(1, len(found) + 1)), "a prefix of what one writer did")
            true(least <= len(found) <= most, f"{len(found)} is not between {least} and {most}")
            for number in found[-3:]:
                secret = api.get(f"/v1/secret/data/{writer.prefix}/{number}")
                equal((secret.status, secret.data["data"]), (200, {"number": number}), "a whole entry")
    world.archive = taken[-1][0]


@CHECKS.check("the archive is a gzip of a tar with the sums of its files, as Vault's tools check it")
def _(world):
    with tarfile.open(fileobj=io.BytesIO(world.archive), mode="r:gz") as archive:
        members = archive.getmembers()
        equal([member.name for member in members], FILES)
        true(all(member.isreg() for member in members), "plain files only")
        contents = {member.name: archive.extractfile(member).read() for member in members}
    lines = dict(reversed(line.split("  ")) for line in contents["SHA256SUMS"].decode().splitlines())
    equal(lines, {name: sha256(contents[name]).hexdigest() for name in FILES[:2]})


@CHECKS.check("a server killed at any moment of a restore has the old state or the new one")
def _(world):
    chance = random.Random(world.seed)
    server = world.new_server("killed").start_unsealed()
    api = server.api()
    api.must("POST", "/v1/sys/mounts/kv", {"type": "kv"})
    filling = "x" * 20_000
    for number in range(300):
        api.must("POST", f"/v1/kv/{number}", {"state": "old", "filling": filling})
    api.must("POST", "/v1/kv/state", {"state": "old"})
    archive = api.get(SNAPSHOT).body
    started = time.monotonic()
    equal(api.post(SNAPSHOT, raw=archive).status, 204)
    duration = time.monotonic() - started
    seen = set()
    for _ in range(12):
        api.must("POST", "/v1/kv/state", {"state": "new"})
        api.must("POST", "/v1/kv/299", {"state": "new"})
        killer = threading.Timer(chance.uniform(0, duration * 1.2), server.kill)
        killer.start()
        try:
            api.post(SNAPSHOT, raw=archive)
        except (OSError, HTTPException):
            pass
        killer.join()
        server.start()
        server.unseal()
        states = {api.get(f"/v1/kv/{name}").data["state"] for name in ("state", 299)}
        equal(len(states), 1, f"half a restore: {states}")
        seen |= states
        equal(len(api.request("LIST", "/v1/kv/").data["keys"]), 301, "entries")
    true(seen <= {"old", "new"}, f"other states: {seen}")


@CHECKS.check("a body that ends early, or is no snapshot, changes nothing")
def _(world):
    server = world.new_server("hostile").start_unsealed()
    api = server.api()
    api.must("POST", "/v1/sys/mounts/kv", {"type": "kv"})
    api.must("POST", "/v1/kv/a", {"v": 1})
    archive = api.get(SNAPSHOT).body
    for raw in (b"", b"{}", archive[:-20], archive[: len(archive) // 2], archive + b"more", b"\x1f\x8b" + b"\0" * 100):
        for path in (SNAPSHOT, SNAPSHOT + "-force"):
            equal(api.post(path, raw=raw).status, 400, f"{len(raw)} bytes")
    equal(api.get("/v1/kv/a").data, {"v": 1})
    # A bomb: a hundred thousand times as large as it looks.
    bomb = io.BytesIO()
    with tarfile.open(fileobj=bomb, mode="w:gz") as tar:
        member = tarfile.TarInfo("meta.json")
        member.size = 1 << 29
        tar.addfile(member, io.BytesIO(bytes(1 << 29)))
    equal(api.post(SNAPSHOT, raw=bomb.getvalue()).status, 400, "a bomb")
    equal(api.get("/v1/kv/a").data, {"v": 1})


@CHECKS.check("a large snapshot is taken and restored within bounded memory")
def _(world):
    server = world.new_server("large").start_unsealed()
    api = server.api()
    api.must("POST", "/v1/sys/mounts/kv", {"type": "kv"})
    chance = random.Random(world.seed)
    for number in range(160):
        api.must("POST", f"/v1/kv/{number}", {"filling": chance.randbytes(400_000).hex()})
    before = peak(server)
    archive = api.get(SNAPSHOT).body
    true(len(archive) > 100 << 20, f"the archive has {len(archive)} bytes")
    # Larger than any other body may be.
    equal(api.post(SNAPSHOT, raw=archive).status, 204)
    equal(api.get("/v1/kv/159").status, 200)
    grown = peak(server) - before
    true(grown < 64 << 20, f"memory grew by {grown >> 20} MiB for an archive of {len(archive) >> 20} MiB")


def peak(server):
    """The most memory that the process ever had, in bytes."""
    with open(f"/proc/{server.pid}/status", encoding="ascii") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmHWM")) * 1024
