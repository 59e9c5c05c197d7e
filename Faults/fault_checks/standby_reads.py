"""Reads that standbys answer themselves: never older than what was acknowledged before they were asked."""

import random
import threading
import time
from http.client import HTTPException

from livetest.api import API
from livetest.checks import Checks, equal, true
from livetest.server import wait_for

from .cluster import Cluster, report
from .stores import SHARED

CHECKS = Checks("standby-reads")
STORES = SHARED

MORE = "disable_standby_reads = false"
LINE = {"X-Vault-No-Request-Forwarding": "true"}


def percentile(values, share):
    ordered = sorted(values)
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)]


def read(node, path, token, headers=None):
    """The answer of this very node: one that would forward is told not to."""
    return API(node.port, token, timeout=20).get(path, headers=LINE | (headers or {}))


def answered(node, path, token):
    """Its data, from this very node; while it loads mounts anew the leader has to answer."""
    found = []

    def is_answered():
        found[:] = [read(node, path, token)]
        return found[0].status == 200

    wait_for(is_answered, f"{path} is not read at a standby")
    return found[0].data


@CHECKS.check("standbys answer reads themselves, and say so in their health")
def _(world):
    cluster = world.cluster = Cluster(world, more=MORE).start()
    api = cluster.wait_for_leader().api()
    api.must("POST", "/v1/sys/mounts/secret", {"type": "kv", "options": {"version": "1"}})
    api.must("POST", "/v1/sys/mounts/two", {"type": "kv", "options": {"version": "2"}})
    api.must("PUT", "/v1/sys/policies/acl/reader", {"policy": 'path "secret/*" { capabilities = ["read", "list"] }'})
    wait_for(lambda: sum(node.health() == 473 for node in cluster.nodes) == 2, "two standbys that read")
    world.readers = [node for node in cluster.nodes if node.health() == 473]
    api.must("POST", "/v1/secret/a", {"k": "v"})
    api.must("POST", "/v1/two/data/a", {"data": {"k": "v"}})
    for node in world.readers:
        equal(read(node, "/v1/secret/a", cluster.token).data, {"k": "v"}, "a secret")
        equal(read(node, "/v1/two/data/a", cluster.token).data["data"], {"k": "v"}, "a secret with versions")
        equal(read(node, "/v1/auth/token/lookup-self", cluster.token).data["id"], cluster.token, "lookup-self")
        equal(read(node, "/v1/sys/mounts", cluster.token).status, 307, "what is the leader's")
        equal(API(node.port, cluster.token).post("/v1/secret/b", {"k": "w"}).status, 204, "a forwarded write")
        equal(node.api("").get("/v1/sys/health?standbyok=true").status, 200, "with standbyok")


@CHECKS.check("a write that was acknowledged is in every read that begins after it, at every node")
def _(world):
    cluster, readers = world.cluster, world.readers
    stop, lock = threading.Event(), threading.Lock()
    latest, stale, counts, times = {}, [], {"writes": 0, "reads": 0, "local": 0}, []

    def write(number):
        value = 0
        while not stop.is_set():
            value += 1
            node = random.choice(cluster.nodes)
            try:
                if API(node.port, cluster.token).post(f"/v1/secret/w{number}", {"n": value}).status == 204:
                    with lock:
                        latest[number] = value
                        counts["writes"] += 1
            except (OSError, HTTPException):
                pass

    def look():
        while not stop.is_set():
            number, node = random.randrange(4), random.choice(readers)
            with lock:
                known = latest.get(number, 0)
            start = time.monotonic()
            try:
                answer = read(node, f"/v1/secret/w{number}", cluster.token)
            except (OSError, HTTPException):
                continue
            with lock:
                counts["reads"] += 1
                if answer.status == 200:
                    counts["local"] += 1
                    times.append(time.monotonic() - start)
                    if answer.data["n"] < known:
                        stale.append((number, known, answer.data["n"]))
                elif answer.status == 404 and known:
                    stale.append((number, known, None))

    threads = [threading.Thread(target=write, args=(number,)) for number in range(4)]
    threads += [threading.Thread(target=look) for _ in range(6)]
    for thread in threads:
        thread.start()
    time.sleep(world.pick(10, 120))
    stop.set()
    for thread in threads:
        thread.join()
    report(f"{counts['writes']} writes, {counts['reads']} reads at standbys, {counts['local']} answered there "
           f"(p50 {percentile(times, 0.5) * 1000:.1f} ms, p99 {percentile(times, 0.99) * 1000:.1f} ms), "
           f"{len(stale)} stale")
    equal(stale, [], "stale reads")
    true(counts["local"] > counts["reads"] * 0.9, "standbys left too much to the leader")


@CHECKS.check("a token that was revoked is refused by every node from the acknowledgement on")
def _(world):
    cluster, readers = world.cluster, world.readers
    leader = cluster.wait_for_leader()
    honoured, rounds = [], world.pick(100, 2000)
    for number in range(rounds):
        token = leader.api().must("POST", "/v1/auth/token/create", {"policies": ["reader"]}).json["auth"]["client_token"]
        for node in readers:
            equal(answered(node, "/v1/secret/a", token), {"k": "v"}, "the token before")
        way = API(random.choice(cluster.nodes).port, cluster.token)
        way.must("POST", "/v1/auth/token/revoke", {"token": token})
        for node in readers:
            if read(node, "/v1/secret/a", token).status == 200:
                honoured.append(number)
            equal(API(node.port, token).get("/v1/secret/a").status, 403, "with forwarding")
    report(f"{rounds} revocations, honoured afterwards: {len(honoured)}")
    equal(honoured, [], "revoked tokens that were honoured")


@CHECKS.check("a changed policy, a moved mount and a deleted namespace count at every node at once")
def _(world):
    cluster, readers = world.cluster, world.readers
    api = cluster.wait_for_leader().api()
    for number in range(world.pick(5, 100)):
        token = api.must("POST", "/v1/auth/token/create", {"policies": ["reader"]}).json["auth"]["client_token"]
        for node in readers:
            equal(answered(node, "/v1/secret/a", token), {"k": "v"}, "before")
        api.must("PUT", "/v1/sys/policies/acl/reader", {"policy": 'path "other/*" { capabilities = ["read"] }'})
        for node in readers:
            equal(read(node, "/v1/secret/a", token).status, 307, "without the rule")
        api.must("PUT", "/v1/sys/policies/acl/reader",
                 {"policy": 'path "secret/*" { capabilities = ["read", "list"] }'})
        api.must("POST", "/v1/sys/mounts/moving", {"type": "kv"})
        api.must("POST", "/v1/moving/x", {"n": number})
        for node in readers:
            equal(answered(node, "/v1/moving/x", cluster.token), {"n": number}, "in a new mount")
        api.must("POST", "/v1/sys/remount", {"from": "moving", "to": "moved"})
        wait_for(lambda: api.get("/v1/moved/x").status == 200, "the mount did not move")
        for node in readers:
            equal(read(node, "/v1/moving/x", cluster.token).status, 307, "at the old place")
            equal(answered(node, "/v1/moved/x", cluster.token), {"n": number}, "at the new place")
        api.must("DELETE", "/v1/sys/mounts/moved")
        for node in readers:
            equal(read(node, "/v1/moved/x", cluster.token).status, 307, "after the mount")
        api.must("POST", "/v1/sys/namespaces/team")
        api.must("POST", "/v1/team/sys/mounts/kv", {"type": "kv"})
        api.must("POST", "/v1/team/kv/x", {"k": "v"})
        for node in readers:
            equal(answered(node, "/v1/team/kv/x", cluster.token), {"k": "v"}, "in a namespace")
        api.must("DELETE", "/v1/sys/namespaces/team")
        for node in readers:
            equal(read(node, "/v1/team/kv/x", cluster.token).status, 307, "after the namespace")
        wait_for(lambda: api.get("/v1/sys/namespaces/team").status == 404, "the namespace stays")


@CHECKS.check("a read with the index of a write sees it; one of the future is refused")
def _(world):
    cluster, readers = world.cluster, world.readers
    for number in range(world.pick(30, 1000)):
        written = API(random.choice(cluster.nodes).port, cluster.token).post("/v1/secret/i", {"n": number})
        index = written.headers["X-Vault-Index"]
        for node in readers:
            answer = read(node, "/v1/secret/i", cluster.token, {"X-Vault-Index": index})
            equal((answer.status, answer.data), (200, {"n": number}), "the read")
    answer = read(readers[0], "/v1/secret/i", cluster.token, {"X-Vault-Index": "AAAA"})
    equal((answer.status, answer.errors), (412, ["required index state not present"]), "an index of nobody")
    forwards = {"X-Vault-Index": "AAAA", "X-Vault-Inconsistent": "forward-active-node"}
    equal(read(readers[0], "/v1/secret/i", cluster.token, forwards).status, 307, "with a wish to be forwarded")


@CHECKS.check("a standby that is stopped and goes on, or is cut off, never answers from what it knew")
def _(world):
    cluster, readers = world.cluster, world.readers
    honoured = 0
    for _ in range(world.pick(3, 100)):
        node, leader = readers[0], cluster.wait_for_leader()
        token = leader.api().must("POST", "/v1/auth/token/create", {"policies": ["reader"]}).json["auth"]["client_token"]
        equal(answered(node, "/v1/secret/a", token), {"k": "v"}, "the token before")
        node.pause()
        leader.api().must("POST", "/v1/auth/token/revoke", {"token": token})
        time.sleep(0.5)
        node.resume()
        for _ in range(20):
            try:
                honoured += read(node, "/v1/secret/a", token).status == 200
            except (OSError, HTTPException):
                continue
    equal(honoured, 0, "times a revoked token was honoured")


@CHECKS.check("what the storage has forgotten of its changes is read anew, and followed again")
def _(world):
    cluster, readers = world.cluster, world.readers
    leader, node = cluster.wait_for_leader(), readers[0]
    for number in range(world.pick(5, 100)):
        equal(read(node, "/v1/auth/token/lookup-self", cluster.token).status, 200, "before")
        node.pause()
        for _ in range(12):
            leader.api().must("POST", "/v1/secret/forgotten", {"n": f"{number}, in between"})
        leader.api().must("POST", "/v1/secret/forgotten", {"n": number})
        cluster.store.forget_changes()
        node.resume()
        equal(answered(node, "/v1/secret/forgotten", cluster.token), {"n": number}, "after what was forgotten")
        leader.api().must("POST", "/v1/secret/forgotten", {"n": f"{number} again"})
        equal(read(node, "/v1/secret/forgotten", cluster.token).data, {"n": f"{number} again"}, "at once")


@CHECKS.check("reads go on while nobody leads, and the one that leads then reads what was written last")
def _(world):
    cluster, readers = world.cluster, world.readers
    leader = cluster.wait_for_leader()
    leader.api().must("POST", "/v1/secret/last", {"k": "before"})
    leader.kill()
    served = 0
    start = time.monotonic()
    while time.monotonic() - start < 3:
        answer = read(readers[0], "/v1/secret/last", cluster.token)
        if answer.status == 200:
            equal(answer.data, {"k": "before"}, "what is read without a leader")
            served += 1
    new = cluster.wait_for_leader(other_than=leader)
    equal(new.api().must("GET", "/v1/secret/last").data, {"k": "before"}, "at the new leader")
    cluster.restart(leader)
    report(f"{served} reads in the 3 s after the leader was killed")
    true(served > 10, "reads stopped with the leader")
    wait_for(lambda: sum(node.health() == 473 for node in cluster.nodes) == 2, "two standbys that read")


@CHECKS.check("the nodes of the cluster are known right after a take-over")
def _(world):
    cluster = world.cluster
    old = cluster.wait_for_leader()
    names = sorted(node.address for node in cluster.nodes)

    def known(node):
        return sorted(one["api_address"] for one in node.api().must("GET", "/v1/sys/ha-status").data["nodes"])

    wait_for(lambda: known(old) == names, "all nodes are known")
    # The registry is written with the next message.
    time.sleep(1.5)
    old.kill()
    new = cluster.wait_for_leader(other_than=old)
    equal(known(new), names, "the nodes at the first answer of the new leader")
    cluster.restart(old)
