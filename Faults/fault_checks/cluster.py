"""Three servers over one storage, and what the checks of high availability share."""

import os
import signal
from http.client import HTTPException

from livetest.api import API
from livetest.server import Server, free_port, wait_for

from .stores import new_store
from .wires import Wires

CONFIGURATION = """\
{storage}
listener "tcp" {{
  address         = "127.0.0.1:{port}"
  cluster_address = "127.0.0.1:{cluster}"
  tls_disable     = true
}}

api_addr      = "http://127.0.0.1:{port}"
cluster_addr  = "https://127.0.0.1:{shown}"
disable_mlock = true
log_level     = "info"
{more}
"""

# Of the storage's leadership, and what a take-over may take on top of it (seconds).
TIME_TO_LIVE, MARGIN = 6, 3


class Node(Server):
    """A server of a cluster, with a wire to its storage and one that the other nodes reach it by, when there are wires."""

    def __init__(self, binary, folder, store, more="", wires=None):
        super().__init__(binary, folder)
        self.cluster_port = free_port()
        self.store = store
        self.to_storage = wires and wires.open(store.port)
        self.from_nodes = wires and wires.open(self.cluster_port)
        self.configure(more)

    @property
    def shown_cluster_port(self):
        return self.from_nodes.port if self.from_nodes else self.cluster_port

    def configure(self, more=""):
        stanza = self.store.stanza(self.to_storage and self.to_storage.port).replace("{folder}", str(self.folder))
        self.configuration.write_text(CONFIGURATION.format(
            storage=stanza, port=self.port, cluster=self.cluster_port, shown=self.shown_cluster_port, more=more))

    def health(self, timeout=2):
        """The status of sys/health; None when nobody answers."""
        try:
            return API(self.port, timeout=timeout).get("/v1/sys/health").status
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

    @property
    def runs(self):
        return self.process is not None and self.process.poll() is None

    def pause(self):
        self.process.send_signal(signal.SIGSTOP)

    def resume(self):
        self.process.send_signal(signal.SIGCONT)


class Cluster:
    """Servers over one storage, initialised with one share and all of them open."""

    def __init__(self, world, count=3, name="node", more="", with_wires=False, store=None):
        self.world = world
        self.store = store or new_store(world)
        self.wires = Wires(world) if with_wires else None
        self.nodes = []
        for number in range(count):
            folder = world.folder / f"{name}{number}"
            folder.mkdir()
            node = world.stack.enter_context(Node(world.binary, folder, self.store, more, self.wires))
            self.nodes.append(node)

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
        return next((node for node in self.nodes if node.runs and node.leads), None)

    def wait_for_leader(self, seconds=30, other_than=None):
        found = []

        def there_is_one():
            found.extend(node for node in self.nodes if node is not other_than and node.runs and node.leads)
            return bool(found)

        wait_for(there_is_one, "no node leads", seconds=seconds)
        return found[0]

    def standbys(self):
        return [node for node in self.nodes if node.health() == 429]

    def restart(self, node):
        node.start()
        node.unseal()


def shared(world, **options):
    """The cluster of a group: made by whichever of its checks comes first."""
    if world.cluster is None:
        world.cluster = Cluster(world, **options).start()
        world.cluster.wait_for_leader().api().must(
            "POST", "/v1/sys/mounts/secret", {"type": "kv", "options": {"version": "1"}})
    return world.cluster


def percentile(values, share):
    ordered = sorted(values)
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)] if ordered else None


def full_scale():
    """Whether the checks run as often as the promises say (`--full`)."""
    return os.environ.get("COFFER_FAULTS_FULL") == "1"


def rounds(few, full):
    return full if full_scale() else few


def report(text):
    print(f"           {text}", flush=True)
