"""FE8, FE9: the first start of two nodes, and commits whose answer is lost."""

import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPException

from livetest.checks import Checks, equal, true
from livetest.server import wait_for

from .cluster import Node, report, rounds
from .stores import SHARED, new_store

CHECKS = Checks("commits")
STORES = SHARED
# How many first starts go on at once, each with a storage of its own.
LANES = 3


def store_of(world):
    if getattr(world, "store_itself", None) is None:
        world.store_itself = new_store(world)
    return world.store_itself


@CHECKS.check("FE8: two nodes that are initialised at once give one set of keys, and it opens the server")
def _(world):
    count = rounds(6, 200)

    def lane(first):
        for number in range(first, count, LANES):
            initialize_twice(world, store_of(world).lane(first), number)

    store_of(world)
    with ThreadPoolExecutor(LANES) as pool:
        list(pool.map(lane, range(LANES)))
    report(f"{count} rounds, one set of keys in each")


def initialize_twice(world, store, number):
    """Two nodes at once, over a storage that nobody has used."""
    nodes = []
    for letter in "ab":
        folder = world.folder / f"init{number}{letter}"
        folder.mkdir()
        nodes.append(world.stack.enter_context(Node(world.binary, folder, store)))
    for node in nodes:
        node.start()
    answers = [None, None]

    def initialize(place):
        body = {"secret_shares": 1, "secret_threshold": 1}
        try:
            answers[place] = nodes[place].api("").request("PUT", "/v1/sys/init", body)
        except (OSError, HTTPException):
            pass

    threads = [threading.Thread(target=initialize, args=(place,)) for place in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    made = [answer for answer in answers if answer and answer.status == 200]
    equal(len(made), 1, f"sets of keys in round {number}: {[answer and answer.body[:80] for answer in answers]}")
    for node in nodes:
        node.keys, node.root_token, node.threshold = made[0].json["keys_base64"], made[0].json["root_token"], 1
        node.unseal()
    wait_for(lambda: any(node.leads for node in nodes), "no node leads")
    for node in nodes:
        node.stop()


class Straight:
    def __init__(self, port):
        self.port = port


class CuttingProxy:
    """Between a server and its storage: when armed, it passes the next commit on and keeps its answer."""

    def __init__(self, store):
        self.store, self.target = store, store.port
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.armed = threading.Event()
        self.cuts = 0
        threading.Thread(target=self.accept, daemon=True).start()

    def open(self, port):
        """As a wire, of which there is one."""
        return self if port == self.target else Straight(port)

    def accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            server = socket.create_connection(("127.0.0.1", self.target))
            ends = {"cut": False}
            threading.Thread(target=self.up, args=(client, server, ends), daemon=True).start()
            threading.Thread(target=self.down, args=(server, client, ends), daemon=True).start()

    def up(self, client, server, ends):
        try:
            while data := client.recv(65536):
                if self.armed.is_set() and self.store.is_commit(data):
                    self.armed.clear()
                    self.cuts += 1
                    ends["cut"] = True
                    server.sendall(data)
                    # The server commits; nobody is told.
                    time.sleep(0.05)
                    break
                server.sendall(data)
        except OSError:
            pass
        self.end(client, server)

    def down(self, server, client, ends):
        try:
            while data := server.recv(65536):
                if ends["cut"]:
                    break
                client.sendall(data)
        except OSError:
            pass
        self.end(client, server)

    @staticmethod
    def end(*sockets):
        for one in sockets:
            try:
                one.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass


@CHECKS.check("FE9: the connection is cut between COMMIT and its answer: what was acknowledged is there, once")
def _(world):
    store = store_of(world)
    store.forget()
    proxy = CuttingProxy(store)
    world.on_exit(proxy.listener.close)
    folder = world.folder / "cut"
    folder.mkdir()
    node = world.stack.enter_context(Node(world.binary, folder, store, wires=proxy))
    node.start()
    node.initialize()
    node.unseal()
    wait_for(lambda: node.leads, "the node does not lead")
    api = node.api()
    api.must("POST", "/v1/sys/mounts/secret", {"type": "kv-v2"})
    api.must("POST", "/v1/sys/auth/approle", {"type": "approle"})
    api.must("POST", "/v1/auth/approle/role/r", {"policies": "default"})
    api.must("POST", "/v1/secret/config", {"max_versions": 100000})
    count = rounds(30, 1000)
    statuses = {}
    made = {"secrets": 0, "ids": 0, "unknown": 0}
    # A commit of another kind may be the one that passes while the trap is set.
    while proxy.cuts < count and sum(statuses.values()) < 10 * count:
        number = sum(statuses.values())
        proxy.armed.set()
        if number % 2:
            answer = api.post("/v1/secret/data/one", {"data": {"number": number}})
            made["secrets"] += answer.status == 200
        else:
            answer = api.post("/v1/auth/approle/role/r/secret-id")
            made["ids"] += answer.status == 200
        statuses[answer.status] = statuses.get(answer.status, 0) + 1
        made["unknown"] += answer.status == 500
        true(answer.status in (200, 500, 503), f"{answer.status}: {answer.body[:200]!r}")
    proxy.armed.clear()
    versions = api.must("GET", "/v1/secret/metadata/one").data["current_version"]
    ids = len(api.list("/v1/auth/approle/role/r/secret-id").data["keys"])
    report(f"{sum(statuses.values())} requests, {proxy.cuts} cuts, answers {statuses}; {made['secrets']} versions acknowledged and "
           f"{versions} stored, {made['ids']} secret ids acknowledged and {ids} stored")
    equal(proxy.cuts, count, "connections that were cut")
    true(made["secrets"] <= versions <= made["secrets"] + made["unknown"], "versions")
    true(made["ids"] <= ids <= made["ids"] + made["unknown"], "secret ids")
