"""What stands in front and behind: haproxy with health checks as Vault's guides write them, and PgBouncer."""

import os
import shutil
import socket
import subprocess
import tempfile
import threading
import time
from http.client import HTTPException
from pathlib import Path

from livetest.api import API
from livetest.checks import Checks, equal, true
from livetest.server import free_port, wait_for

from .cluster import Cluster, percentile, report, rounds, shared
from .stores import POSTGRES
from .traffic import Traffic

CHECKS = Checks("balancers")
# haproxy does not see the storage, and PgBouncer is for one of them.
STORES = (POSTGRES,)
INSTALL = Path(__file__).resolve().parents[2] / "scripts/install-packages"

HAPROXY = """\
global
  stats socket {folder}/admin.sock mode 600 level admin
defaults
  mode http
  timeout connect 2s
  timeout client 30s
  timeout server 30s
  option redispatch
  retries 2

frontend active
  bind 127.0.0.1:{active}
  default_backend active
frontend any
  bind 127.0.0.1:{any}
  default_backend any

backend active
  option httpchk GET /v1/sys/health
  http-check expect status 200
  default-server check inter 200ms fall 2 rise 1
{servers}
backend any
  balance roundrobin
  option httpchk GET /v1/sys/health?standbyok=true
  http-check expect status 200
  default-server check inter 200ms fall 2 rise 1
{servers}
"""


class HAProxy:
    """In front of a cluster: `active` sends to the node that leads, `any` to every node that is open."""

    def __init__(self, world, cluster):
        subprocess.run([INSTALL, "haproxy:/usr/sbin/haproxy"], check=True)
        self.folder = Path(tempfile.mkdtemp(prefix="coffer-haproxy-"))
        world.on_exit(shutil.rmtree, self.folder, True)
        self.active, self.any = free_port(), free_port()
        servers = "".join(f"  server n{number} 127.0.0.1:{node.port}\n" for number, node in enumerate(cluster.nodes))
        configuration = self.folder / "haproxy.cfg"
        configuration.write_text(HAPROXY.format(
            folder=self.folder, active=self.active, any=self.any, servers=servers))
        with open(self.folder / "log", "wb") as log:
            self.process = subprocess.Popen(
                ["/usr/sbin/haproxy", "-db", "-f", configuration], stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        world.on_exit(self.end)
        wait_for(lambda: (self.folder / "admin.sock").exists(), "haproxy does not start")

    def end(self):
        self.process.kill()
        self.process.wait()

    def up(self, backend):
        """The servers of a backend that pass its checks, by their numbers."""
        with socket.socket(socket.AF_UNIX) as link:
            link.connect(str(self.folder / "admin.sock"))
            link.sendall(b"show stat\n")
            text = b""
            while piece := link.recv(65536):
                text += piece
        rows = [line.split(",") for line in text.decode().splitlines() if line.startswith(f"{backend},n")]
        return {int(row[1][1:]) for row in rows if row[17].startswith("UP")}


def behind(world):
    cluster = shared(world)
    if not hasattr(world, "haproxy"):
        world.haproxy = HAProxy(world, cluster)
    return cluster, world.haproxy


def leads(cluster, proxy):
    """haproxy sends to the node that leads, and to it alone."""
    return proxy.up("active") == {number for number, node in enumerate(cluster.nodes) if node.runs and node.leads}


@CHECKS.check("haproxy finds the leader by sys/health, and every open node with standbyok")
def _(world):
    cluster, proxy = behind(world)
    wait_for(lambda: len(proxy.up("active")) == 1 and leads(cluster, proxy), "the leader alone is up")
    wait_for(lambda: proxy.up("any") == {0, 1, 2}, "all nodes are up")
    api = API(proxy.active, cluster.token)
    api.must("POST", "/v1/secret/through", {"k": "v"})
    for _ in range(6):
        equal(API(proxy.any, cluster.token).must("GET", "/v1/secret/through").data, {"k": "v"}, "a secret")
    statuses = sorted(API(proxy.any).get("/v1/sys/health").status for _ in range(3))
    equal(statuses, [200, 429, 429], "sys/health of the nodes in turn")
    own = sorted(API(proxy.any).get("/v1/sys/health?standbycode=472&activecode=299").status for _ in range(3))
    equal(own, [299, 472, 472], "with codes of the client's own")
    headers = {"X-Vault-No-Request-Forwarding": "1"}
    answers = [API(proxy.any, cluster.token).get("/v1/secret/through", headers=headers) for _ in range(3)]
    equal(sorted(answer.status for answer in answers), [200, 307, 307], "not forwarded")
    # haproxy writes the names of fields in small letters.
    where = {value for answer in answers for name, value in answer.headers.items() if name.lower() == "location"}
    equal(where, {f"{cluster.wait_for_leader().address}/v1/secret/through"}, "where the redirects lead")


@CHECKS.check("through haproxy a sealed node gets no request, and one that is opened again does")
def _(world):
    cluster, proxy = behind(world)
    node = cluster.standbys()[0]
    number = cluster.nodes.index(node)
    node.stop()
    wait_for(lambda: number not in proxy.up("any"), "a node that ended is up")
    node.start()
    equal(node.api("").get("/v1/sys/health").status, 503, "a sealed node")
    end = time.monotonic() + 0.6
    while time.monotonic() < end:
        true(number not in proxy.up("any"), "a sealed node is up")
    node.unseal()
    wait_for(lambda: number in proxy.up("any"), "an open node is down")


@CHECKS.check("a plain client behind haproxy sees only answers of the API while leaders step down and are killed")
def _(world):
    cluster, proxy = behind(world)
    statuses, gaps = {}, []
    pause = threading.Event()

    def client_until(condition, since):
        """Asks again and again until the condition holds and a write was taken; the time without one."""
        last = since
        longest = 0
        while True:
            try:
                status = API(proxy.active, cluster.token, timeout=10).post("/v1/secret/client", {"k": "v"}).status
            except (OSError, HTTPException) as error:
                status = type(error).__name__
            statuses[status] = statuses.get(status, 0) + 1
            pause.wait(0.02)
            if status == 204:
                longest = max(longest, time.monotonic() - last)
                last = time.monotonic()
                if condition():
                    return longest
            true(time.monotonic() - since < 60, f"no write for a minute: {statuses}")

    for number in range(rounds(2, 20)):
        old = cluster.wait_for_leader()
        start = time.monotonic()
        if number % 2:
            old.kill()
        else:
            old.api().must("PUT", "/v1/sys/step-down")
        gaps.append(client_until(lambda: (leader := cluster.leader()) and leader is not old, start))
        if number % 2:
            cluster.restart(old)
        wait_for(lambda: leads(cluster, proxy), "haproxy does not find the leader")
    report(f"{len(gaps)} changes of the leader, the client's answers {statuses}; step-down "
           f"{max(gaps[0::2]):.2f} s, kill {max(gaps[1::2]):.2f} s at most without a write")
    # 502 to 504 are haproxy's own: nobody is up, or the node went away under the request.
    equal(set(statuses) - {204, 500, 502, 503, 504, 307}, set(), "other answers")


BOUNCER = """\
[databases]
* = host=127.0.0.1 port={target}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = scram-sha-256
auth_file = {folder}/users.txt
pool_mode = transaction
default_pool_size = 20
max_client_conn = 500
ignore_startup_parameters = extra_float_digits
"""


class PgBouncer:
    """In transaction mode in front of a store; stands in its place."""

    name = POSTGRES

    def __init__(self, world, store):
        subprocess.run([INSTALL, "pgbouncer:/usr/sbin/pgbouncer"], check=True)
        self.store = store
        self.port = free_port()
        self.folder = Path(tempfile.mkdtemp(prefix="coffer-bouncer-"))
        world.on_exit(shutil.rmtree, self.folder, True)
        server = store.server
        (self.folder / "users.txt").write_text(f'"{server.superuser}" "{server.superuser_password}"\n')
        configuration = self.folder / "pgbouncer.ini"
        configuration.write_text(BOUNCER.format(target=store.port, port=self.port, folder=self.folder))
        for path in (self.folder, configuration, self.folder / "users.txt"):
            if os.geteuid() == 0:
                shutil.chown(path, server.account)
        with open(self.folder / "log", "wb") as log:
            self.process = subprocess.Popen(
                server.as_account(["/usr/sbin/pgbouncer", configuration]), stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        world.on_exit(self.end)
        wait_for(self.is_answering, "pgbouncer does not answer")

    def is_answering(self):
        try:
            socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
            return True
        except OSError:
            return False

    def end(self):
        self.process.kill()
        self.process.wait()

    def stanza(self, port=None):
        return self.store.stanza(port or self.port)


@CHECKS.check("three nodes work through PgBouncer in transaction mode, also when the leader is paused or killed")
def _(world):
    own = shared(world).store
    own.forget()
    for node in world.cluster.nodes:
        node.kill()
    cluster = Cluster(world, name="pooled", store=PgBouncer(world, own)).start()
    cluster.wait_for_leader().api().must("POST", "/v1/sys/mounts/secret", {"type": "kv", "options": {"version": "1"}})
    gaps = []
    with Traffic(cluster, world.seed) as traffic:
        traffic.gap(time.monotonic())
        for number in range(rounds(2, 20)):
            leader = cluster.wait_for_leader()
            start = time.monotonic()
            if number % 2:
                leader.kill()
                cluster.wait_for_leader(other_than=leader)
                cluster.restart(leader)
            else:
                leader.pause()
                cluster.wait_for_leader(other_than=leader)
                leader.resume()
            gaps.append(traffic.gap(start))
            traffic.stop.wait(2)
    violations = traffic.violations()
    report(f"{len(gaps)} leaders paused or killed, without writes p50 {percentile(gaps, 0.5):.2f} s, most "
           f"{max(gaps):.2f} s; {traffic.told()}; {len(violations)} violations")
    equal(violations, [], "violations")
