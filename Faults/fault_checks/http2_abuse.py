"""HTTP/2 frames that cost their sender little: resets, endless heads, streams, pings and settings (F18)."""

import socket
import struct
import time

from livetest.checks import Checks, equal, true

from .measures import Probe, cpu, forget_peak, memory

CHECKS = Checks("abuse of HTTP/2 (F18)")

DATA, HEADERS, RESET, SETTINGS, PING, GOAWAY, WINDOW, CONTINUATION = 0, 1, 3, 4, 6, 7, 8, 9
# Of the static table and as literals without index: GET http /v1/sys/health, authority x.
HEAD = b"\x82\x86\x04\x0e/v1/sys/health\x41\x01x"


def frame(kind, flags, stream, payload=b""):
    return struct.pack(">I", len(payload))[1:] + bytes((kind, flags)) + struct.pack(">I", stream) + payload


class Connection:
    def __init__(self, server):
        self.link = socket.create_connection(("127.0.0.1", server.port), timeout=10)
        self.link.sendall(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + frame(SETTINGS, 0, 0))
        self.received = b""
        self.is_closed = False

    def push(self, data):
        """Sends, and takes what has come; false when the server has closed."""
        try:
            self.link.sendall(data)
            self.link.setblocking(False)
            while part := self.link.recv(1 << 20):
                self.received += part
            self.is_closed = True
        except BlockingIOError:
            self.link.settimeout(10)
        except OSError:
            self.is_closed = True
        return not self.is_closed

    def end(self, seconds=10):
        """Reads until the server closes; false when it does not."""
        limit = time.monotonic() + seconds
        self.link.settimeout(1)
        while not self.is_closed and time.monotonic() < limit:
            try:
                part = self.link.recv(1 << 20)
                self.received += part
                self.is_closed = not part
            except TimeoutError:
                pass
            except OSError:
                self.is_closed = True
        self.link.close()
        return self.is_closed

    def kinds(self):
        """Of the frames that came."""
        found, rest = [], self.received
        while len(rest) >= 9:
            length = int.from_bytes(rest[:3], "big")
            found.append(rest[3])
            rest = rest[9 + length:]
        return found


def streams(first, count, flags=5):
    return b"".join(frame(HEADERS, flags, 2 * n + 1, HEAD) for n in range(first, first + count))


def resets(n):
    return b"".join(
        frame(HEADERS, 5, 2 * s + 1, HEAD) + frame(RESET, 0, 2 * s + 1, b"\0\0\0\x08") for s in range(n * 100, n * 100 + 100))


ABUSES = {
    "rapid resets": resets,
    "an endless head": lambda n: (frame(HEADERS, 0, 1, HEAD) if n == 0 else b"") + frame(CONTINUATION, 0, 1, b"\x00\x01a\x01b" * 2000) * 10,
    "empty continuations": lambda n: (frame(HEADERS, 0, 1, HEAD) if n == 0 else b"") + frame(CONTINUATION, 0, 1) * 1000,
    "streams without an end": lambda n: streams(n * 100, 100, flags=4),
    "pings": lambda n: frame(PING, 0, 0, b"12345678") * 1000,
    "settings": lambda n: frame(SETTINGS, 0, 0, b"\0\x03\0\0\0\x64") * 1000,
    "empty data": lambda n: (frame(HEADERS, 4, 1, HEAD) if n == 0 else b"") + frame(DATA, 0, 1) * 1000,
    "windows of zero": lambda n: frame(SETTINGS, 0, 0, b"\0\x04\0\0\0\0") + streams(n * 100, 100),
    "resets by a wrong window": lambda n: b"".join(
        frame(HEADERS, 5, 2 * s + 1, HEAD) + frame(WINDOW, 0, 2 * s + 1, b"\0\0\0\0") for s in range(n * 100, n * 100 + 100)),
}


@CHECKS.check("a server that speaks HTTP/2")
def _(world):
    server = world.server = world.new_server("http2").start_unsealed()
    connection = Connection(server)
    connection.push(frame(SETTINGS, 1, 0) + streams(0, 1))
    connection.end(seconds=2)
    true(HEADERS in connection.kinds() and DATA in connection.kinds(), f"frames {connection.kinds()}")


def make_check(name, pieces):
    @CHECKS.check(f"{name}: memory is bounded, others are served, and the connection ends or is held within its limits")
    def _(world):
        server = world.server
        before = memory(server)
        forget_peak(server)
        worked, start = cpu(server), time.monotonic()
        with Probe(server.api("")) as probe:
            connection = Connection(server)
            count = 0
            # 100,000 streams, or as many other frames as fit.
            while count < 1000 and time.monotonic() - start < world.pick(3, 20) and connection.push(pieces(count)):
                count += 1
        grown = memory(server, "VmHWM") - before
        worked = (cpu(server) - worked) / (time.monotonic() - start)
        is_closed = connection.is_closed or GOAWAY in connection.kinds()
        connection.link.close()
        print(f"           ({count} pieces, {grown >> 10} KiB more memory, {worked * 100:.0f} % of a processor, "
              f"{'ended' if is_closed else 'held'})", flush=True)
        true(grown < (64 << 20), f"{grown >> 20} MiB more memory")
        equal(set(probe.statuses), {200}, "health meanwhile")
        true(probe.quantile(0.99) < world.pick(0.5, 0.1), f"health p99 {probe.quantile(0.99) * 1e3:.0f} ms")
        equal(server.api("").get("/v1/sys/health").status, 200, "health after it")


for each, pieces in ABUSES.items():
    make_check(each, pieces)
