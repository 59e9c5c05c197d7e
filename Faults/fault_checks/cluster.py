"""Three servers over one PostgreSQL, and what the checks of high availability share."""

import os
import random
import signal
import threading
import time
from http.client import HTTPException

from livetest import databases
from livetest.api import API
from livetest.server import Server, free_port, wait_for

CONFIGURATION = """\
storage "postgresql" {{
  connection_url      = "{url}"
  ha_enabled          = "true"
  max_parallel        = 8
  allow_unsafe_server = true
}}

listener "tcp" {{
  address         = "127.0.0.1:{port}"
  cluster_address = "127.0.0.1:{cluster}"
  tls_disable     = true
}}

api_addr      = "http://127.0.0.1:{port}"
cluster_addr  = "https://127.0.0.1:{cluster}"
disable_mlock = true
log_level     = "info"
{more}
"""


class Node(Server):
    """A server of a cluster."""

    def __init__(self, binary, folder, url, more=""):
        super().__init__(binary, folder)
        self.cluster_port = free_port()
        self.url = url
        self.configure(more)

    def configure(self, more=""):
        self.configuration.write_text(CONFIGURATION.format(
            url=self.url, port=self.port, cluster=self.cluster_port, more=more))

    def health(self):
        """The status of sys/health; None when nobody answers."""
        try:
            return API(self.port, timeout=2).get("/v1/sys/health").status
        except (OSError, HTTPException):
            return None

    def leader(self):
        """What sys/leader says; None when nobody answers."""
        try:
            return API(self.port, timeout=2).get("/v1/sys/leader").json
        except (OSError, HTTPException, ValueError):
            return None

    @property
    def leads(self):
        return self.health() == 200

    def pause(self):
        self.process.send_signal(signal.SIGSTOP)

    def resume(self):
        self.process.send_signal(signal.SIGCONT)


def postgres(world):
    """A PostgreSQL of the group's own."""
    databases.install()
    server = databases.PostgresServer().start()
    world.on_exit(server.__exit__, None, None, None)
    return server


class Cluster:
    """Servers over one database, initialised with one share and all of them open."""

    def __init__(self, world, count=3, name="node", more=""):
        self.world = world
        self.database = postgres(world)
        self.nodes = []
        for number in range(count):
            folder = world.folder / f"{name}{number}"
            folder.mkdir()
            node = world.stack.enter_context(Node(world.binary, folder, self.url, more))
            self.nodes.append(node)

    @property
    def url(self):
        database = self.database
        return (f"postgresql://{database.superuser}:{database.superuser_password}@127.0.0.1:{database.port}/postgres"
                "?sslmode=disable")

    def start(self):
        first = self.nodes[0]
        for node in self.nodes:
            node.start()
        first.initialize()
        for node in self.nodes:
            node.keys, node.root_token, node.threshold = first.keys, first.root_token, 1
            node.unseal()
        self.wait_for_leader()
        return self

    @property
    def token(self):
        return self.nodes[0].root_token

    def leader(self):
        """The node that says it is active; None while there is none."""
        for node in self.nodes:
            if node.process and node.process.poll() is None and node.leads:
                return node
        return None

    def wait_for_leader(self, seconds=30, other_than=None):
        found = []

        def there_is_one():
            for node in self.nodes:
                if node is not other_than and node.process and node.process.poll() is None and node.leads:
                    found.append(node)
                    return True
            return False

        wait_for(there_is_one, "no node leads", seconds=seconds)
        return found[0]

    def standbys(self):
        return [node for node in self.nodes if node.health() == 429]

    def restart(self, node):
        node.start()
        node.unseal()


class Writers:
    """Mixed requests against all nodes, with a ledger of what was acknowledged.

    Each writer owns its secrets and counts up in them, so that what is stored must be the last acknowledged
    number, or a later one that was attempted.
    """

    def __init__(self, cluster, writers=6, seed=1):
        self.cluster = cluster
        self.random = random.Random(seed)
        self.stop = threading.Event()
        self.lock = threading.Lock()
        self.acknowledged = {}
        # Numbers whose outcome nobody knows: they may be stored at any later time, or never.
        self.unknown = {}
        self.wrong = []
        self.count = 0
        self.failed = 0
        self.moments = []
        self.threads = [
            threading.Thread(target=self.work, args=(number, random.Random(seed * 100 + number)), daemon=True)
            for number in range(writers)]

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.stop.set()
        for thread in self.threads:
            thread.join(timeout=60)

    def work(self, writer, chance):
        number = 0
        while not self.stop.is_set():
            number += 1
            node = chance.choice(self.cluster.nodes)
            path = f"w{writer}/s{number % 5}"
            api = API(node.port, self.cluster.token, timeout=3)
            try:
                if chance.random() < 0.7:
                    self.write(api, path, number)
                else:
                    self.read(api, path)
            except (OSError, HTTPException, ValueError):
                with self.lock:
                    self.failed += 1

    def doubt(self, path, number):
        with self.lock:
            self.unknown.setdefault(path, set()).add(number)
            self.failed += 1

    def write(self, api, path, number):
        try:
            answer = api.post(f"/v1/secret/{path}", {"number": number})
        except (OSError, HTTPException):
            return self.doubt(path, number)
        if answer.status in (500, 503):
            return self.doubt(path, number)
        with self.lock:
            if answer.status == 204:
                self.acknowledged[path] = number
                self.count += 1
                self.moments.append(time.monotonic())
            elif answer.status == 307:
                self.failed += 1
            else:
                self.wrong.append(f"{path}: {answer.status} {answer.body[:200]!r}")

    def read(self, api, path):
        with self.lock:
            known = self.acknowledged.get(path, 0)
        answer = api.get(f"/v1/secret/{path}")
        if answer.status == 200 and not self.may_be(path, answer.data["number"], known):
            with self.lock:
                self.wrong.append(f"{path}: read {answer.data['number']} after {known} was acknowledged")
        elif answer.status == 404 and known:
            with self.lock:
                self.wrong.append(f"{path}: gone after {known} was acknowledged")
        elif answer.status not in (200, 307, 404, 500, 503):
            with self.lock:
                self.wrong.append(f"{path}: {answer.status} {answer.body[:200]!r}")

    def may_be(self, path, found, known):
        """Only this writer writes there: what it wrote last, or something whose outcome it was not told."""
        return found >= known or found in self.unknown.get(path, ())

    def lost(self):
        """What was acknowledged and is not there."""
        api = API(self.cluster.wait_for_leader().port, self.cluster.token)
        lost = []
        for path, number in sorted(self.acknowledged.items()):
            answer = api.get(f"/v1/secret/{path}")
            found = answer.data["number"] if answer.status == 200 else None
            if found is None or not self.may_be(path, found, number):
                lost.append(f"{path}: {found} is stored, {number} was acknowledged")
        return lost


def percentile(values, share):
    ordered = sorted(values)
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)] if ordered else None


def full_scale():
    """Whether the checks run as often as the promises say (`--full`)."""
    return os.environ.get("COFFER_FAULTS_FULL") == "1"
