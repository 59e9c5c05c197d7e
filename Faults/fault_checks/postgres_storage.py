"""What is done to a server over SQLite, done to one over PostgreSQL: kills at any moment and at any message."""

import hashlib
import json
import random
import signal
import socket
import subprocess
import threading
import time
from http.client import HTTPException

from livetest.checks import Checks, equal, true
from livetest.databases import client
from livetest.server import wait_for

from . import audit_full, disk_calls, initialization, snapshots, stores
from .cluster import Node
from .power import Writers

CHECKS = Checks("over PostgreSQL (F02, F03, F23, F37, F41)")

# What a leader's lock lasts when nobody renews it, and a margin.
LOCK_SECONDS = 15 + 3


class Database:
    """The group's own PostgreSQL; each server has a database of its own in it."""

    def __init__(self, world):
        self.server = stores.new_store(world, stores.POSTGRES).server

    def make(self, name, template=None):
        self.server.query(f"CREATE DATABASE {name}" + (f" TEMPLATE {template}" if template else ""))
        return name

    def drop(self, name):
        self.server.query(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def url(self, name, port=None):
        server = self.server
        return (f"postgresql://{server.superuser}:{server.superuser_password}@127.0.0.1:{port or server.port}/{name}"
                "?sslmode=disable")

    def sessions(self, name):
        return int(self.server.query(f"SELECT count(*) FROM pg_stat_activity WHERE datname = '{name}'"))

    def entries(self, name):
        """All entries, as psql shows them."""
        server = self.server
        return client(
            ["psql", "-X", "-q", "-A", "-t", "-h", server.folder, "-p", server.port, "-U", server.superuser, "-d", name,
             "-c", "SELECT encode(key, 'hex'), md5(value) FROM coffer_kv_store ORDER BY key"])


def server_over(world, name, url, shared=False):
    folder = world.folder / name
    folder.mkdir()
    node = world.stack.enter_context(Node(world.binary, folder, stores.Database(url)))
    if not shared:
        node.configuration.write_text(node.configuration.read_text().replace(
            'ha_enabled          = "true"', 'ha_enabled          = "false"'))
    return node


def shared(world):
    """Made by the first check that runs, which a row by itself may choose."""
    if not hasattr(world, "database"):
        world.database = Database(world)
    return world.database


def fresh(world, name, **options):
    database = shared(world)
    return server_over(world, name, database.url(database.make(name)), **options).start_unsealed()


@CHECKS.check("killed at random moments, a server loses nothing that was acknowledged, and its sessions end (F02)")
def _(world):
    database = shared(world)
    chooser, total, slowest = random.Random(world.seed), 0, 0
    server = fresh(world, "kills")
    server.api().must("POST", "/v1/sys/mounts/secret", {"type": "kv"})
    cycles = world.pick(4, 300)
    for cycle in range(cycles):
        writers = Writers(server)
        writers.run(chooser.uniform(0.05, 0.5), server.kill)
        wait_for(lambda: database.sessions("kills") == 0, "sessions of the killed server stay")
        start = time.monotonic()
        server.start()
        server.unseal()
        slowest = max(slowest, time.monotonic() - start)
        equal(writers.kept(server), [], f"lost in cycle {cycle}")
        total += sum(map(len, writers.attempted.values())) + len(writers.tokens)
    print(f"           ({cycles} kills, {total} writes and tokens, back after {slowest:.2f} s at most)", flush=True)
    true(slowest < world.pick(10, 5), f"back after {slowest:.2f} s only")
    server.kill()


@CHECKS.check("a leader that was killed leads again as soon as its lock is over (F02)")
def _(world):
    server = fresh(world, "locks", shared=True)
    wait_for(lambda: server.leads, "the node does not lead", seconds=LOCK_SECONDS)
    waits = []
    for _ in range(world.pick(1, 20)):
        server.kill()
        start = time.monotonic()
        server.start()
        server.unseal()
        wait_for(lambda: server.leads, "the killed leader's lock stays", seconds=LOCK_SECONDS)
        waits.append(time.monotonic() - start)
    print(f"           ({len(waits)} kills, leading again after {max(waits):.1f} s at most)", flush=True)
    server.kill()


class KillingProxy:
    """Between a server and its database; kills the server at a message of its: before or after it is passed on."""

    def __init__(self, port):
        self.target, self.victim = port, None
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.lock = threading.Lock()
        self.countdown, self.passes = None, False
        threading.Thread(target=self.accept, daemon=True).start()

    def arm(self, server, message, passes):
        with self.lock:
            self.victim, self.countdown, self.passes = server.process, message, passes

    def disarm(self):
        """Whether the message came."""
        with self.lock:
            was_reached = self.countdown is not None and self.countdown <= 0
            self.countdown = None
            return was_reached

    def is_last(self):
        with self.lock:
            if self.countdown is None:
                return False
            self.countdown -= 1
            return self.countdown == 0

    def accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
                server = socket.create_connection(("127.0.0.1", self.target))
            except OSError:
                return
            threading.Thread(target=self.up, args=(client, server), daemon=True).start()
            threading.Thread(target=self.down, args=(server, client), daemon=True).start()

    def up(self, client, server):
        try:
            while data := client.recv(1 << 16):
                if self.is_last():
                    if self.passes:
                        server.sendall(data)
                        # The database does it, and nobody is told.
                        time.sleep(0.02)
                    self.victim.send_signal(signal.SIGKILL)
                    break
                server.sendall(data)
        except OSError:
            pass
        end(client, server)

    def down(self, server, client):
        try:
            while data := server.recv(1 << 16):
                client.sendall(data)
        except OSError:
            pass
        end(client, server)


def end(*sockets):
    for one in sockets:
        try:
            one.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass


@CHECKS.check("a server that has something to lose, behind a proxy that counts its messages (F03)")
def _(world):
    server = world.base = fresh(world, "base")
    api = server.api()
    api.must("POST", "/v1/sys/mounts/secret", {"type": "kv-v2"})
    api.must("POST", "/v1/secret/data/a", {"data": {"k": "older"}})
    world.snapshot = api.must("GET", "/v1/sys/storage/raft/snapshot").body
    api.must("DELETE", "/v1/secret/metadata/a")
    api.must("POST", "/v1/secret/data/a", {"data": {"k": "old"}})
    for _ in range(3):
        api.must("POST", "/v1/secret/data/many", {"data": {"k": "x" * 3000}})
    equal(server.stop(), 0, "exit status")
    wait_for(lambda: world.database.sessions("base") == 0, "sessions stay")
    world.proxy = KillingProxy(world.database.server.port)
    world.on_exit(world.proxy.listener.close)
    world.count = 0


def one_round(world, operation, message, passes):
    """Kills at the message of this number; whether the operation got there."""
    database, proxy, name = world.database, world.proxy, f"round{world.count}"
    world.count += 1
    database.make(name, template="base")
    server = server_over(world, name, database.url(name, proxy.port))
    server.keys, server.root_token, server.threshold = list(world.base.keys), world.base.root_token, 1
    server.start()
    server.unseal()
    api, notes = server.api(), {"keys": server.keys, "snapshot": world.snapshot}
    api.put = lambda path, body: api.request("PUT", path, body)
    operation.prepare(api, notes)
    proxy.arm(server, message, passes)
    try:
        answer = operation.act(api, notes)
    except (OSError, HTTPException):
        answer = None
    was_reached = proxy.disarm()
    true(answer is None or answer.status in (200, 204), f"{operation.name}: {answer}")
    true(was_reached or answer, f"{operation.name}: neither killed nor answered")
    true(was_reached or message > 1, f"{operation.name}: the database is not asked")
    if was_reached:
        # With its message passed on, the server may have answered before it was killed.
        equal(server.process.wait(timeout=10), -signal.SIGKILL, "how the server ended")
    server.kill()
    server.start()
    state = disk_calls.state_after(server, operation, notes)
    true(answer is None or state == "after", f"{operation.name}: answered, and not done, killed at message {message}")
    server.kill()
    database.drop(name)
    return was_reached


def sweep(world, operation):
    if world.is_full:
        rounds = 0
        for passes in (False, True):
            message = 1
            while one_round(world, operation, message, passes):
                message += 1
                true(message < 1000, f"{operation.name}: it never ends")
            rounds += message
        return rounds
    chosen = random.Random(f"{world.seed} {operation.name}")
    for _ in range(2):
        one_round(world, operation, chosen.randrange(1, 4), chosen.random() < 0.5)
    return 2


def make_check(operation):
    @CHECKS.check(f"{operation.name}: killed at its messages to the database, done or not done (F03)")
    def _(world):
        print(f"           ({sweep(world, operation)} rounds)", flush=True)


for each in disk_calls.OPERATIONS:
    make_check(each)


@CHECKS.check("with the only audit device failing nothing reaches the database, and service resumes (F23)")
def _(world):
    server = fresh(world, "audited")
    folder = world.folder / "audit-disk"
    folder.mkdir()
    kind = audit_full.Disk if audit_full.Disk.mount(folder) else audit_full.SizeLimit
    if kind is audit_full.Disk:
        world.on_exit(subprocess.run, ["umount", "--lazy", str(folder)])
    disk, api = kind(folder, server), server.api()
    api.must("POST", "/v1/sys/mounts/secret", {"type": "kv-v2"})
    api.must("POST", "/v1/secret/data/a", {"data": {"k": "v"}})
    api.must("POST", "/v1/sys/audit/file", {"type": "file", "options": {"file_path": str(disk.audit_file)}})
    disk.fill()
    wait_for(lambda: api.post("/v1/secret/data/filling", {"data": audit_full.LONG}).status == 500, "the disk is not full")
    before = world.database.entries("audited")
    for number in range(world.pick(20, 200)):
        for path, body in (("secret/data/a", {"data": audit_full.LONG | {"n": number}}),
                           ("auth/token/create", {"meta": {name: "v" for name in audit_full.LONG}}),
                           ("sys/policies/acl/p", {"policy": "# none"} | audit_full.LONG)):
            equal(api.post(f"/v1/{path}", body).status, 500, f"status of {path}")
    equal(digest(world.database.entries("audited")), digest(before), "entries while nothing could be audited")
    disk.free()
    wait_for(lambda: api.post("/v1/secret/data/a", {"data": {"k": "w"}}).status == 200, "service does not resume")
    for line in audit_full.whole_lines(disk.audit_file):
        true(line["type"] in ("request", "response"), "a line of another kind")
    server.kill()


def digest(text):
    return hashlib.sha256(text.encode()).hexdigest()


@CHECKS.check("a snapshot under load is one moment, in PostgreSQL and restored into SQLite, and back again (F37)")
def _(world):
    server = fresh(world, "loaded")
    server.api().must("POST", "/v1/sys/mounts/secret", {"type": "kv-v2"})
    writers = [snapshots.Writer(server, name) for name in range(snapshots.WRITERS)]
    for writer in writers:
        writer.start()
    taken = []
    for _ in range(world.pick(2, 10)):
        time.sleep(0.3)
        before = [writer.acknowledged for writer in writers]
        answer = server.api().get(snapshots.SNAPSHOT)
        equal(answer.status, 200, "status of the snapshot")
        taken.append((answer.body, before, [writer.attempted for writer in writers]))
    for writer in writers:
        writer.stopping.set()
        writer.join()
        true(writer.failure is None, f"a writer failed: {writer.failure}")
    for number, (body, before, after) in enumerate(taken):
        embedded = world.new_server(f"embedded{number}").start_unsealed()
        moved = into(embedded, body, server)
        check_moment(moved, writers, before, after)
        again = into(fresh(world, f"again{number}"), moved.get(snapshots.SNAPSHOT).body, server)
        check_moment(again, writers, before, after)
        embedded.kill()


def into(target, body, origin):
    """Restores a snapshot of other keys; what reads it afterwards."""
    equal(target.api().post(snapshots.SNAPSHOT + "-force", raw=body).status, 204, "restore")
    target.keys, target.threshold, target.root_token = origin.keys, 1, origin.root_token
    if target.api("").get("/v1/sys/seal-status").json["sealed"]:
        target.unseal()
    return target.api()


def check_moment(api, writers, before, after):
    for writer, least, most in zip(writers, before, after):
        found = snapshots.numbers_in(api, writer)
        equal(found, list(range(1, len(found) + 1)), "a prefix of what one writer did")
        true(least <= len(found) <= most, f"{len(found)} is not between {least} and {most}")


@CHECKS.check("killed at any moment of its first start, a server is empty or its keys are on the disk (F41)")
def _(world):
    chance, database = random.Random(world.seed), world.database

    def self_made(name, more="", extra=""):
        server = server_over(world, name, database.url(database.make(name)))
        (server.folder / "keys").mkdir()
        text = server.configuration.read_text() + (initialization.STANZAS + extra).format(
            folder=server.folder, more=more)
        server.configuration.write_text(text)
        return server

    refused = self_made("nowhere", "", 'audit "file" "declared" {{ options {{ file_path = "/nowhere/at/all.log" }} }}\n')
    try:
        initialization.start(refused)
    except AssertionError:
        pass
    else:
        raise AssertionError("the server started without its declared audit device")
    equal(initialization.key_files(refused), [], "key files")
    equal(database.entries("nowhere"), "", "entries")
    began = time.monotonic()
    reference = self_made("reference")
    initialization.start(reference)
    duration = time.monotonic() - began
    reference.kill()
    for number in range(world.pick(5, 60)):
        server = self_made(f"first{number}", "keep_root_token = true")
        killer = threading.Timer(chance.uniform(0, duration), lambda: server.process and server.kill())
        killer.start()
        try:
            initialization.start(server)
        except AssertionError:
            pass
        killer.join()
        if server.process.poll() is None:
            server.kill()
        initialization.start(server)
        made = json.loads(initialization.key_files(server)[-1].read_text())
        server.keys, server.threshold, server.root_token = made["keys"], 2, made["root_token"]
        if server.api("").get("/v1/sys/seal-status").json["sealed"]:
            server.unseal()
        wait_for(lambda: server.api().get("/v1/secret/data/greeting").status == 200, "the requests were not made")
        equal(server.stop(), 0)
        database.drop(f"first{number}")


@CHECKS.check("the harness sees what a storage that forgets loses (H5)")
def _(world):
    """The database commits without its disk, and its last moments are taken away: the ledger has to notice."""
    server = fresh(world, "forgetful")
    server.api().must("POST", "/v1/sys/mounts/secret", {"type": "kv"})
    server.kill()
    wait_for(lambda: world.database.sessions("forgetful") == 0, "sessions stay")
    world.database.make("older", template="forgetful")
    server.start()
    server.unseal()
    writers = Writers(server)
    writers.run(0.5, server.kill)
    old = server_over(world, "older", world.database.url("older"))
    old.keys, old.root_token, old.threshold = server.keys, server.root_token, 1
    old.start()
    old.unseal()
    true(writers.kept(old), "the ledger finds nothing missing in a database that was set back")
    old.kill()
