"""FE3, FE7 and the faults F28 to F33, F35: what happens to leaders and storages under 200 mixed requests a second.

Every check counts what was acknowledged and is not there, what was read too old, and how long no write was taken.
"""

import random
import signal
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPException

from livetest.api import API
from livetest.checks import Checks, equal, true
from livetest.server import wait_for

from .cluster import MARGIN, TIME_TO_LIVE, Cluster, percentile, report, rounds, shared
from .connections import Connections
from .measures import busy_processors
from .stores import SHARED
from .traffic import Traffic

CHECKS = Checks("outages")
STORES = SHARED


def cluster_of(world):
    return shared(world, with_wires=True)


class Outage:
    """Load, a fault again and again, and what came of it."""

    def __init__(self, world, seed=0):
        self.cluster = cluster_of(world)
        self.seed = world.seed * 10 + seed
        self.chance = random.Random(self.seed)
        self.traffic = Traffic(self.cluster, self.seed)
        self.gaps = []

    def __enter__(self):
        self.traffic.__enter__()
        # A leader that all know, and something acknowledged.
        self.cluster.wait_for_leader()
        self.traffic.gap(time.monotonic())
        return self

    def __exit__(self, *error):
        self.traffic.__exit__(*error)

    def note(self, since, then=0.0):
        """How long no write was taken since then; the load goes on for so many seconds more."""
        self.gaps.append(self.traffic.gap(since))
        self.traffic.stop.wait(then)

    def finish(self, what, limit=None, share=0.99):
        """Prints what was seen; no violation, and no longer without writes than the limit."""
        violations = self.traffic.violations()
        report(f"seed {self.seed}: {len(self.gaps)} {what}, without writes p50 {percentile(self.gaps, 0.5):.2f} s, "
               f"p99 {percentile(self.gaps, 0.99):.2f} s, most {max(self.gaps):.2f} s")
        report(f"{self.traffic.told()}; {len(violations)} violations")
        equal(violations, [], "violations")
        if limit:
            true(percentile(self.gaps, share) < limit, f"{percentile(self.gaps, share):.2f} s without writes")


@CHECKS.check("FE7: a planned step-down costs clients less than a second, and loses nothing")
def _(world):
    with Outage(world, 1) as outage:
        cluster = outage.cluster
        for _ in range(rounds(3, 100)):
            leader = cluster.wait_for_leader()
            start = time.monotonic()
            leader.api().must("PUT", "/v1/sys/step-down")
            cluster.wait_for_leader(other_than=leader)
            # One that stepped down rests for 3 s; the next two rounds must have somebody to hand over to.
            outage.note(start, then=1.2)
    outage.finish("step-downs", limit=1)


@CHECKS.check("F28: a leader that is killed is replaced in time (FE7), and nothing acknowledged is lost")
def _(world):
    with Outage(world, 2) as outage:
        cluster = outage.cluster
        for _ in range(rounds(1, 100)):
            leader = cluster.wait_for_leader()
            start = time.monotonic()
            leader.kill()
            cluster.wait_for_leader(other_than=leader)
            cluster.restart(leader)
            outage.note(start, then=2)
    outage.finish("kills", limit=TIME_TO_LIVE + MARGIN)


@CHECKS.check("F29: a leader that is stopped and goes on later neither writes nor answers from what it knew (FE7)")
def _(world):
    with Outage(world, 3) as outage:
        cluster = outage.cluster
        for number in range(rounds(2, 100)):
            leader = cluster.wait_for_leader()
            # From 1 to 60 s; most of them near the time after which another leads.
            seconds = 60 ** outage.chance.random() ** 1.5 if rounds(0, 1) else (1, 8)[number % 2]
            start = time.monotonic()
            leader.pause()
            world.stack.callback(leader.resume)
            outage.traffic.stop.wait(seconds)
            leader.resume()
            cluster.wait_for_leader()
            outage.note(start, then=2)
    outage.finish("pauses", limit=TIME_TO_LIVE + MARGIN)


@CHECKS.check("F30: a leader that is cut from the storage, wholly or in one direction, steps down in time")
def _(world):
    ended = []
    with Outage(world, 4) as outage:
        cluster = outage.cluster
        for number in range(rounds(2, 100)):
            leader = cluster.wait_for_leader()
            direction = ("down", "both", "up")[number % 3]
            start = time.monotonic()
            leader.to_storage.cut(direction)
            try:
                wait_for(lambda: leader.health() != 200, f"cut {direction}, it still says that it leads", seconds=20)
                ended.append(time.monotonic() - start)
                cluster.wait_for_leader(other_than=leader)
                outage.note(start, then=1)
            finally:
                leader.to_storage.heal()
            # Its next reign must not depend on what this one left.
            wait_for(lambda: leader.health() == 429, "it does not follow after it was cut", seconds=20)
    report(f"the leader knew it after p50 {percentile(ended, 0.5):.2f} s, most {max(ended):.2f} s")
    outage.finish("cuts", limit=TIME_TO_LIVE + MARGIN)
    true(max(ended) < TIME_TO_LIVE, f"it led for {max(ended):.2f} s")


@CHECKS.check("F30: a leader that is cut from its standbys leads on; their clients get no old data, and no endless wait")
def _(world):
    cluster = cluster_of(world)
    waits, statuses = [], {}
    with Outage(world, 5) as outage:
        for number in range(rounds(1, 30)):
            leader = cluster.wait_for_leader()
            wait_for(lambda: len(cluster.standbys()) == 2, "two standbys", seconds=20)
            epoch = leader.leader()
            leader.from_nodes.cut(("both", "up", "down")[number % 3])
            start = time.monotonic()
            try:
                count = 0
                while time.monotonic() - start < rounds(8, 12):
                    count += 1
                    leader.api().must("POST", "/v1/secret/alone", {"number": count})
                    standby = cluster.nodes[(cluster.nodes.index(leader) + 1 + count % 2) % 3]
                    asked = time.monotonic()
                    answer = API(standby.port, cluster.token, timeout=30).get("/v1/secret/alone")
                    waits.append(time.monotonic() - asked)
                    statuses[answer.status] = statuses.get(answer.status, 0) + 1
                    if answer.status == 200:
                        true(answer.data["number"] >= count, f"a standby answered {answer.data} after {count}")
            finally:
                leader.from_nodes.heal()
            equal(leader.leader(), epoch, "who leads, and since when")
            wait_for(lambda: standby.api().get("/v1/secret/alone").status == 200, "forwarding goes on", seconds=20)
            outage.note(start)
    report(f"answers of standbys: {statuses}, after p50 {percentile(waits, 0.5):.2f} s, most {max(waits):.2f} s")
    outage.finish("cuts from the standbys", limit=1)
    true(max(waits) < 10, f"a client waited {max(waits):.1f} s")


@CHECKS.check("F31: the storage is killed, and comes back: 5xx meanwhile, writes within 5 s after, nothing lost (FE7)")
def _(world):
    back = []
    with Outage(world, 6) as outage:
        cluster = outage.cluster
        for number in range(rounds(1, 30)):
            cluster.wait_for_leader()
            start = time.monotonic()
            cluster.store.kill()
            outage.traffic.stop.wait(outage.chance.choice((0, 1, 3, 8)) if rounds(0, 1) else 7)
            statuses = [node.health() for node in cluster.nodes]
            true(200 not in statuses or time.monotonic() - start < TIME_TO_LIVE, f"health without a storage: {statuses}")
            cluster.store.start()
            again = time.monotonic()
            cluster.wait_for_leader()
            outage.note(start)
            back.append(next(moment for moment in outage.traffic.ledger.moments if moment > again) - again)
    outage.finish("kills of the storage")
    report(f"writes again after p50 {percentile(back, 0.5):.2f} s, most {max(back):.2f} s")
    true(percentile(back, 0.99) < 5, f"writes again after {max(back):.2f} s")


@CHECKS.check("F32: a storage that does not answer for a while: 503 with Retry-After in time, and all goes on after it")
def _(world):
    # How many were told when to come again; one that waits while the leader changes is not.
    statuses, waits, advice = {}, [], {True: 0, False: 0}
    with Outage(world, 7) as outage:
        cluster = outage.cluster
        for _ in range(rounds(1, 10)):
            start = time.monotonic()
            cluster.store.freeze(signal.SIGSTOP)
            try:
                while time.monotonic() - start < rounds(7, 10):
                    asked = time.monotonic()
                    try:
                        answer = API(cluster.nodes[0].port, cluster.token, timeout=30).post("/v1/secret/slow", {"k": "v"})
                        statuses[answer.status] = statuses.get(answer.status, 0) + 1
                        if answer.status == 503:
                            advice["Retry-After" in answer.headers] += 1
                    except (OSError, HTTPException) as error:
                        statuses[type(error).__name__] = statuses.get(type(error).__name__, 0) + 1
                    waits.append(time.monotonic() - asked)
                    outage.traffic.stop.wait(0.1)
            finally:
                cluster.store.freeze(signal.SIGCONT)
            cluster.wait_for_leader()
            outage.note(start)
    report(f"answers meanwhile: {statuses}, the longest after {max(waits):.2f} s; Retry-After in {advice[True]} of "
           f"{sum(advice.values())}")
    true(advice[True] or not advice[False], "no 503 says when to come again")
    outage.finish("frozen storages", limit=10 + TIME_TO_LIVE + MARGIN)
    # A commit is waited for 10 s, and what became of it is looked for for 5 s more.
    true(max(waits) < 20, f"a client waited {max(waits):.1f} s")


@CHECKS.check("F33: rotations, rekeys and step-downs in turn: no read fails beyond the hand-over")
def _(world):
    with Outage(world, 8) as outage:
        cluster = outage.cluster
        for number in range(rounds(3, 150)):
            leader = cluster.wait_for_leader()
            start = time.monotonic()
            if number % 3 == 0:
                leader.api().must("PUT", "/v1/sys/rotate")
            elif number % 3 == 1:
                rekey(cluster, leader)
            else:
                leader.api().must("PUT", "/v1/sys/step-down")
                cluster.wait_for_leader(other_than=leader)
            # Standbys look at the keyring each second.
            outage.note(start, then=2)
    outage.finish("rotations, rekeys and step-downs", limit=1)


def rekey(cluster, leader):
    api = leader.api()
    begun = api.must("PUT", "/v1/sys/rekey/init", {"secret_shares": 1, "secret_threshold": 1}).json
    done = api.must("PUT", "/v1/sys/rekey/update", {"key": leader.keys[0], "nonce": begun["nonce"]}).json
    true(done["complete"], "the rekey is complete")
    for node in cluster.nodes:
        node.keys = done["keys_base64"]


@CHECKS.check("F35: with every processor busy the leader keeps its lease or hands over, and nothing is lost")
def _(world):
    with Outage(world, 9) as outage:
        start = time.monotonic()
        with busy_processors():
            outage.traffic.stop.wait(rounds(4, 120))
        outage.cluster.wait_for_leader()
        outage.note(start)
    outage.finish("busy times", limit=TIME_TO_LIVE + MARGIN)


@CHECKS.check("FE3: a token revoked at the new leader is not honoured by the old one when it goes on")
def _(world):
    answers, count = Counter(), rounds(1, 300)
    lanes = [cluster_of(world)]
    # A round is mostly waiting: in a full run several clusters share the storage.
    for number in range(1, rounds(1, 4)):
        lanes.append(Cluster(world, name=f"lane{number}-", store=lanes[0].store.lane(number)).start())
    with ThreadPoolExecutor(len(lanes)) as pool:
        done = [pool.submit(revoked_elsewhere, lane, count // len(lanes)) for lane in lanes]
        for lane in done:
            answers += lane.result()
    for lane in lanes[1:]:
        for node in lane.nodes:
            node.kill()
    report(f"{count} rounds, answers of the old leader by status: {dict(answers)}, honoured: {answers[200]}")
    equal(answers[200], 0, "times a revoked token was honoured")


def revoked_elsewhere(cluster, count):
    """What an old leader answers to a token that was revoked while it stood still, by status."""
    answers = Counter()
    for _ in range(count):
        old = cluster.wait_for_leader()
        token = old.api().must("POST", "/v1/auth/token/create", {"policies": ["default"]}).json["auth"]["client_token"]
        # The old leader has it in its caches.
        equal(old.api(token).get("/v1/auth/token/lookup-self").status, 200, "the token before")
        old.pause()
        try:
            new = cluster.wait_for_leader(other_than=old)
            new.api().must("POST", "/v1/auth/token/revoke", {"token": token})
        finally:
            old.resume()
        for _ in range(50):
            try:
                answers[API(old.port, token, timeout=5).get("/v1/auth/token/lookup-self").status] += 1
            except (OSError, HTTPException):
                pass
    return answers


class Drawn:
    """Chance that always gives the same."""

    def __init__(self, value):
        self.value = value

    def choice(self, _):
        return self.value


@CHECKS.check("the ledgers catch a lost write, an old answer, a lost token and one that came back")
def _(world):
    traffic = Traffic(cluster_of(world), rate=400)
    chance = random.Random(world.seed)
    with traffic:
        wait_for(lambda: len(traffic.ledger.secrets) > 20 and len(traffic.ledger.tokens["revoked"]) > 1
                 and len(traffic.ledger.tokens["live"]) > 1, "secrets and tokens", seconds=30)
    equal(traffic.violations(), [], "violations before")
    path = sorted(traffic.ledger.secrets)[0]
    traffic.ledger.secrets[path] += 1000
    live, revoked = (traffic.ledger.take(kind, chance) for kind in ("live", "revoked"))
    traffic.ledger.keep("revoked", live)
    traffic.ledger.keep("live", revoked)
    caught = traffic.lost()
    equal(len(caught), 3, f"what is caught: {caught}")
    node = traffic.cluster.wait_for_leader()
    connections = Connections(node.port, traffic.cluster.token)
    traffic.read(connections, Drawn(path))
    true(any("read" in text for text in traffic.ledger.wrong), "an old answer is caught")

