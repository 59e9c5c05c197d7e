"""Power cuts: the server dies and its disk keeps only what was synced; then the newest bytes are torn or changed."""

import os
import random
import shutil
import struct
import subprocess
import threading
import time
from http.client import HTTPException

from livetest.checks import Checks, Skip, equal, true

CHECKS = Checks("power cuts (F04, F05)")

SIZE = 64 << 20
WRITERS = 4


class Disk:
    """An ext4 file system in a file; a copy of the file is what a disk would hold after a power cut."""

    def __init__(self, world, name):
        self.world = world
        self.image = world.folder / f"{name}.img"
        self.folder = world.folder / f"{name}-disk"
        self.folder.mkdir()

    def make(self):
        with open(self.image, "wb") as file:
            file.truncate(SIZE)
        subprocess.run(["mkfs.ext4", "-q", "-E", "lazy_itable_init=0", self.image], check=True, capture_output=True)
        return self.mount()

    def mount(self):
        done = subprocess.run(["mount", "-o", "loop", self.image, self.folder], capture_output=True, check=False)
        if done.returncode:
            raise Skip("no loop device can be mounted here")
        self.world.on_exit(self.unmount)
        return self

    def unmount(self):
        if os.path.ismount(self.folder):
            subprocess.run(["umount", "--lazy", self.folder], check=True)

    def cut(self, name):
        """What is on the disk at this moment, without what waits in memory."""
        copy = Disk(self.world, name)
        subprocess.run(["cp", "--sparse=always", self.image, copy.image], check=True)
        return copy.mount()


class Writers:
    """Write on and on; what was acknowledged is in a ledger outside the disk."""

    def __init__(self, server):
        self.server, self.api = server, server.api()
        self.acknowledged, self.attempted = {}, {}
        self.tokens, self.revoked, self.tried = [], set(), set()
        self.threads = [threading.Thread(target=self.write, args=(number,)) for number in range(WRITERS)]
        self.threads.append(threading.Thread(target=self.make_tokens))

    def write(self, writer):
        number = 0
        while True:
            number += 1
            path = f"w{writer}/s{number % 8}"
            self.attempted.setdefault(path, []).append(number)
            try:
                if self.api.post(f"/v1/secret/{path}", {"number": number, "more": "x" * 500}).status != 204:
                    return
            except (OSError, HTTPException):
                return
            self.acknowledged[path] = number

    def make_tokens(self):
        try:
            while True:
                answer = self.api.post("/v1/auth/token/create", {"ttl": "1h"})
                if answer.status != 200:
                    return
                token = answer.json["auth"]["client_token"]
                self.tokens.append(token)
                if len(self.tokens) % 2:
                    self.tried.add(token)
                    if self.api.post("/v1/auth/token/revoke", {"token": token}).status == 204:
                        self.revoked.add(token)
        except (OSError, HTTPException):
            return

    def run(self, seconds, end):
        for thread in self.threads:
            thread.start()
        time.sleep(seconds)
        end()
        for thread in self.threads:
            thread.join()

    def kept(self, server):
        """What is missing of what was acknowledged."""
        missing, api = [], server.api()
        for path, number in self.acknowledged.items():
            answer = api.get(f"/v1/secret/{path}")
            found = answer.data["number"] if answer.status == 200 else None
            if found is None or found < number or found not in self.attempted[path]:
                missing.append(f"{path}: {found}, acknowledged {number}")
        for token in self.tokens:
            status = api.post("/v1/auth/token/lookup", {"token": token}).status
            if token in self.revoked and status == 200:
                missing.append("a revoked token lives")
            if token not in self.tried and status != 200:
                missing.append("a token is gone")
        return missing


def new_server(world, name, folder, like=None):
    server = world.new_server(name)
    text = server.configuration.read_text()
    server.configuration.write_text(text.replace(f"{server.folder}/data", str(folder / "data")))
    if like:
        server.keys, server.root_token, server.threshold = like.keys, like.root_token, 1
    return server


@CHECKS.check("what was acknowledged is there after a power cut, at any moment")
def _(world):
    chooser, count = random.Random(world.seed), world.pick(4, 200)
    disk = Disk(world, "power").make()
    server = new_server(world, "power", disk.folder).start_unsealed()
    server.api().must("POST", "/v1/sys/mounts/secret", {"type": "kv"})
    total = 0
    for cycle in range(count):
        writers = Writers(server)
        copies = []

        def end(server=server, cycle=cycle, copies=copies, disk=disk):
            server.kill()
            copies.append(disk.cut(f"cut{cycle}"))

        writers.run(chooser.uniform(0.05, 0.5), end)
        disk.unmount()
        disk.image.unlink()
        disk = copies[0]
        after = new_server(world, f"power{cycle}", disk.folder, like=server)
        after.start()
        after.unseal()
        missing = writers.kept(after)
        equal(missing, [], f"lost in cycle {cycle}")
        total += sum(map(len, writers.attempted.values()))
        shutil.rmtree(server.folder)
        server = after
    print(f"           ({count} cuts, {total} writes)", flush=True)
    equal(server.stop(), 0, "exit status")
    disk.unmount()


@CHECKS.check("the harness finds what is not synced: a file that was only written is not on the disk after a cut")
def _(world):
    disk = Disk(world, "check").make()
    written, synced = disk.folder / "written", disk.folder / "synced"
    written.write_bytes(b"x" * 100_000)
    with open(synced, "wb") as file:
        file.write(b"y" * 100_000)
        file.flush()
        os.fsync(file.fileno())
    copy = disk.cut("check-cut")
    equal((copy.folder / "synced").read_bytes(), b"y" * 100_000, "what was synced")
    found = copy.folder / "written"
    true(not found.exists() or found.read_bytes() != b"x" * 100_000, "what was not synced is there as well")
    disk.unmount()
    copy.unmount()


def wal_of(folder):
    return folder / "coffer.db-wal"


def torn(wal, chooser):
    """The end of the log lost, zeroed, or its last frames in another order; what it was."""
    data = bytearray(wal.read_bytes())
    kind = chooser.choice(("cut", "zeroed", "noise", "swapped"))
    length = chooser.randrange(1, 4097)
    if kind == "cut":
        del data[-length:]
    elif kind == "zeroed":
        data[-length:] = bytes(length)
    elif kind == "noise":
        data[-length:] = chooser.randbytes(length)
    else:
        frame = 24 + struct.unpack(">I", data[8:12])[0]
        first, second = len(data) - 2 * frame, len(data) - frame
        if first < 32:
            return None
        data[first:second], data[second:] = data[second:], data[first:second]
    wal.write_bytes(data)
    return kind


@CHECKS.check("a torn end of the log, or one in another order, is dropped; what was synced before it is there (F05)")
def _(world):
    chooser = random.Random(world.seed)
    server = world.new_server("torn").start_unsealed()
    api = server.api()
    api.must("POST", "/v1/sys/mounts/secret", {"type": "kv"})
    for number in range(40):
        api.must("POST", f"/v1/secret/s{number}", {"number": number})
    # The newest two writes may be those that were not synced; nothing before them.
    for name in ("newest1", "newest2"):
        api.must("POST", f"/v1/secret/{name}", {"k": "x" * 6000})
    server.kill()
    base = world.folder / "torn-base"
    shutil.copytree(server.folder / "data", base)
    counts = {}
    for number in range(world.pick(24, 500)):
        data = server.folder / "data"
        shutil.rmtree(data)
        shutil.copytree(base, data)
        kind = torn(wal_of(data), chooser)
        if kind is None:
            continue
        counts[kind] = counts.get(kind, 0) + 1
        server.start()
        server.unseal()
        api = server.api()
        for secret in range(0, 40, 3):
            equal(api.must("GET", f"/v1/secret/s{secret}").data["number"], secret, f"{kind} {number}: an older secret")
        statuses = [api.get(f"/v1/secret/{name}").status for name in ("newest1", "newest2")]
        true(statuses in ([200, 200], [200, 404], [404, 404]), f"{kind} {number}: the newest {statuses}")
        api.must("POST", "/v1/secret/after", {"k": "v"})
        server.kill()
    print(f"           ({counts})", flush=True)


@CHECKS.check("a changed page of the database is not served as if it were right (F05)")
def _(world):
    chooser = random.Random(world.seed)
    server = world.new_server("pages").start_unsealed()
    api = server.api()
    api.must("POST", "/v1/sys/mounts/secret", {"type": "kv"})
    for number in range(300):
        api.must("POST", f"/v1/secret/s{number}", {"number": number, "more": "x" * 300})
    equal(server.stop(), 0, "exit status")
    base = world.folder / "pages-base"
    shutil.copytree(server.folder / "data", base)
    outcomes = {"refused": 0, "some refused": 0, "unharmed": 0}
    for number in range(world.pick(16, 300)):
        data = server.folder / "data"
        shutil.rmtree(data)
        shutil.copytree(base, data)
        with open(data / "coffer.db", "r+b") as file:
            place = chooser.randrange((data / "coffer.db").stat().st_size - 64)
            file.seek(place)
            file.write(chooser.randbytes(64))
        outcomes[page_outcome(server, f"mutation {number} at {place}")] += 1
    print(f"           ({outcomes})", flush=True)


def page_outcome(server, name):
    try:
        server.start()
    except AssertionError:
        return "refused"
    answer = server.api("").request("PUT", "/v1/sys/unseal", {"key": server.keys[0]})
    if answer.status != 200 or answer.json["sealed"]:
        server.kill()
        return "refused"
    statuses = []
    for secret in range(300):
        found = server.api().get(f"/v1/secret/s{secret}")
        statuses.append(found.status)
        if found.status == 200:
            equal(found.data["number"], secret, f"{name}: a wrong value")
    equal(server.process.poll(), None, f"{name}: the server ended")
    server.kill()
    return "unharmed" if set(statuses) == {200} else "some refused"
