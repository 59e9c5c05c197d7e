"""Three servers over one PostgreSQL on a machine whose processors are taken: one leads, or none for a while (F35)."""

import os
import signal
import subprocess
import sys
import threading
import time

from livetest.checks import Checks, equal, true

from .cluster import Cluster, percentile
from .traffic import Traffic

CHECKS = Checks("starved of the processor (F35)")

BURN = "while True: pass"


class Hogs:
    """Processes that take all there is; a server can be put behind them."""

    def __init__(self, each):
        self.count = each * (os.cpu_count() or 1)

    def __enter__(self):
        self.processes = [
            subprocess.Popen([sys.executable, "-c", BURN], stdin=subprocess.DEVNULL) for _ in range(self.count)]
        return self

    @staticmethod
    def schedule(node, policy):
        """SCHED_IDLE: only what nobody else wants, which is a few milliseconds in each second."""
        for thread in os.listdir(f"/proc/{node.pid}/task"):
            os.sched_setscheduler(int(thread), policy, os.sched_param(0))

    def __exit__(self, *_):
        for process in self.processes:
            process.send_signal(signal.SIGKILL)
            process.wait()


class Watch(threading.Thread):
    """Each leadership has a later epoch than the one before it."""

    def __init__(self, cluster):
        super().__init__(daemon=True)
        self.cluster, self.ends = cluster, threading.Event()
        self.epochs = []

    def run(self):
        while not self.ends.wait(0.2):
            self.epochs.append(int(self.cluster.store.server.query("SELECT epoch FROM coffer_leader")))

    def __exit__(self, *_):
        self.ends.set()
        self.join(timeout=60)

    def __enter__(self):
        self.start()
        return self


@CHECKS.check("starved servers lose nothing that was acknowledged, and no deposed leader is believed")
def _(world):
    cluster = world.cluster = Cluster(world).start()
    leader = cluster.wait_for_leader()
    leader.api(cluster.token).must("POST", "/v1/sys/mounts/secret", {"type": "kv"})
    # In a full run enough that a server that is not favoured hardly runs.
    moments, each = [], world.pick(2, 8)
    with Traffic(cluster, world.seed) as writers, Watch(cluster) as watch:
        for _ in range(world.pick(1, 10)):
            before = writers.ledger.writes
            with Hogs(each) as hogs:
                # The leader is served last of all, so that it can neither renew its lock nor notice in time.
                victim = cluster.leader() or cluster.wait_for_leader()
                hogs.schedule(victim, os.SCHED_IDLE)
                time.sleep(world.pick(6, 20))
            hogs.schedule(victim, os.SCHED_OTHER)
            cluster.wait_for_leader(seconds=60)
            moments.append(writers.ledger.writes - before)
            hogs_over = time.monotonic()
            while writers.ledger.writes == before and time.monotonic() - hogs_over < 30:
                time.sleep(0.1)
            true(writers.ledger.writes > before, "nothing was written, starved or afterwards")
    equal(writers.ledger.wrong, [], "answers that were wrong")
    equal(writers.lost(), [], "acknowledged writes that are gone")
    equal(watch.epochs, sorted(watch.epochs), "epochs, one after the other")
    takeovers = watch.epochs[-1] - watch.epochs[0] if watch.epochs else 0
    print(f"           ({len(moments)} rounds with {hogs.count} hogs, {writers.ledger.writes} writes, {takeovers} take-overs, "
          f"{percentile(moments, 0.5)} writes in a round)", flush=True)


@CHECKS.check("afterwards one node leads, and all others say so")
def _(world):
    cluster = world.cluster
    leader = cluster.wait_for_leader(seconds=60)
    for node in cluster.nodes:
        if node is not leader:
            equal(node.health(), 429, "a standby's health")
    leader.api(cluster.token).must("POST", "/v1/secret/last", {"number": 1})
