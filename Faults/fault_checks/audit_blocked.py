"""An audit socket whose reader fell asleep: requests are delayed by its deadline once, and none is lost."""

import json
import socket
import threading
import time

from livetest.checks import Checks, equal, true
from livetest.server import wait_for

CHECKS = Checks("audit socket blocked")

DEADLINE = 1.0
# What a request costs beside the deadline, on a busy machine.
SLACK = 1.5
# Hashed values fill the system's buffers soon.
LONG = {f"field-{number:04}": "v" for number in range(8000)}


class Collector:
    """Reads lines from whoever connects, while it is awake."""

    def __init__(self, port=0):
        self.listener = socket.create_server(("127.0.0.1", port))
        self.port = self.listener.getsockname()[1]
        self.awake = threading.Event()
        self.awake.set()
        self.lines = []
        self.connections = []
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            self.connections.append(connection)
            threading.Thread(target=self.read, args=(connection,), daemon=True).start()

    def read(self, connection):
        rest = b""
        while True:
            self.awake.wait()
            try:
                data = connection.recv(1 << 16)
            except OSError:
                return
            if not data:
                return
            *lines, rest = (rest + data).split(b"\n")
            # A line that was cut off by the end of a connection comes again in the next one.
            self.lines += [json.loads(line) for line in lines]

    def has(self, path, kind):
        return any(line["type"] == kind and line["request"].get("path") == path for line in list(self.lines))

    def close(self):
        if self.listener.fileno() < 0:
            return
        self.awake.set()
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        for connection in self.connections:
            connection.close()


def timed(world, path, body=None):
    start = time.monotonic()
    answer = world.api.request("PUT" if body else "GET", path, body)
    return answer.status, time.monotonic() - start


def write_until_slow(world):
    """Fills the buffers; the time of the first request that had to wait, and its status."""
    for number in range(200):
        status, seconds = timed(world, f"/v1/cubbyhole/fill/{number}", LONG)
        if seconds >= DEADLINE * 0.9 or status != 200 and status != 204:
            return status, seconds
    raise AssertionError("the socket never filled up")


@CHECKS.check("a socket device gets both lines of a request")
def _(world):
    server = world.server = world.new_server("server")
    server.start_unsealed()
    world.api = server.api()
    world.collector = Collector()
    world.on_exit(world.collector.close)
    world.file = world.folder / "audit.log"
    options = {"address": f"127.0.0.1:{world.collector.port}", "write_timeout": f"{int(DEADLINE)}s"}
    world.api.must("POST", "/v1/sys/audit/socket", {"type": "socket", "options": options})
    world.api.must("PUT", "/v1/cubbyhole/first", {"k": "v"})
    for kind in ("request", "response"):
        wait_for(lambda kind=kind: world.collector.has("cubbyhole/first", kind), f"no {kind} line")


@CHECKS.check("the only device being blocked, a request waits for its deadline at most and gets 500")
def _(world):
    world.collector.awake.clear()
    status, seconds = write_until_slow(world)
    equal(status, 500, "status")
    true(seconds < DEADLINE + SLACK, f"the request took {seconds:.2f} s")


@CHECKS.check("after that requests are refused at once, and nothing is executed")
def _(world):
    for _ in range(20):
        status, seconds = timed(world, "/v1/cubbyhole/refused", {"k": "v"})
        equal(status, 500, "status")
        true(seconds < DEADLINE / 2, f"a request took {seconds:.2f} s")
    equal(world.api.get("/v1/sys/health").status, 200, "status of health")


@CHECKS.check("when the reader wakes up service resumes without a restart, and the refused requests were recorded")
def _(world):
    world.collector.awake.set()
    wait_for(lambda: world.api.get("/v1/cubbyhole/first").status == 200, "service does not resume")
    equal(world.api.get("/v1/cubbyhole/refused").status, 404, "status of what was refused")
    wait_for(lambda: world.collector.has("cubbyhole/refused", "request"), "no line of a refused request")


@CHECKS.check("beside a healthy device a blocked one delays one round of requests and refuses none")
def _(world):
    world.api.must("POST", "/v1/sys/audit/file", {"type": "file", "options": {"file_path": str(world.file)}})
    world.collector.awake.clear()
    status, seconds = write_until_slow(world)
    true(status in (200, 204), f"the slow request got {status}")
    true(seconds < DEADLINE + SLACK, f"the request took {seconds:.2f} s")
    slowest = 0
    for number in range(100):
        status, seconds = timed(world, f"/v1/cubbyhole/beside/{number}", {"k": "v"})
        equal(status, 204, "status")
        slowest = max(slowest, seconds)
    true(slowest < DEADLINE / 2, f"a request took {slowest:.2f} s")


@CHECKS.check("the healthy device has every line, and the blocked one gets those in its spool")
def _(world):
    entries = [json.loads(line) for line in world.file.read_text().splitlines()]
    beside = [entry for entry in entries if entry["request"]["path"].startswith("cubbyhole/beside/")]
    equal(len(beside), 200, "lines of 100 requests")
    world.collector.awake.set()
    for number in range(100):
        path = f"cubbyhole/beside/{number}"
        wait_for(lambda path=path: world.collector.has(path, "response"), f"no line of {path}")


@CHECKS.check("a collector that went away and came back is found again")
def _(world):
    port = world.collector.port
    world.collector.close()
    for number in range(5):
        equal(timed(world, "/v1/cubbyhole/away", {"k": str(number)})[0], 204, "status")
    world.collector = Collector(port)
    world.on_exit(world.collector.close)
    wait_for(lambda: world.collector.has("cubbyhole/away", "response"), "no line after the return")


@CHECKS.check("a blocked device does not keep the server from stopping")
def _(world):
    world.collector.awake.clear()
    write_until_slow(world)
    equal(world.server.stop(), 0, "exit status")
