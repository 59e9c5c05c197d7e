"""Many clients at once that want nothing but to be a burden: uploads, idle connections, slow ones, no open files."""

import contextlib
import resource
import selectors
import socket
import ssl
import subprocess
import time
from pathlib import Path

from livetest.checks import Checks, Skip, equal, true
from livetest.server import wait_for

from .measures import Probe, allow_many_files, cpu, forget_peak, memory

CHECKS = Checks("crowds (D03, D10; F11, F12, F13, F34)")

UPLOAD = 31 << 20
PIECE = b"x" * (1 << 18)
MEMORY = Path("/sys/fs/cgroup/memory")


def connected(server, count):
    links = []
    for _ in range(count):
        links.append(socket.create_connection(("127.0.0.1", server.port), timeout=20))
    return links


def closed(links):
    """How many the server has closed: there is an end to be read."""
    count = 0
    for link in links:
        link.setblocking(False)
        try:
            while part := link.recv(65536):
                pass
            count += part == b""
        except BlockingIOError:
            pass
        except OSError:
            count += 1
    return count


def allowed(world):
    """Seconds that health may take in 99 of 100 times; what else the machine does may disturb a short run."""
    return max(2 * world.quiet, world.pick(0.5, 0.05))


class Upload:
    """One body on its way, as fast as the server takes it."""

    def __init__(self, server, size, token):
        self.link = socket.create_connection(("127.0.0.1", server.port), timeout=20)
        self.link.sendall(
            b"POST /v1/secret/data/x HTTP/1.1\r\nHost: x\r\nX-Vault-Token: %s\r\nContent-Length: %d\r\n\r\n"
            % (token.encode(), size))
        self.link.setblocking(False)
        self.rest = size
        self.answer = b""

    def turn(self, events):
        """False when it is over."""
        try:
            if events & selectors.EVENT_READ:
                part = self.link.recv(4096)
                self.answer += part
                if not part or b"\r\n" in self.answer:
                    return False
            if events & selectors.EVENT_WRITE and self.rest:
                self.rest -= self.link.send(PIECE[: self.rest])
        except BlockingIOError:
            pass
        except OSError:
            return False
        return True

    @property
    def status(self):
        return int(self.answer.split()[1]) if self.answer.startswith(b"HTTP/1.1 ") else None


def upload_all(server, count, token, seconds=120):
    """All at once; their statuses."""
    uploads = [Upload(server, UPLOAD, token) for _ in range(count)]
    end = time.monotonic() + seconds
    with selectors.DefaultSelector() as selector:
        for upload in uploads:
            selector.register(upload.link, selectors.EVENT_READ | selectors.EVENT_WRITE, upload)
        while selector.get_map() and time.monotonic() < end:
            for key, events in selector.select(timeout=1):
                if not key.data.turn(events):
                    selector.unregister(key.fileobj)
    for upload in uploads:
        upload.link.close()
    return [upload.status for upload in uploads]


@CHECKS.check("a server in quiet")
def _(world):
    world.most_files = allow_many_files()
    server = world.server = world.new_server("crowds").start_unsealed()
    server.api().must("POST", "/v1/sys/mounts/secret", {"type": "kv-v2"})
    with Probe(server.api("")) as probe:
        wait_for(lambda: len(probe.seconds) > 200, "health is slow", seconds=60)
    world.quiet = probe.quantile(0.99)


@CHECKS.check("200 uploads of 31 MiB at once take bounded memory; strangers' are refused, and others are served (D03, F14)")
def _(world):
    server = world.server
    before = memory(server)
    forget_peak(server)
    with Probe(server.api("")) as probe:
        statuses = upload_all(server, 200, "hvs.stranger")
    grown = memory(server, "VmHWM") - before
    seen = {status: statuses.count(status) for status in set(statuses)}
    print(f"           ({grown >> 20} MiB more memory, statuses {seen}, health p99 {probe.quantile(0.99) * 1e3:.0f} ms)",
          flush=True)
    true(seen.get(503, 0) > 0, f"none was shed: {seen}")
    equal(sorted(set(seen) - {503, 403, 400, 413}, key=str), [], f"other statuses in {seen}")
    # The budget of all bodies is 256 MiB; two are parsed at once.
    true(grown < (512 << 20), f"{grown >> 20} MiB more memory")
    equal(set(probe.statuses), {200}, "health meanwhile")
    wait_for(lambda: server.api().post("/v1/secret/data/after", {"data": {"k": "x" * 500_000}}).status == 200,
             "the budget does not come back")


@CHECKS.check("in a control group of 256 MiB uploads are shed, and the server is not killed for its memory (F34)")
def _(world):
    group = MEMORY / f"coffer-faults-{world.server.pid}"
    try:
        group.mkdir()
        (group / "memory.limit_in_bytes").write_text(str(256 << 20))
    except OSError as error:
        raise Skip(f"no control group can be made: {error}") from error
    world.on_exit(group.rmdir)
    server = world.new_server("small")
    server.start(preexec_fn=lambda: (group / "cgroup.procs").write_text("0"))
    server.initialize()
    server.unseal()
    server.api().must("POST", "/v1/sys/mounts/secret", {"type": "kv-v2"})
    for _ in range(world.pick(1, 5)):
        statuses = upload_all(server, 100, server.root_token)
        for body in (b'{"a":[' + b"{}," * (5 << 20) + b"{}]}", b"{" + b'"k":1,' * (1 << 20) + b'"k":1}'):
            true(server.api().post("/v1/secret/data/x", raw=body).status in (400, 413, 503), "a wide body")
        equal(server.process.poll(), None, "the server's end")
        true(503 in statuses, f"none was shed: {set(statuses)}")
    wait_for(lambda: server.api().get("/v1/sys/health").status == 200, "health does not come back")
    peak = int((group / "memory.max_usage_in_bytes").read_text())
    print(f"           (the group's peak: {peak >> 20} MiB)", flush=True)
    equal(server.stop(), 0, "exit status")


@CHECKS.check("10,000 idle and 1,000 slow connections: clients are served, and memory is bounded (D10, F11)")
def _(world):
    server = world.server
    count = min(10_000, world.most_files - 3000)
    before = memory(server)
    links = []
    while len(links) < count:
        # Who connects and says nothing is closed after ten seconds, and a busy machine takes longer for all of them.
        some = connected(server, min(500, count - len(links)))
        for link in some:
            link.sendall(b"GET /v1/sys/seal-status HTTP/1.1\r\nHost: x\r\n\r\n")
        links += some
    slow = connected(server, count // 10)
    for link in slow:
        link.sendall(b"GET /v1/sys/health HTTP/1.1\r\nHost: x\r\nX-Slow: ")
    try:
        with Probe(server.api("")) as probe:
            # Of so many that one of them in a hundred is not the slowest one.
            while len(probe.seconds) < world.pick(20, 500):
                for link in slow[:: len(slow) // 20]:
                    with contextlib.suppress(OSError):
                        # It had its time for a head.
                        link.send(b"y")
                server.api().must("GET", "/v1/secret/data/after")
        grown = memory(server) - before
        print(f"           ({count} idle, {len(slow)} slow: {grown >> 20} MiB more memory, health p99 "
              f"{probe.quantile(0.99) * 1e3:.1f} ms, in quiet {world.quiet * 1e3:.1f} ms)", flush=True)
        equal(set(probe.statuses), {200}, "health meanwhile")
        true(probe.quantile(0.99) < allowed(world), "health is slow meanwhile")
        true(grown < (500 << 20), f"{grown >> 20} MiB more memory")
        # The idle ones were let in, and are not closed before their time.
        true(closed(links) < count // 100, "idle connections were closed below the limit")
        start = cpu(server)
        time.sleep(1)
        true(cpu(server) - start < 0.2, "idle connections keep the processor busy")
    finally:
        for link in links + slow:
            link.close()


@CHECKS.check("idle TLS connections likewise (F11)")
def _(world):
    server = world.new_server("tls")
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
         "-subj", "/CN=localhost", "-keyout", server.folder / "k.pem", "-out", server.folder / "c.pem"],
        check=True, capture_output=True)
    text = server.configuration.read_text()
    port = world.new_server("unused").port
    server.configuration.write_text(text + f"""
listener "tcp" {{
  address       = "127.0.0.1:{port}"
  tls_cert_file = "{server.folder}/c.pem"
  tls_key_file  = "{server.folder}/k.pem"
}}
""")
    server.start_unsealed()
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    count = min(world.pick(500, 10_000), world.most_files - 3000)
    before = memory(server)
    links = []
    try:
        for _ in range(count):
            links.append(context.wrap_socket(socket.create_connection(("127.0.0.1", port), timeout=20)))
        with Probe(server.api("")) as probe:
            wait_for(lambda: len(probe.seconds) > 200, "health is slow", seconds=60)
        grown = memory(server) - before
        print(f"           ({count}: {grown >> 20} MiB more memory, health p99 {probe.quantile(0.99) * 1e3:.1f} ms)",
              flush=True)
        true(grown < (500 << 20), f"{grown >> 20} MiB more memory")
        equal(set(probe.statuses), {200}, "health meanwhile")
        true(probe.quantile(0.99) < allowed(world), "health is slow meanwhile")
    finally:
        for link in links:
            link.close()
    equal(server.stop(), 0, "exit status")


@CHECKS.check("with 512 open files allowed a thousand connections stop nobody: the longest idle go (F13)")
def _(world):
    server = world.new_server("files")
    server.start(preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (512, 512)))
    server.initialize()
    server.unseal()
    links = connected(server, 1000)
    try:
        with Probe(server.api("")) as probe:
            wait_for(lambda: len(probe.seconds) > 100, "health is slow", seconds=60)
        equal(set(probe.statuses), {200}, "health meanwhile")
        true(closed(links) >= 500, "connections beyond the limit stay open")
        start = cpu(server)
        time.sleep(1)
        true(cpu(server) - start < 0.2, "the processor is busy while files are short")
        server.api().must("PUT", "/v1/cubbyhole/x", {"k": "v"})
    finally:
        for link in links:
            link.close()
    equal(server.stop(), 0, "exit status")


SLOW_LISTENER = """\
  http_read_header_timeout = "1s"
  http_read_timeout        = "2s"
  http_idle_timeout        = "3s"
"""


@CHECKS.check("slow heads, slow bodies, clients that never read and idle ones are closed in their time (F12)")
def _(world):
    server = world.new_server("slow")
    text = server.configuration.read_text()
    server.configuration.write_text(text.replace("  tls_disable = true\n", "  tls_disable = true\n" + SLOW_LISTENER))
    server.start_unsealed()
    server.api().must("POST", "/v1/sys/mounts/secret", {"type": "kv"})
    server.api().must("POST", "/v1/secret/large", {"k": "x" * 900_000})
    each = world.pick(50, 333)
    heads, bodies, deaf, idle = (connected(server, each) for _ in range(4))
    ask = b"GET /v1/secret/large HTTP/1.1\r\nHost: x\r\nX-Vault-Token: " + server.root_token.encode() + b"\r\n\r\n"
    for link in deaf:
        link.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        link.sendall(ask * 20)
    for link in bodies:
        link.sendall(b"POST /v1/secret/x HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n")
    for link in idle:
        link.sendall(b"GET /v1/sys/health HTTP/1.1\r\nHost: x\r\n\r\n")
    with Probe(server.api("")) as probe:
        start = time.monotonic()
        while time.monotonic() - start < 6:
            for link in heads + bodies:
                try:
                    link.send(b"G")
                except OSError:
                    pass
            time.sleep(0.3)
    for name, links in (("slow heads", heads), ("slow bodies", bodies), ("idle connections", idle)):
        wait_for(lambda links=links: closed(links) == each, f"not all {name} are closed", seconds=20)
    # What came before the end is read first; the server has let go of the connection when it counts none.
    wait_for(lambda: connections_of(server) <= 1, "clients that never read are not closed")
    equal(set(probe.statuses), {200}, "health meanwhile")
    true(probe.quantile(0.99) < allowed(world), "health is slow meanwhile")
    for link in heads + bodies + deaf + idle:
        link.close()
    equal(server.stop(), 0, "exit status")


def connections_of(server):
    """Established ones, as the server's side has them."""
    rows = Path(f"/proc/{server.pid}/net/tcp").read_text().splitlines()[1:]
    local = f":{server.port:04X}"
    return sum(row.split()[1].endswith(local) and row.split()[3] == "01" for row in rows)
