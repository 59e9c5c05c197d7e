"""A database that is down while leases expire must slow nobody, and lose nobody."""

import signal
import statistics
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from livetest.checks import Checks, equal, true
from livetest.server import Server, wait_for

from .world import POSTGRES, database

CHECKS = Checks("postgresql: outages and kills")

LEASES = 200
READS = 2000
# Reads may take so much longer than before, by the measure of a server without a database.
RATIO = 1.2


class Pace:
    """How KV reads do beside those of a server that waits for nobody: machines have slow minutes of their own."""

    def __init__(self, world, quiet):
        self.servers = [world.server, quiet]
        for server in self.servers:
            # The server of the world may have it from the check before.
            if server.api().get("/v1/sys/mounts/plain").status != 200:
                server.api().must("POST", "/v1/sys/mounts/plain", {"type": "kv"})
            server.api().must("POST", "/v1/plain/secret", {"a": "b"})
        self.measured()

    def measured(self):
        """The medians of reads in turns, in seconds: of the world's server and of the quiet one."""
        times = [[], []]
        for _ in range(READS):
            for server, taken in zip(self.servers, times):
                api = server.api()
                began = time.perf_counter()
                api.must("GET", "/v1/plain/secret")
                taken.append(time.perf_counter() - began)
        return [statistics.median(taken) for taken in times]


@contextmanager
def pace(world):
    with tempfile.TemporaryDirectory(prefix="coffer-compat-") as folder, Server(world.server.binary, folder) as quiet:
        yield Pace(world, quiet.start_unsealed())


def told(before, during):
    return (f"median {before[0] * 1e6:.0f} -> {during[0] * 1e6:.0f} µs, "
            f"of a quiet server {before[1] * 1e6:.0f} -> {during[1] * 1e6:.0f} µs")


def keeps_pace(before, during):
    grown = during[0] / before[0] / (during[1] / before[1])
    true(grown <= RATIO, f"reads take {grown:.2f} times as long: {told(before, during)}")


@CHECKS.check(f"PostgreSQL is down while {LEASES} leases expire: reads keep their pace, and all users go when it is back")
def _(world):
    world.role("database", "outage", default_ttl="15s")
    with pace(world) as reads:
        with ThreadPoolExecutor(8) as pool:
            made = list(pool.map(lambda _: world.credentials("database", "outage")[0], range(LEASES)))
        ends = time.monotonic() + 16
        before = reads.measured()
        world.db.stop()
        time.sleep(max(ends - time.monotonic(), 0))
        during = reads.measured()
    began = time.monotonic()
    world.db.start()
    wait_for(lambda: not set(made) & set(world.db.users()), "users are left after the outage", seconds=60)
    print(f"           {told(before, during)}; all users gone {time.monotonic() - began:.1f} s after its return",
          flush=True)
    keeps_pace(before, during)


@CHECKS.check("a mount that is disabled while its database is away loses no login, and leaves no entry (P10)")
def _(world):
    world.db_account_for("doomed")
    made = [world.credentials("doomed")[0] for _ in range(20)]
    world.db.stop()
    try:
        refused = world.api.delete("/v1/sys/mounts/doomed")
        equal(refused.status, 400, f"status: {refused.body}")
        true("failed to revoke" in refused.errors[0], refused.errors)
    finally:
        world.db.start()
    wait_for(lambda: not set(made) & set(world.db.users()), "users are left after the mount", seconds=60)
    equal(world.api.delete("/v1/sys/mounts/doomed").status, 204, "status of the second attempt")
    equal(world.api.list("/v1/sys/leases/lookup/doomed/creds/app").status, 404, "status of the list of its leases")
    equal(world.api.get("/v1/doomed/creds/app").status, 404, "status of a request to the disabled mount")


@CHECKS.check(f"a database that hangs while {LEASES} leases expire delays neither another database's leases nor reads")
def _(world):
    world.role("database", "hung", default_ttl="8s")
    with ThreadPoolExecutor(8) as pool, database(POSTGRES) as other, pace(world) as reads:
        made = list(pool.map(lambda _: world.credentials("database", "hung")[0], range(LEASES)))
        ends = time.monotonic() + 9
        world.over(other).configure("other")
        world.role("other", "short", default_ttl="2s")
        before = reads.measured()
        world.db.signal(signal.SIGSTOP)
        try:
            time.sleep(max(ends - time.monotonic(), 0))
            waits = []
            for _ in range(5):
                user, _, _ = world.credentials("other", "short")
                began = time.monotonic()
                world.over(other).wait_until_gone(user)
                waits.append(time.monotonic() - began)
            during = reads.measured()
        finally:
            world.db.signal(signal.SIGCONT)
        wait_for(lambda: not set(made) & set(world.db.users()), "users are left after the hang", seconds=60)
    print(f"           leases of 2 s end after {min(waits):.1f} to {max(waits):.1f} s; {told(before, during)}", flush=True)
    true(max(waits) < 4, f"a lease of 2 s ended after {max(waits)} s")
    keeps_pace(before, during)


@CHECKS.check("a server that is killed while it makes users leaves none without a lease")
def _(world):
    before = set(world.db.users())
    stop = False

    def make_users():
        while not stop:
            try:
                world.credentials("database")
            except (AssertionError, OSError):
                return

    with ThreadPoolExecutor(8) as pool:
        for _ in range(8):
            pool.submit(make_users)
        wait_for(lambda: len(world.db.users()) > len(before) + 20, "no users are made")
        world.server.kill()
        stop = True
    killed = time.monotonic()
    world.server.start()
    world.server.unseal()
    world.api.must("PUT", "/v1/sys/leases/revoke-prefix/database/creds/app")
    made = set(world.db.users()) - before
    # The note of a user is two minutes old before it counts as forgotten.
    wait_for(lambda: not made & set(world.db.users()), "users without leases are left", seconds=150)
    print(f"           {len(made)} users had no lease; the last was gone after {time.monotonic() - killed:.0f} s", flush=True)
    user, password, lease = world.credentials("database")
    true(world.logs_in(user, password), "no login can be made any more")
    world.api.must("PUT", "/v1/sys/leases/revoke", {"lease_id": lease, "sync": True})


@CHECKS.check("a server that is killed while it rotates passwords knows the ones that count")
def _(world):
    world.make_account("turning", "before")
    world.api.must("POST", "/v1/database/static-roles/turning", {
        "db_name": "main", "username": "turning", "rotation_period": "24h"})
    for delay in (0.002, 0.005, 0.01, 0.02, 0.04, 0.08):
        def rotate(path):
            try:
                while True:
                    world.api.must("POST", path)
            except (AssertionError, OSError):
                return

        with ThreadPoolExecutor(2) as pool:
            pool.submit(rotate, "/v1/database/rotate-role/turning")
            pool.submit(rotate, "/v1/database/rotate-root/main")
            time.sleep(0.3 + delay)
            world.server.kill()
        world.server.start()
        world.server.unseal()

        def counts():
            data = world.api.get("/v1/database/static-creds/turning").data
            return world.logs_in(data["username"], data["password"])

        wait_for(counts, "the published password of the static account does not count", seconds=15)
        wait_for(lambda: world.api.post("/v1/database/rotate-root/main").status == 204,
                 "the root password is lost", seconds=15)
    equal(world.api.get("/v1/database/creds/app").status, 200, "status of new credentials")
