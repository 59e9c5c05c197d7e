"""Servers over one PostgreSQL, for the checks that do something to the database itself."""

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
  ha_enabled          = "{shared}"
  allow_unsafe_server = true
  max_parallel        = 8
  {storage}
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


def url(*servers):
    """Of a database that one of the servers has."""
    first = servers[0]
    hosts = ",".join(f"127.0.0.1:{server.port}" for server in servers)
    return f"postgresql://{first.superuser}:{first.superuser_password}@{hosts}/postgres?sslmode=disable"


class DatabaseNode(Server):
    """A server over the database."""

    def __init__(self, binary, folder, address, shared=True, more="", storage=""):
        super().__init__(binary, folder)
        self.cluster_port = free_port()
        self.configuration.write_text(CONFIGURATION.format(
            url=address, shared=str(shared).lower(), port=self.port, cluster=self.cluster_port, more=more,
            storage=storage.replace("{folder}", str(folder))))

    @property
    def runs(self):
        return self.process is not None and self.process.poll() is None

    def health(self):
        """The status of sys/health; None when nobody answers."""
        try:
            return API(self.port, timeout=3).get("/v1/sys/health").status
        except (OSError, HTTPException):
            return None

    def pause(self):
        self.process.send_signal(signal.SIGSTOP)

    def resume(self):
        self.process.send_signal(signal.SIGCONT)


class DatabaseCluster:
    """Servers over one database, initialised with one share and all of them open."""

    def __init__(self, world, database=None, count=3, name="node", address=None, **options):
        if database is None:
            databases.install()
            database = databases.PostgresServer().start()
            world.on_exit(database.__exit__, None, None, None)
        self.database = database
        self.nodes = []
        for number in range(count):
            folder = world.folder / f"{name}{number}"
            folder.mkdir()
            self.nodes.append(world.stack.enter_context(
                DatabaseNode(world.binary, folder, address or url(database), **options)))

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

    def wait_for_leader(self, other_than=None, seconds=30):
        found = []

        def there_is_one():
            found[:] = [node for node in self.nodes if node is not other_than and node.runs and node.health() == 200]
            return bool(found)

        wait_for(there_is_one, "no node leads", seconds=seconds)
        return found[0]

    def restart(self, node):
        node.start()
        node.unseal()


class Ledger:
    """Writes to all nodes in turn, and remembers what was acknowledged."""

    def __init__(self, cluster):
        self.cluster, self.acknowledged, self.stop = cluster, [], threading.Event()
        self.thread = threading.Thread(target=self.work, daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.stop.set()
        self.thread.join(timeout=60)

    def work(self):
        number = 0
        while not self.stop.is_set():
            number += 1
            node = self.cluster.nodes[number % len(self.cluster.nodes)]
            try:
                answer = API(node.port, self.cluster.token, timeout=30).post(f"/v1/secret/l{number}", {"n": number})
                if answer.status == 204:
                    self.acknowledged.append(number)
            except (OSError, HTTPException):
                pass
            time.sleep(0.01)

    def lost(self):
        """What was acknowledged and is not there."""
        api = API(self.cluster.wait_for_leader().port, self.cluster.token)
        return [number for number in self.acknowledged if api.get(f"/v1/secret/l{number}").status != 200]


def report(text):
    print(f"           {text}", flush=True)
