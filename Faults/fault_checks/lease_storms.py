"""Very many leases: what a start, a look-up and a revocation cost then, and what their end does to everybody else."""

import json
import re
import shutil
import socket
import subprocess
import time

from livetest.checks import Checks, Skip, equal, true
from livetest.server import wait_for

from .measures import cpu_nanoseconds, memory
from .shim import Shim

CHECKS = Checks("lease storms (F19, F21)")

SCRIPT = """
wrk.method = "POST"
wrk.body = '{{"ttl": "{ttl}"}}'
wrk.headers["X-Vault-Token"] = "{token}"
wrk.headers["Content-Type"] = "application/json"
"""


def make_tokens(server, count, ttl):
    """At least so many, through the API."""
    script = server.folder / "tokens.lua"
    script.write_text(SCRIPT.format(ttl=ttl, token=server.root_token))
    made = 0
    while made < count:
        done = subprocess.run(
            ["wrk", "-t1", "-c64", f"-d{min(20, max(2, (count - made) // 5000))}s", "-s", script,
             f"{server.address}/v1/auth/token/create"], capture_output=True, text=True, check=True)
        true("Non-2xx" not in done.stdout, done.stdout)
        made += int(re.search(r"(\d+) requests in", done.stdout)[1])
    return made


class Link:
    """One connection that stays, so that only the server is measured."""

    def __init__(self, server, token=None):
        self.link = socket.create_connection(("127.0.0.1", server.port), timeout=60)
        self.link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.token = token or server.root_token

    def ask(self, method, path, body=None):
        data = b"" if body is None else json.dumps(body).encode()
        head = (f"{method} {path} HTTP/1.1\r\nHost: x\r\nX-Vault-Token: {self.token}\r\n"
                f"Content-Length: {len(data)}\r\n\r\n")
        self.link.sendall(head.encode() + data)
        answer = b""
        while b"\r\n\r\n" not in answer:
            answer += self.part()
        head, _, rest = answer.partition(b"\r\n\r\n")
        length = re.search(rb"(?i)content-length: (\d+)", head)
        while len(rest) < int(length[1] if length else 0):
            rest += self.part()
        return int(head.split()[1]), rest

    def part(self):
        part = self.link.recv(65536)
        true(part, "the server closed the connection")
        return part


def costs(server, rounds):
    """Milliseconds of the processor: a look-up of a lease, of a token, and a revocation."""
    link = Link(server)
    tokens, leases = [], []
    for _ in range(rounds):
        status, body = link.ask("POST", "/v1/auth/token/create", {"ttl": "72h"})
        equal(status, 200, "status of a creation")
        tokens.append(json.loads(body)["auth"]["client_token"])
    names = json.loads(link.ask("LIST", f"/v1/sys/leases/lookup/auth/token/create?limit={rounds}")[1])["data"]["keys"]
    leases = [f"auth/token/create/{name}" for name in names[:rounds]]

    def each(items, path, field):
        start = cpu_nanoseconds(server)
        for item in items:
            status, body = link.ask("POST", path, {field: item})
            true(status in (200, 204), f"{path}: {status} {body[:100]}")
        return (cpu_nanoseconds(server) - start) / len(items) / 1e6

    return {
        "look-up of a lease": each(leases, "/v1/sys/leases/lookup", "lease_id"),
        "look-up of a token": each(tokens, "/v1/auth/token/lookup", "token"),
        "revocation": each(tokens, "/v1/auth/token/revoke", "token"),
    }


def best_costs(servers, rounds):
    """Of each server the least of some: other processes only add. The first warms; in turns, since what else the machine
    does also takes the caches of the processor."""
    best = [{} for _ in servers]
    for _ in range(6):
        for least, server in zip(best, servers):
            for name, cost in costs(server, rounds).items():
                least[name] = min(cost, least.get(name, cost))
    return best


def p99(link, count):
    """Of a read of a secret, at a steady pace; in milliseconds."""
    times = []
    for _ in range(count):
        start = time.perf_counter()
        equal(link.ask("GET", "/v1/secret/x")[0], 200, "status of a read")
        times.append((time.perf_counter() - start) * 1e3)
        time.sleep(0.002)
    return times


def quantile(times, part=0.99):
    return sorted(times)[int(len(times) * part)]


def new_server(world, name):
    server = world.new_server(name).start_unsealed()
    server.api().must("POST", "/v1/sys/mounts/secret", {"type": "kv"})
    server.api().must("POST", "/v1/secret/x", {"k": "v"})
    make_tokens(server, 1000, "72h")
    return server


@CHECKS.check("two servers with few leases, one of which will have very many")
def _(world):
    if not shutil.which("wrk"):
        raise Skip("wrk is not installed")
    world.few = new_server(world, "few")
    world.server = new_server(world, "leases")


@CHECKS.check("with very many leases a start costs no more than two seconds, and memory is small (F21)")
def _(world):
    server = world.server
    if not server:
        raise Skip("wrk is not installed")
    count = make_tokens(server, world.pick(10_000, 1_000_000), "72h")
    equal(server.stop(), 0, "exit status")
    server.start()
    server.unseal()
    equal(server.api().get("/v1/auth/token/lookup-self").status, 200, "the first answer")
    spent, resident = cpu_nanoseconds(server) / 1e9, memory(server)
    print(f"           ({count} leases: {spent:.2f} s of the processor to the first answer, {resident >> 20} MiB)", flush=True)
    # Of the processor, so that a busy machine does not count.
    true(spent < 2, f"{spent:.2f} s of the processor")
    true(resident < (300 << 20), f"{resident >> 20} MiB")


@CHECKS.check("look-ups and revocations cost what they do with few leases")
def _(world):
    if not world.server:
        raise Skip("wrk is not installed")
    small, large = best_costs([world.few, world.server], world.pick(100, 500))
    print("           (" + "; ".join(
        f"{name}: {small[name] * 1e3:.0f} µs with few, {large[name] * 1e3:.0f} µs" for name in large) + ")", flush=True)
    equal(world.few.stop(), 0, "exit status")
    true(memory(world.server) < (300 << 20), f"{memory(world.server) >> 20} MiB")
    for name, cost in large.items():
        true(cost < small[name] * world.pick(2, 1.2) + 0.02, f"{name}: {small[name]:.3f} ms with few leases, {cost:.3f} ms with very many")


@CHECKS.check("leases that end all at once are gone soon, and reads are hardly slower meanwhile (F19)")
def _(world):
    server = world.server
    if not server:
        raise Skip("wrk is not installed")
    shim = Shim(server.folder)
    equal(server.stop(), 0, "exit status")
    server.start(env=shim.environment)
    server.unseal()
    count = make_tokens(server, world.pick(5_000, 100_000), "1h")
    link = Link(server)
    p99(link, 500)
    quiet = p99(link, world.pick(1000, 5000))
    before, spent = count_of(server), cpu_nanoseconds(server)
    shim.move_clock(2 * 3600)
    # One that comes due now wakes the reaper.
    server.api().must("POST", "/v1/auth/token/create", {"ttl": "1s"})
    start, during = time.monotonic(), []
    while count_of(server) > before - count:
        during += p99(link, 300)
        true(time.monotonic() - start < 600, "they are not gone after ten minutes")
    seconds = time.monotonic() - start
    # With the reads meanwhile, and of both threads that work on it.
    each = (cpu_nanoseconds(server) - spent) / count / 1e3
    print(f"           ({count} gone in {seconds:.1f} s, {count / seconds:.0f} a second, {each:.0f} µs of the processor each; read p50 {quantile(quiet, 0.5):.2f} ms "
          f"and p99 {quantile(quiet):.2f} ms in quiet, {quantile(during, 0.5):.2f} and {quantile(during):.2f} ms meanwhile)",
          flush=True)
    # A few thousand are gone too soon to tell much.
    true(quantile(during) < 1.5 * quantile(quiet) + world.pick(10, 1), "reads are slow meanwhile")
    wait_for(lambda: server.api().get("/v1/auth/token/lookup-self").status == 200, "the root token")
    equal(server.stop(), 0, "exit status")


def count_of(server):
    text = server.api().must("GET", "/v1/sys/metrics?format=prometheus").body.decode()
    return int(float(re.search(r"^vault_expire_num_leases (\S+)$", text, re.MULTILINE)[1]))
