"""The storage stops for a while: clients are told to come again, the servers recover by themselves, and what
ended meanwhile stays ended."""

import os
import signal
import subprocess
import threading
import time
from http.client import HTTPException

from livetest.api import API
from livetest.checks import Checks, equal, true
from livetest.databases import Refused, client
from livetest.server import wait_for

from .cluster import Cluster, report, shared
from .stores import POSTGRES, SHARED, Alone, new_store
from .traffic import Traffic

CHECKS = Checks("store-outage")
STORES = SHARED

# Seconds after the database is back in which clients are to be served again.
BACK = 5


def asked(node, method, path, body=None, token=None):
    """Status, whether the client is told when to come again, and seconds; None for one that did not answer."""
    start = time.monotonic()
    try:
        answer = API(node.port, token, timeout=30).request(method, path, body)
    except (OSError, HTTPException):
        return None, False, time.monotonic() - start
    return answer.status, "Retry-After" in answer.headers, time.monotonic() - start


def back_in(cluster, start):
    """Seconds from `start` until a write is taken."""
    wait_for(lambda: any(asked(node, "POST", "/v1/secret/back", {"k": "v"}, cluster.token)[0] == 204
                         for node in cluster.nodes), "no write is taken", seconds=60)
    return time.monotonic() - start


def ended_meanwhile(api):
    """Tokens that end while the database is away, and one that does not."""
    def token(ttl):
        return api.must("POST", "/v1/auth/token/create", {"policies": ["default"], "ttl": ttl}).json["auth"]

    return [token("3s") for _ in range(5)], token("1h")


def check_ended(node, root, short, lasting):
    """They are refused at once, and their leases are gone soon."""
    for auth in short:
        equal(API(node.port, auth["client_token"]).get("/v1/auth/token/lookup-self").status, 403, "a token that ended")
    equal(API(node.port, lasting["client_token"]).get("/v1/auth/token/lookup-self").status, 200, "one that did not")
    api = API(node.port, root)
    for auth in short:
        wait_for(lambda auth=auth: api.post(
            "/v1/auth/token/lookup-accessor", {"accessor": auth["accessor"]}).status in (400, 403, 404),
            "a token that ended is still there", seconds=30)


class Outage:
    """Clients that go on asking while the database is away, and what they were told."""

    def __init__(self, nodes, token):
        self.nodes, self.token = nodes, token
        self.stop = threading.Event()
        self.answers, self.bare, self.slowest, self.slowest_health = {}, {}, 0, 0
        self.healths = set()
        self.lock = threading.Lock()
        self.threads = [threading.Thread(target=self.work, args=(number,), daemon=True) for number in range(8)]
        self.threads += [threading.Thread(target=self.look, daemon=True)]

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.stop.set()
        for thread in self.threads:
            thread.join(timeout=60)

    def work(self, number):
        count = 0
        while not self.stop.is_set():
            count += 1
            node = self.nodes[(number + count) % len(self.nodes)]
            method, body = (("POST", {"n": count}), ("GET", None))[count % 2]
            # Reads of what no cache holds.
            status, is_told, seconds = asked(node, method, f"/v1/secret/o{number}/{count}", body, self.token)
            with self.lock:
                self.answers[status] = self.answers.get(status, 0) + 1
                if status == 503 and not is_told:
                    self.bare[status] = self.bare.get(status, 0) + 1
                self.slowest = max(self.slowest, seconds)
            time.sleep(0.02)

    def look(self):
        while not self.stop.is_set():
            for node in self.nodes:
                status, _, seconds = asked(node, "GET", "/v1/sys/health")
                self.healths.add(status)
                self.slowest_health = max(self.slowest_health, seconds)
            time.sleep(0.1)


def check_answers(outage, allowed):
    text = (f"answers {outage.answers}, slowest {outage.slowest:.1f} s; health {sorted(map(str, outage.healths))}, "
            f"slowest {outage.slowest_health:.2f} s")
    report(text)
    true(outage.answers.get(503, 0) > 10, "clients were not told with 503")
    equal(outage.bare, {}, "503 without Retry-After")
    true(set(outage.answers) <= allowed, f"other answers: {outage.answers}")
    true(outage.slowest_health < 2, f"health took {outage.slowest_health:.1f} s")
    true(outage.slowest < 20, f"a client waited for {outage.slowest:.1f} s")


@CHECKS.check("one server: 503 with Retry-After while the storage is away, and service within five seconds after it")
def _(world):
    store = Alone(new_store(world))
    cluster = Cluster(world, count=1, name="single", store=store).start()
    node = cluster.nodes[0]
    root = node.root_token
    node.api().must("POST", "/v1/sys/mounts/secret", {"type": "kv", "options": {"version": "1"}})
    node.api().must("POST", "/v1/secret/kept", {"k": "v"})
    short, lasting = ended_meanwhile(node.api())
    pause = world.pick(6, 60)
    store.stop()
    with Outage([node], root) as outage:
        time.sleep(pause)
    check_answers(outage, {503, None, 500})
    equal(outage.healths, {200}, "health meanwhile")
    store.start()
    seconds = back_in(cluster, time.monotonic())
    report(f"{pause} s without a storage, a write {seconds:.1f} s after it")
    true(seconds < BACK, f"it took {seconds:.1f} s")
    equal(node.api().must("GET", "/v1/secret/kept").data, {"k": "v"}, "what was stored")
    check_ended(node, root, short, lasting)
    equal(node.stop(), 0, "its status")
    store.stop()


@CHECKS.check("three servers: 503 with Retry-After from each of them, and service within five seconds after it")
def _(world):
    cluster = shared(world)
    api = cluster.wait_for_leader().api()
    wait_for(lambda: len(cluster.standbys()) == 2, "two standbys")
    short, lasting = ended_meanwhile(api)
    pause = world.pick(12, 60)
    with Traffic(cluster, world.seed) as traffic:
        traffic.gap(time.monotonic())
        cluster.store.stop()
        # Until then the leader may still answer from what it knows.
        time.sleep(6)
        with Outage(cluster.nodes, cluster.token) as outage:
            time.sleep(pause - 6)
        cluster.store.start()
        seconds = back_in(cluster, time.monotonic())
        traffic.gap(time.monotonic())
    check_answers(outage, {503})
    violations = traffic.violations()
    report(f"{pause} s without a storage, a write {seconds:.1f} s after it; {traffic.told()}; {len(violations)} violations")
    equal(violations, [], "violations")
    true(seconds < BACK, f"it took {seconds:.1f} s")
    check_ended(cluster.wait_for_leader(), cluster.token, short, lasting)


@CHECKS.check("the storage does not answer (frozen): clients wait a bounded time, and all is well when it goes on (F32)")
def _(world):
    cluster = shared(world)
    cluster.wait_for_leader()
    wait_for(lambda: len(cluster.standbys()) == 2, "two standbys")
    cluster.store.freeze(signal.SIGSTOP)
    try:
        with Outage(cluster.nodes, cluster.token) as outage:
            time.sleep(world.pick(12, 60))
            late = time.monotonic()
        waited = time.monotonic() - late
    finally:
        cluster.store.freeze(signal.SIGCONT)
    seconds = back_in(cluster, time.monotonic())
    report(f"answers {outage.answers}, slowest {outage.slowest:.1f} s, the last after {waited:.1f} s; "
           f"a write {seconds:.1f} s after it went on")
    equal(outage.bare, {}, "503 without Retry-After")
    true(outage.slowest < 25, f"a client waited for {outage.slowest:.1f} s")
    true(outage.slowest_health < 2, f"health took {outage.slowest_health:.1f} s")


@CHECKS.check("out of connections: 503 with Retry-After, no deadlock, and service when there are some again (F32)")
def _(world):
    if world.store != POSTGRES:
        return report("it knows no such limit")
    cluster = shared(world)
    database = cluster.store.server
    leader = cluster.wait_for_leader()
    run_sql(database, "ALTER SYSTEM SET max_connections = 12", "ALTER SYSTEM SET superuser_reserved_connections = 0")
    database.stop()
    database.start()
    holders = []
    ending = session(database, ENDING)
    try:
        with Outage(cluster.nodes, cluster.token) as outage:
            end = time.monotonic() + world.pick(8, 60)
            # It takes others a while to be faster than our servers.
            while time.monotonic() < end or (outage.answers.get(503, 0) <= 10 and time.monotonic() < end + 90):
                # Others take each place that is free, and our servers lose theirs.
                holders = [holder for holder in holders if holder.poll() is None]
                while len(holders) < 12:
                    holders.append(session(database, "SELECT pg_sleep(300)"))
                time.sleep(0.05)
            held = sum(holder.poll() is None for holder in holders)
    finally:
        for holder in holders + [ending]:
            holder.kill()
            holder.wait()
        run_sql_late(database)
        start = time.monotonic()
    seconds = back_in(cluster, start)
    report(f"{held} sessions of others; answers {outage.answers}, slowest {outage.slowest:.1f} s; "
           f"a write {seconds:.1f} s after they went")
    true(outage.answers.get(503, 0) > 10, "connections were not out")
    true(set(outage.answers) <= {503, 500, 404, 307, 204, None}, f"other answers: {outage.answers}")
    equal(outage.bare, {}, "503 without Retry-After")
    true(outage.slowest < 25, f"a client waited for {outage.slowest:.1f} s")
    true(leader.process.poll() is None, "the server has ended")


# From one session, as long as it lasts.
ENDING = """DO $$ BEGIN LOOP
    PERFORM pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'coffer';
    PERFORM pg_stat_clear_snapshot();
    PERFORM pg_sleep(0.05);
END LOOP; END $$"""


def run_sql_late(database):
    """Ends what clients that were killed have left running."""
    wait_for(lambda: try_sql(
        database, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'psql' "
                  "AND pid <> pg_backend_pid()"), "no session can be had", seconds=20)


def try_sql(database, statement):
    try:
        run_sql(database, statement)
    except Refused:
        return False
    return True


def run_sql(database, *statements):
    for statement in statements:
        client([database.bin / "psql", "-h", "127.0.0.1", "-p", database.port, "-U", database.superuser, "-d",
                "postgres", "-c", statement], PGPASSWORD=database.superuser_password)


def session(database, statement):
    """Somebody else's session, which stays."""
    return subprocess.Popen(
        [database.bin / "psql", "-h", "127.0.0.1", "-p", str(database.port), "-U", database.superuser, "-d", "postgres",
         "-c", statement], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        env=os.environ | {"PGPASSWORD": database.superuser_password})
