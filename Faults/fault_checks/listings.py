"""FE11: listings against a reference map, with names that a pattern, a path or a collation would take for something else."""

import random
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import quote

from livetest.checks import Checks, equal

from .cluster import Cluster, report, rounds
from .connections import Connection
from .stores import SHARED, SQLITE

CHECKS = Checks("listings")
STORES = (*SHARED, SQLITE)
# A percent sign before two digits would look like a path that was encoded twice, which is refused.
HOSTILE = ["a", "B", "_", "%~", "\\", "a_b", "aXb", "a%!", "a\\b", "ä", "é", "e\u0301", "漢", "😀", "*", "?", "[", "'", '"',
           ";", "-", "~", "0", "%_5f", "ﬀ", "İ"]


def names(chance, count):
    """Different paths of one to four parts."""
    found = set()
    while len(found) < count:
        parts = ["".join(chance.choices(HOSTILE, k=chance.randint(1, 4))) for _ in range(chance.randint(1, 4))]
        if chance.random() < 0.5:
            parts[-1] += str(chance.randrange(count))
        found.add("/".join(parts))
    return found


def folders(paths):
    """The reference: what each folder lists, in the order of bytes."""
    lists = {}
    for path in paths:
        parts = path.split("/")
        for depth in range(len(parts)):
            folder = "".join(part + "/" for part in parts[:depth])
            name = parts[depth] + ("/" if depth < len(parts) - 1 else "")
            lists.setdefault(folder, set()).add(name)
    return {folder: sorted(names, key=str.encode) for folder, names in lists.items()}


class Clients:
    """Of one node, many at once."""

    def __init__(self, node, token, count=8):
        self.pool = ThreadPoolExecutor(count)
        self.links = [Connection(node.port, token, 60) for _ in range(count)]
        self.count = count

    def each(self, method, paths, body=None):
        """The statuses of a request for each path."""
        paths = list(paths)

        def run(number):
            link = self.links[number]
            return [(path, link.request(method, f"/v1/names/{quote(path)}", body))
                    for path in paths[number::self.count]]

        return [pair for part in self.pool.map(run, range(self.count)) for pair in part]


def compare(clients, paths):
    """Every folder; how many there are."""
    wanted = folders(paths)
    for folder, answer in clients.each("LIST", wanted):
        equal(answer.status, 200, f"listing {folder!r}")
        equal(answer.data["keys"], wanted[folder], f"what {folder!r} lists")
    return len(wanted)


@CHECKS.check("FE11: every folder lists as in a reference map, whatever its names are, also after deletions")
def _(world):
    cluster = Cluster(world, count=1).start()
    node = cluster.wait_for_leader()
    node.api().must("POST", "/v1/sys/mounts/names", {"type": "kv", "options": {"version": "1"}})
    chance = random.Random(world.seed)
    count = rounds(300, 100_000)
    paths = names(chance, count)
    clients = Clients(node, node.root_token)
    for path, answer in clients.each("POST", paths, {"k": "v"}):
        equal(answer.status, 204, f"writing {path!r}: {answer.body[:200]}")
    first = compare(clients, paths)
    gone = set(chance.sample(sorted(paths), count // 3))
    for path, answer in clients.each("DELETE", gone):
        equal(answer.status, 204, f"deleting {path!r}")
    second = compare(clients, paths - gone)
    report(f"seed {world.seed}: {count} names in {first} folders, {len(gone)} deleted, {second} folders left: all equal")


@CHECKS.check("FE11: the reference knows what a pattern would mix up")
def _(world):
    lists = folders(["a_b/x", "aXb/y", "a%/z", "a\\b/w"])
    equal(lists[""], ["a%/", "aXb/", "a\\b/", "a_b/"], "the folders")
    equal(lists["a_b/"], ["x"], "one of them")
