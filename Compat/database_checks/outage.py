"""A database that is down while leases expire must slow nobody, and lose nobody."""

import statistics
import time
from concurrent.futures import ThreadPoolExecutor

from livetest.checks import Checks, true
from livetest.server import wait_for

CHECKS = Checks("postgresql: an outage")

LEASES = 200
READS = 2000
# The slower of two runs on one machine may be this much slower.
RATIO = 1.2


def latency(world):
    """Median and 95th percentile of KV reads, in seconds."""
    api, times = world.api, []
    for _ in range(READS):
        began = time.perf_counter()
        api.must("GET", "/v1/plain/secret")
        times.append(time.perf_counter() - began)
    times.sort()
    return statistics.median(times), times[int(len(times) * 0.95)]


@CHECKS.check(f"PostgreSQL is down while {LEASES} leases expire: reads keep their pace, and all users go when it is back")
def _(world):
    world.api.must("POST", "/v1/sys/mounts/plain", {"type": "kv"})
    world.api.must("POST", "/v1/plain/secret", {"a": "b"})
    world.role("database", "outage", default_ttl="15s")
    latency(world)
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda _: world.credentials("database", "outage")[0], range(LEASES)))
    ends = time.monotonic() + 16
    before = latency(world)
    world.db.stop()
    time.sleep(max(ends - time.monotonic(), 0))
    during = latency(world)
    began = time.monotonic()
    world.db.start()
    wait_for(lambda: not set(made) & set(world.db.users()), "users are left after the outage", seconds=60)
    print(f"           median {before[0] * 1e6:.0f} -> {during[0] * 1e6:.0f} µs, 95 % {before[1] * 1e6:.0f} -> "
          f"{during[1] * 1e6:.0f} µs; all users gone {time.monotonic() - began:.1f} s after its return", flush=True)
    true(during[0] <= before[0] * RATIO, f"reads are slower: median {before[0]} before, {during[0]} during")
