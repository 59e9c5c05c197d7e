"""FE1, FE5, FE10: the fence itself. Programs that lead and write (FenceProbe) are stopped, raced and deposed."""

import random
import signal
import subprocess
import time

from livetest.checks import Checks, equal, true
from livetest.server import wait_for

from .cluster import Cluster, percentile, report, rounds
from .stores import ETCD, SHARED, new_store

CHECKS = Checks("fencing")
STORES = SHARED
# Of ten values of 50 KB, of which one finds room in the commit itself.
PIECES = 18


class Probe:
    """A process that leads, and writes until it is deposed."""

    def __init__(self, world, store, fence="safe"):
        program = world.binary.parent / "FenceProbe"
        true(program.exists(), f"{program} is not there; build it: scripts/build-release FenceProbe")
        self.process = subprocess.Popen(
            [program, *store.probe(fence)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        world.on_exit(self.end)
        equal(self.line(), "ready", "the probe's first word")

    def end(self):
        self.process.kill()
        self.process.wait()

    def line(self):
        return self.process.stdout.readline().strip()

    def tell(self, word):
        self.process.stdin.write(word + "\n")
        self.process.stdin.flush()

    def take(self, when_stuck=None):
        """The epoch of a leadership; `when_stuck` is called once it had to wait for long."""
        self.tell("take")
        waits = 0
        while (line := self.line()) == "waiting":
            waits += 1
            if waits == 2 and when_stuck:
                when_stuck()
        word, epoch = line.split()
        equal(word, "leading", "the probe's answer")
        return int(epoch)


def store_of(world):
    if getattr(world, "store_itself", None) is None:
        world.store_itself = new_store(world)
    return world.store_itself


def take_overs(world, fence, count):
    """Entries written by a deposed leader after it was deposed, all entries, and how long each take-over took."""
    store = store_of(world)
    probes = [Probe(world, store, fence), Probe(world, store, fence)]
    chance = random.Random(world.seed)
    stale = written = 0
    times = []
    epoch = probes[0].take()
    for number in range(count):
        old, new = probes[number % 2], probes[(number + 1) % 2]
        time.sleep(chance.uniform(0.02, 0.1))
        old.process.send_signal(signal.SIGSTOP)
        # Stopped in the middle of a transaction, a writer is ended by whoever takes over, who finds it by the lock of
        # the fence. The careless one takes no such lock, and has to be let go on.
        let_go_on = None if fence == "safe" else lambda: old.process.send_signal(signal.SIGCONT)
        start = time.monotonic()
        next_epoch = new.take(let_go_on)
        times.append(time.monotonic() - start)
        before = store.written(fence, epoch)
        old.process.send_signal(signal.SIGCONT)
        equal(old.line(), f"deposed {epoch}", "the old leader")
        after = store.written(fence, epoch)
        stale += after - before
        written += after
        epoch = next_epoch
    for probe in probes:
        probe.end()
    return stale, written, times


@CHECKS.check("FE1: a deposed leader writes nothing, however it was stopped; a careless fence is caught")
def _(world):
    count = rounds(40, 600)
    stale, written, times = take_overs(world, "safe", count)
    report(f"seed {world.seed}, fence as built: {count} take-overs, {written} entries, {stale} written by a deposed "
           f"leader; taking over took p50 {percentile(times, 0.5) * 1000:.0f} ms, most {max(times) * 1000:.0f} ms")
    few = rounds(20, 60)
    caught, written, _ = take_overs(world, "unsafe", few)
    report(f"check, then write: {few} take-overs, {written} entries, {caught} written by a deposed leader")
    equal(stale, 0, "entries written by a deposed leader")
    true(caught > 0, "the test does not catch a fence that is unsafe")


@CHECKS.check("FE5: of two that ask for leadership at once, one gets it, with a new epoch")
def _(world):
    probes = [Probe(world, store_of(world)), Probe(world, store_of(world))]
    won, last, times = [0, 0], 0, []
    count = rounds(100, 1000)
    for _ in range(count):
        start = time.monotonic()
        for probe in probes:
            probe.tell("acquire")
        answers = [probe.line().split() for probe in probes]
        times.append(time.monotonic() - start)
        leading = [number for number, answer in enumerate(answers) if answer[0] == "leading"]
        equal(len(leading), 1, f"how many lead, of {answers}")
        equal(answers[1 - leading[0]], ["refused"], "the other one")
        epoch = int(answers[leading[0]][1])
        true(epoch > last, f"epoch {epoch} after {last}")
        last = epoch
        won[leading[0]] += 1
        probes[leading[0]].tell("release")
        equal(probes[leading[0]].line(), "released", "the answer to giving up")
    report(f"{count} races, one leader in each: {won[0]} the first, {won[1]} the second; p99 "
           f"{percentile(times, 0.99) * 1000:.0f} ms")
    true(min(won) > 0, "one never won: they did not race")


@CHECKS.check("FE5: when what says who leads was deleted or set back by hand nobody leads, and the log names the reason")
def _(world):
    if not store_of(world).counts_epochs:
        return deleted_lock(world)
    for number, change in enumerate(("lose_leader", "set_epoch_back")):
        store_of(world).forget()
        cluster = Cluster(world, count=2, name=f"{change}{number}", store=store_of(world)).start()
        getattr(cluster.store, change)()
        wait_for(lambda: any("storage_epoch_regression" in node.log.read_text() for node in cluster.nodes),
                 f"{change}: nothing is said in the logs", seconds=20)
        wait_for(lambda: not cluster.leader(), f"{change}: a node leads on")
        end = time.monotonic() + rounds(2, 20)
        while time.monotonic() < end:
            true(not cluster.leader(), f"{change}: a node leads again")
        report(f"{change}: nobody leads, storage_epoch_regression in the log")
        for node in cluster.nodes:
            node.kill()


def deleted_lock(world):
    """Of a storage that counts by itself: without its key the leader is deposed, and the next epoch is a later one."""
    store_of(world).forget()
    cluster = Cluster(world, count=2, name="deleted", store=store_of(world)).start()
    leader = cluster.wait_for_leader()
    before = leader.leader()["coffer_epoch"]
    cluster.store.lose_leader()
    wait_for(lambda: (now := cluster.leader()) and now.leader().get("coffer_epoch", 0) > before, "no later epoch begins")
    report("the leader's key deleted: a later epoch begins")


@CHECKS.check("FE10: a holder that is stopped in the middle of a transaction delays a take-over by two seconds at most")
def _(world):
    store = store_of(world)
    if not hasattr(store, "frozen_holder"):
        return report("nothing to hold: its transactions are single requests")
    probes = [Probe(world, store), Probe(world, store)]
    times = []
    epoch = probes[1].take()
    for number in range(rounds(3, 100)):
        holder = store.frozen_holder("safe")
        start = time.monotonic()
        next_epoch = probes[number % 2].take()
        times.append(time.monotonic() - start)
        equal(probes[1 - number % 2].line(), f"deposed {epoch}", "the old leader")
        epoch = next_epoch
        true(not holder.commits(), "the holder committed after it was deposed")
    report(f"{len(times)} holders, taken over after p50 {percentile(times, 0.5):.2f} s, most {max(times):.2f} s; none "
           "committed")
    true(max(times) < 2, f"a take-over took {max(times):.2f} s")


@CHECKS.check("FE12: a batch above the limits of etcd is whole or absent when the process is killed between its pieces")
def _(world):
    if world.store != ETCD:
        return report("only etcd has such limits")
    store, chance = store_of(world), random.Random(world.seed)
    count, written, left_behind, torn = rounds(30, 500), 0, 0, []
    for _ in range(count):
        writer = Probe(world, store, "pieces")
        writer.tell(f"write {written + 1}")
        equal(writer.line().split()[0], "leading", "the probe's answer")
        time.sleep(chance.uniform(0.02, 0.6))
        writer.end()
        words = [line.split() for line in writer.process.stdout.read().splitlines()]
        acknowledged = max([int(word[1]) for word in words if word[0] == "batch"], default=written)
        left_behind += store.count("/probe_pieces/c/") > PIECES
        other = Probe(world, store, "pieces")
        other.tell("inspect")
        said = other.line()
        other.end()
        # The last one may have been committed while its answer was lost.
        if said not in (f"found {acknowledged}", f"found {acknowledged + 1}"):
            torn.append((said, acknowledged))
            break
        written = int(said.split()[1])
        equal(store.count("/probe_pieces/c/"), PIECES if written else 0, "pieces after the collection")
        equal(store.count("/probe_pieces/d/"), 11 if written else 1, "entries")
    report(f"{count} kills, {written} batches of 500 KB; {left_behind} kills left pieces behind that nothing referred to, "
           "all of them collected")
    equal(torn, [], "batches that are not whole, or lost")
    true(left_behind > 0, "no kill fell between pieces: the test shows nothing")
