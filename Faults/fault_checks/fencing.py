"""FE1, FE8, FE9: the fence itself, the first start, and commits whose answer is lost."""

import random
import socket
import subprocess
import threading
import time
import signal
from http.client import HTTPException

from livetest.api import API
from livetest.checks import Checks, equal, true
from livetest.server import wait_for

from .cluster import Node, full_scale, postgres

CHECKS = Checks("fencing")


def rounds(few, full):
    return full if full_scale() else few


def report(text):
    print(f"           {text}", flush=True)


class Probe:
    """A process that leads and writes until it is deposed."""

    def __init__(self, world, database, fence):
        program = world.binary.parent / "FenceProbe"
        true(program.exists(), f"{program} is not there; build it: swift build --product FenceProbe")
        url = (f"postgresql://{database.superuser}:{database.superuser_password}@127.0.0.1:{database.port}/postgres"
               "?sslmode=disable")
        self.process = subprocess.Popen(
            [program, url, f"probe_{fence}", f"probe_{fence}_leader", fence], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, text=True)
        world.on_exit(self.process.kill)
        equal(self.line(), "ready", "the probe's first word")

    def line(self):
        return self.process.stdout.readline().strip()

    def take(self, when_stuck=None):
        """The epoch of a leadership; `when_stuck` is called once it had to wait for long."""
        self.process.stdin.write("take\n")
        self.process.stdin.flush()
        waits = 0
        while (line := self.line()) == "waiting":
            waits += 1
            if waits == 5 and when_stuck:
                when_stuck()
        word, epoch = line.split()
        equal(word, "leading", "the probe's answer")
        return int(epoch)


def take_overs(world, fence, count):
    """How many entries a deposed leader wrote after it was deposed, in so many take-overs."""
    database = world.database
    probes = [Probe(world, database, fence), Probe(world, database, fence)]
    chance = random.Random(world.seed)
    stale = written = 0
    epoch = probes[0].take()
    for number in range(count):
        old, new = probes[number % 2], probes[(number + 1) % 2]
        time.sleep(chance.uniform(0.02, 0.1))
        old.process.send_signal(signal.SIGSTOP)
        # Stopped in the middle of a transaction, a writer is ended by whoever takes over, who finds it by the lock of
        # the fence. The careless one takes no such lock, and has to be let go on.
        let_go_on = None if fence == "safe" else lambda: old.process.send_signal(signal.SIGCONT)
        next_epoch = new.take(let_go_on)
        before = entries(database, fence, epoch)
        old.process.send_signal(signal.SIGCONT)
        equal(old.line(), f"deposed {epoch}", "the old leader")
        after = entries(database, fence, epoch)
        stale += after - before
        written += after
        epoch = next_epoch
    for probe in probes:
        probe.process.kill()
    return stale, written


def entries(database, fence, epoch):
    low, high = f"{epoch}/".encode().hex(), f"{epoch}0".encode().hex()
    return int(database.query(f"SELECT count(*) FROM probe_{fence} WHERE key >= '\\x{low}' AND key < '\\x{high}'"))


@CHECKS.check("FE1: a deposed leader writes nothing, however it was stopped; a careless fence is caught")
def _(world):
    world.database = postgres(world)
    count = rounds(60, 600)
    stale, written = take_overs(world, "safe", count)
    report(f"fence as built: {count} take-overs, {written} entries, {stale} written by a deposed leader")
    caught, written = take_overs(world, "unsafe", rounds(30, 60))
    report(f"check, then write: {rounds(30, 60)} take-overs, {written} entries, {caught} written by a deposed leader")
    equal(stale, 0, "entries written by a deposed leader")
    true(caught > 0, "the test does not catch a fence that is unsafe")


@CHECKS.check("FE8: two nodes that are initialised at once give one set of keys, and it opens the server")
def _(world):
    count = rounds(6, 200)
    for number in range(count):
        database = world.database
        database.query("DROP TABLE IF EXISTS coffer_kv_store, coffer_kv_store_meta, coffer_leader")
        url = (f"postgresql://{database.superuser}:{database.superuser_password}@127.0.0.1:{database.port}/postgres"
               "?sslmode=disable")
        nodes = []
        for letter in "ab":
            folder = world.folder / f"init{number}{letter}"
            folder.mkdir()
            nodes.append(world.stack.enter_context(Node(world.binary, folder, url)))
        for node in nodes:
            node.start()
        answers = [None, None]

        def initialize(place):
            body = {"secret_shares": 1, "secret_threshold": 1}
            try:
                answers[place] = nodes[place].api("").request("PUT", "/v1/sys/init", body)
            except (OSError, HTTPException):
                pass

        threads = [threading.Thread(target=initialize, args=(place,)) for place in (0, 1)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        made = [answer for answer in answers if answer and answer.status == 200]
        equal(len(made), 1, f"sets of keys in round {number}: {[answer and answer.body[:80] for answer in answers]}")
        for node in nodes:
            node.keys, node.root_token, node.threshold = made[0].json["keys_base64"], made[0].json["root_token"], 1
            node.unseal()
        wait_for(lambda: any(node.leads for node in nodes), "no node leads")
        for node in nodes:
            node.stop()
    report(f"{count} rounds, one set of keys in each")


class CuttingProxy:
    """Between a server and its database: when armed, it passes the next COMMIT on and keeps its answer."""

    def __init__(self, port):
        self.target = port
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.armed = threading.Event()
        self.cuts = 0
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            server = socket.create_connection(("127.0.0.1", self.target))
            ends = {"cut": False}
            threading.Thread(target=self.up, args=(client, server, ends), daemon=True).start()
            threading.Thread(target=self.down, args=(server, client, ends), daemon=True).start()

    def up(self, client, server, ends):
        try:
            while data := client.recv(65536):
                if b"coffer_kv_store\"" in data and b"COMMIT\0" in data and self.armed.is_set():
                    self.armed.clear()
                    self.cuts += 1
                    ends["cut"] = True
                    server.sendall(data)
                    # The server commits; nobody is told.
                    time.sleep(0.05)
                    break
                server.sendall(data)
        except OSError:
            pass
        self.end(client, server)

    def down(self, server, client, ends):
        try:
            while data := server.recv(65536):
                if ends["cut"]:
                    break
                client.sendall(data)
        except OSError:
            pass
        self.end(client, server)

    @staticmethod
    def end(*sockets):
        for one in sockets:
            try:
                one.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass


@CHECKS.check("FE9: the connection is cut between COMMIT and its answer: what was acknowledged is there, once")
def _(world):
    database = world.database
    database.query("DROP TABLE IF EXISTS coffer_kv_store, coffer_kv_store_meta, coffer_leader")
    proxy = CuttingProxy(database.port)
    world.on_exit(proxy.listener.close)
    url = (f"postgresql://{database.superuser}:{database.superuser_password}@127.0.0.1:{proxy.port}/postgres"
           "?sslmode=disable")
    folder = world.folder / "cut"
    folder.mkdir()
    node = world.stack.enter_context(Node(world.binary, folder, url))
    node.start()
    node.initialize()
    node.unseal()
    wait_for(lambda: node.leads, "the node does not lead")
    api = node.api()
    api.must("POST", "/v1/sys/mounts/secret", {"type": "kv-v2"})
    api.must("POST", "/v1/sys/auth/approle", {"type": "approle"})
    api.must("POST", "/v1/auth/approle/role/r", {"policies": "default"})
    api.must("POST", "/v1/secret/config", {"max_versions": 100000})
    count = rounds(30, 1000)
    statuses = {}
    made = {"secrets": 0, "ids": 0, "unknown": 0}
    # A commit of another kind may be the one that passes while the trap is set.
    while proxy.cuts < count and sum(statuses.values()) < 10 * count:
        number = sum(statuses.values())
        proxy.armed.set()
        if number % 2:
            answer = api.post("/v1/secret/data/one", {"data": {"number": number}})
            made["secrets"] += answer.status == 200
        else:
            answer = api.post("/v1/auth/approle/role/r/secret-id")
            made["ids"] += answer.status == 200
        statuses[answer.status] = statuses.get(answer.status, 0) + 1
        made["unknown"] += answer.status == 500
        true(answer.status in (200, 500, 503), f"{answer.status}: {answer.body[:200]!r}")
    proxy.armed.clear()
    versions = api.must("GET", "/v1/secret/metadata/one").data["current_version"]
    ids = len(api.list("/v1/auth/approle/role/r/secret-id").data["keys"])
    report(f"{sum(statuses.values())} requests, {proxy.cuts} cuts, answers {statuses}; {made['secrets']} versions acknowledged and "
           f"{versions} stored, {made['ids']} secret ids acknowledged and {ids} stored")
    equal(proxy.cuts, count, "connections that were cut")
    true(made["secrets"] <= versions <= made["secrets"] + made["unknown"], "versions")
    true(made["ids"] <= ids <= made["ids"] + made["unknown"], "secret ids")
