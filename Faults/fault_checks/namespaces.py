"""Many namespaces: what they cost at a start and in memory, and that a killed deletion goes on."""

import os
import sqlite3
from contextlib import closing

from livetest.checks import Checks, equal, true
from livetest.server import wait_for

CHECKS = Checks("namespaces")

# The documented figures are for 10,000 (COFFER_NAMESPACES=10000).
COUNT = int(os.environ.get("COFFER_NAMESPACES", "1000"))
# For 10,000 of them; a debug build is slower.
CPU_LIMIT = 3.0
KILOBYTES_EACH = 16
SECRETS = 1000


def cpu_seconds(server):
    with open(f"/proc/{server.pid}/stat", encoding="ascii") as file:
        fields = file.read().rsplit(") ", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def kilobytes(server):
    with open(f"/proc/{server.pid}/status", encoding="ascii") as file:
        for line in file:
            if line.startswith("VmRSS:"):
                return int(line.split()[1])
    return 0


def stored_keys(server):
    """The keys of everything that the server stores; values are encrypted, keys are not."""
    [path] = server.folder.rglob("coffer.db")
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
        return {bytes(key) for (key,) in database.execute("SELECT key FROM entries")}


def again(server):
    """The same server from its beginning."""
    server.stop()
    server.start()
    server.unseal()
    return server.api()


@CHECKS.check(f"{COUNT} idle namespaces cost little at a start and in memory")
def _(world):
    server = world.server = world.new_server("namespaces").start_unsealed()
    api = again(server)
    api.must("GET", "/v1/sys/mounts")
    empty = kilobytes(server)
    for number in range(COUNT):
        api.must("POST", f"/v1/sys/namespaces/team-{number:05}", {})
    api.must("POST", "/v1/team-00000/sys/mounts/secret", {"type": "kv"})
    api.must("POST", "/v1/team-00000/secret/x", {"k": "v"})
    api = again(server)
    equal(api.must("GET", "/v1/team-00000/secret/x").data, {"k": "v"})
    cpu, memory = cpu_seconds(server), kilobytes(server)
    each = max(memory - empty, 0) / COUNT
    print(f"    {COUNT} namespaces: {cpu:.2f} s of CPU from start to first read, {each:.2f} KiB of RSS each")
    true(cpu < CPU_LIMIT, f"{cpu:.2f} s of CPU are too much")
    true(each < KILOBYTES_EACH, f"{each:.2f} KiB each are too much")


@CHECKS.check("a deletion whose server is killed goes on after the restart, and leaves nothing in the storage")
def _(world):
    server = world.server
    api = server.api()
    before = stored_keys(server)
    api.must("POST", "/v1/sys/namespaces/gone", {})
    api.must("POST", "/v1/gone/sys/mounts/secret", {"type": "kv"})
    for number in range(SECRETS):
        api.must("POST", f"/v1/gone/secret/s{number}", {"k": "v"})
        api.must("POST", "/v1/gone/auth/token/create", {"policies": ["default"]})
    api.must("DELETE", "/v1/sys/namespaces/gone")
    server.kill()
    server.start()
    server.unseal()
    api = server.api()
    equal(api.get("/v1/gone/secret/s1").status, 404)
    wait_for(lambda: api.get("/v1/sys/namespaces/gone").status == 404, "the namespace is not gone", seconds=60)
    left = stored_keys(server) - before
    true(not left, f"{len(left)} entries are left, such as {sorted(left)[:3]}")
    api.must("POST", "/v1/sys/namespaces/gone", {})
    equal(sorted(api.must("GET", "/v1/gone/sys/mounts").data), ["cubbyhole/", "identity/", "sys/"])
    equal(api.list("/v1/gone/auth/token/accessors").status, 404)
