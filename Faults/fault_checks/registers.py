"""FE2: every history of check-and-set registers is linearizable, whatever happens to the leader and the storage.

Clients read and write entries of the KV engine, version 2, on all nodes while faults come one after the other. What
they did and were told goes into a file, which `HistoryCheck` (Tests/Support/Linearizability) judges.
"""

import json
import random
import subprocess
import threading
import time
from collections import Counter
from http.client import HTTPException

from livetest.checks import Checks, equal, true
from livetest.server import wait_for

from .cluster import Cluster, report, rounds
from .connections import Connections
from .open_loop import OpenLoop
from .stores import SHARED, SQLITE
from .traffic import ENOUGH, RATE

CHECKS = Checks("registers")
STORES = (*SHARED, SQLITE)
REGISTERS = 24
# New registers after so many seconds: a search grows with the calls whose outcome nobody knows.
GENERATION = 20


class Clients:
    """Calls at registers at a steady rate, and their history."""

    def __init__(self, cluster, seed):
        self.cluster = cluster
        self.loop = OpenLoop(RATE, self.call, seed)
        self.stop = self.loop.stop
        self.lock = threading.Lock()
        self.nodes, self.history = [], []
        # The versions that clients saw last.
        self.known = {}

    def __enter__(self):
        self.nodes = [Connections(node.port, self.cluster.token) for node in self.cluster.nodes]
        self.loop.__enter__()
        return self

    def __exit__(self, *error):
        self.loop.__exit__(*error)
        for node in self.nodes:
            node.close()

    @property
    def seconds(self):
        return time.monotonic() - self.loop.began

    def call(self, client, chance, number):
        key = f"g{int(self.seconds / GENERATION)}r{chance.randrange(REGISTERS)}"
        call = {"key": key, "client": client}
        if chance.random() < 0.45:
            act, call["call"] = self.read, "read"
        else:
            act, call["call"], call["value"] = self.write, "write", f"{client}-{number}"
            # A few in any case; the others what somebody saw last.
            if chance.random() > 0.05:
                call["expecting"] = self.known.get(key, 0)
        call["start"] = time.monotonic_ns()
        if act(chance.choice(self.nodes), call):
            with self.lock:
                self.history.append(call)
                if "version" in call:
                    self.known[key] = max(call["version"], self.known.get(key, 0))

    @staticmethod
    def read(node, call):
        """Whether it is worth noting: a read that failed says nothing."""
        try:
            answer = node.request("GET", f"/v1/registers/data/{call['key']}")
        except (OSError, HTTPException):
            return False
        call["end"] = time.monotonic_ns()
        if answer.status == 404:
            call["version"] = 0
            return True
        if answer.status != 200:
            return False
        call["version"], call["value"] = answer.data["metadata"]["version"], answer.data["data"]["value"]
        return True

    @staticmethod
    def write(node, call):
        """What was surely not sent on is not noted; what nobody knows of has no end."""
        body = {"data": {"value": call["value"]}}
        if "expecting" in call:
            body["options"] = {"cas": call["expecting"]}
        try:
            answer = node.request("POST", f"/v1/registers/data/{call['key']}", body)
        except ConnectionRefusedError:
            return False
        except (OSError, HTTPException):
            return True
        if answer.status == 307:
            return False
        if answer.status == 200:
            call["version"], call["end"] = answer.data["version"], time.monotonic_ns()
        elif answer.status == 400 and b"check-and-set" in answer.body:
            call["refused"], call["end"] = True, time.monotonic_ns()
        return True


def judged(world, history, name):
    """Whether HistoryCheck calls it linearizable, and its words."""
    program = world.binary.parent / "HistoryCheck"
    true(program.exists(), f"{program} is not there; build it: scripts/build-release HistoryCheck")
    path = world.folder / f"{name}.jsonl"
    path.write_text("".join(json.dumps(call) + "\n" for call in history))
    with open(path) as file:
        done = subprocess.run([program], stdin=file, capture_output=True, text=True, timeout=1800)
    true(done.returncode in (0, 1), f"HistoryCheck ended with {done.returncode}: {done.stdout[-500:]}")
    return done.returncode == 0, done.stdout.strip()


class Faults:
    """One after the other, drawn from a seed; each is over when somebody leads again."""

    def __init__(self, cluster, chance, stop):
        self.cluster, self.chance, self.stop = cluster, chance, stop
        self.count = {}
        shared = len(cluster.nodes) > 1
        self.kinds = [self.kill, self.pause, self.cut, self.step_down, self.storage] if shared else [self.kill]
        chance.shuffle(self.kinds)

    def next(self):
        kind = self.kinds[sum(self.count.values()) % len(self.kinds)]
        self.count[kind.__name__] = self.count.get(kind.__name__, 0) + 1
        kind(self.cluster.wait_for_leader())
        self.cluster.wait_for_leader()
        self.stop.wait(self.chance.uniform(1, 3))

    def kill(self, leader):
        leader.kill()
        self.stop.wait(self.chance.uniform(0, 0.5))
        self.cluster.restart(leader)

    def pause(self, leader):
        leader.pause()
        self.stop.wait(self.chance.choice((0.5, 2, 7, 10)))
        leader.resume()

    def cut(self, leader):
        leader.to_storage.cut(self.chance.choice(("both", "up", "down")))
        self.stop.wait(self.chance.choice((1, 4, 8)))
        leader.to_storage.heal()

    def step_down(self, leader):
        leader.api().request("PUT", "/v1/sys/step-down")

    def storage(self, leader):
        self.cluster.store.kill()
        self.stop.wait(self.chance.uniform(0, 3))
        self.cluster.store.start()


def superseded(history, chance):
    """A noted read, and an older state that was surely replaced before the read began; nothing when there is none.

    Of the registers with the fewest calls of unknown outcome: to find that no order explains them takes the longer the more
    orders there are.
    """
    unknown = Counter(call["key"] for call in history if "end" not in call)
    reads = [call for call in history if call["call"] == "read" and call["version"] > 1]
    chance.shuffle(reads)
    for read in sorted(reads, key=lambda read: unknown[read["key"]]):
        writes = [call for call in history if call["key"] == read["key"] and call["call"] == "write"
                  and call.get("end", read["start"]) < read["start"] and "version" in call]
        for old in writes:
            if any(call["version"] > old["version"] for call in writes):
                return read, old
    return None


@CHECKS.check("FE2: every history of registers is linearizable under kills, pauses, cuts and a storage that is killed")
def _(world):
    is_shared = world.store != SQLITE
    cluster = Cluster(world, count=3 if is_shared else 1, with_wires=is_shared).start()
    cluster.wait_for_leader().api().must("POST", "/v1/sys/mounts/registers", {"type": "kv", "options": {"version": "2"}})
    wait_for(lambda: cluster.wait_for_leader().api().get("/v1/registers/config").status == 200, "the mount")
    chance = random.Random(world.seed)
    seconds = rounds(15 if is_shared else 6, 600)
    with Clients(cluster, world.seed) as clients:
        faults = Faults(cluster, chance, clients.stop)
        while clients.seconds < seconds or not faults.count:
            faults.next()
    world.history = clients.history
    is_linearizable, words = judged(world, clients.history, "history")
    answered = sum("end" in call for call in clients.history)
    report(f"seed {world.seed}, {clients.loop.took:.0f} s, faults {faults.count}: {clients.loop.told()}, "
           f"{answered} with an outcome: {words}")
    true(answered > seconds * 10, f"only {answered} calls were answered")
    true(clients.loop.offered()[0] > ENOUGH * RATE, "too few requests were offered")
    true(is_linearizable, words)


@CHECKS.check("FE2: the checker catches one stale read, and one lost update, in the same history")
def _(world):
    chance = random.Random(world.seed)
    found = superseded(world.history, chance)
    true(found, "no state of the history was replaced")
    read, old = found
    # A history is linearizable when that of each register is.
    calls = [call for call in world.history if call["key"] == read["key"]]
    stale = [call if call is not read else read | {"version": old["version"], "value": old["value"]} for call in calls]
    equal(judged(world, stale, "stale")[0], False, "a history with a stale read is linearizable")
    lost = calls + [old | {"value": "lost", "client": 99}]
    is_linearizable, words = judged(world, lost, "lost")
    equal(is_linearizable, False, "a history with a lost update is linearizable")
    report(words.splitlines()[0][:160])
