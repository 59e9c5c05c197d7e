"""Three servers over PostgreSQL: who leads, what standbys answer, and that no acknowledged write is lost."""

import random
import time
from http.client import HTTPException

from livetest.api import API
from livetest.checks import Checks, equal, true
from livetest.server import wait_for

from .cluster import Cluster, Writers, full_scale, percentile

CHECKS = Checks("ha")

# Of the storage's leadership, and what a take-over may take on top of it (seconds).
TIME_TO_LIVE, MARGIN = 6, 3


def rounds(few, full):
    return full if full_scale() else few


def report(text):
    print(f"           {text}", flush=True)


@CHECKS.check("one of three nodes leads, the others are standbys, and all of them name it")
def _(world):
    cluster = world.cluster = Cluster(world).start()
    leader = cluster.leader()
    wait_for(lambda: len(cluster.standbys()) == 2, "two standbys")
    wait_for(lambda: all(node.leader()["leader_address"] == leader.address for node in cluster.nodes),
             "every node names the leader")
    for node in cluster.nodes:
        said = node.leader()
        equal(said["ha_enabled"], True, "ha_enabled")
        equal(said["is_self"], node is leader, "is_self")
        equal(said["leader_cluster_address"], f"https://127.0.0.1:{leader.cluster_port}", "the cluster address")
        status = node.api("").get("/v1/sys/seal-status").json
        equal((status["sealed"], status["storage_type"]), (False, "postgresql"), "the seal's status")
    leader.api().must("POST", "/v1/sys/mounts/secret", {"type": "kv", "options": {"version": "1"}})


@CHECKS.check("a standby forwards reads, writes, lists and logins, and the audit names the client's address")
def _(world):
    cluster = world.cluster
    standby = API(cluster.standbys()[0].port, cluster.token)
    audit = world.folder / "audit.log"
    standby.must("PUT", "/v1/sys/audit/file", {"type": "file", "options": {"file_path": str(audit)}})
    standby.must("POST", "/v1/secret/a/b", {"k": "v"})
    equal(standby.must("GET", "/v1/secret/a/b").data, {"k": "v"}, "the secret")
    equal(standby.list("/v1/secret/a").data["keys"], ["b"], "the listing")
    equal(standby.get("/v1/secret/none").status, 404, "an absent secret")
    equal(API(standby.port, "wrong").get("/v1/secret/a/b").status, 403, "a wrong token")
    standby.must("POST", "/v1/sys/auth/userpass", {"type": "userpass"})
    standby.must("POST", "/v1/auth/userpass/users/u", {"password": "p"})
    login = standby.must("POST", "/v1/auth/userpass/login/u", {"password": "p"}, token="").json
    true(login["auth"]["client_token"].startswith("hvs."), "a login gives a token")
    true('"remote_address":"127.0.0.1"' in audit.read_text(), "the client's address is audited")
    leader = API(cluster.leader().port, cluster.token)
    leader.must("DELETE", "/v1/sys/audit/file")


@CHECKS.check("the cluster's nodes are known to the leader, with their last word")
def _(world):
    cluster = world.cluster

    def all_known():
        nodes = API(cluster.standbys()[0].port, cluster.token).must("GET", "/v1/sys/ha-status").data["nodes"]
        return sorted(node["api_address"] for node in nodes) == sorted(node.address for node in cluster.nodes)

    wait_for(all_known, "three nodes in ha-status")
    health = cluster.standbys()[0].api("").get("/v1/sys/health")
    equal(health.status, 429, "a standby's health")
    equal((health.json["standby"], health.json["sealed"], health.json["ha_connection_healthy"]), (True, False, True),
          "what it says")
    equal(cluster.standbys()[0].api("").get("/v1/sys/health?standbyok=true").status, 200, "with standbyok")
    equal(cluster.standbys()[0].api("").get("/v1/sys/health?standbycode=299").status, 299, "with a code of its own")


@CHECKS.check("a client that asks not to be forwarded is sent to the leader; what is local is not forwarded")
def _(world):
    cluster = world.cluster
    leader, standby = cluster.leader(), cluster.standbys()[0]
    answer = standby.api().get("/v1/secret/a/b?x=1", headers={"X-Vault-No-Request-Forwarding": "true"})
    equal((answer.status, answer.headers.get("Location")), (307, f"{leader.address}/v1/secret/a/b?x=1"), "the redirect")
    snapshot = standby.api().get("/v1/sys/storage/raft/snapshot")
    equal(snapshot.status, 307, "a snapshot is redirected")
    local = standby.api().get("/v1/sys/host-info")
    equal((local.status, local.errors), (400, ["cannot forward local-only request"]), "a local path")
    # Nobody without the leader's certificate gets in.
    try:
        API(leader.cluster_port, timeout=3).get("/v1/sys/health")
        raise AssertionError("the cluster port answered without TLS")
    except (OSError, HTTPException):
        pass


def first_success(cluster, start, seconds=30):
    """Seconds from `start` until a client that asks every node in turn may write again."""
    end = start + seconds
    while time.monotonic() < end:
        for node in cluster.nodes:
            try:
                answer = API(node.port, cluster.token, timeout=1).post("/v1/secret/probe", {"k": "v"})
            except (OSError, HTTPException):
                continue
            if answer.status == 204:
                return time.monotonic() - start
        time.sleep(0.005)
    raise AssertionError(f"nobody took a write for {seconds} s")


@CHECKS.check("a planned step-down costs clients less than a second, and loses nothing")
def _(world):
    cluster = world.cluster
    gaps = []
    with Writers(cluster, writers=3) as writers:
        for _ in range(rounds(6, 100)):
            leader = cluster.wait_for_leader()
            start = time.monotonic()
            leader.api().must("PUT", "/v1/sys/step-down")
            wait_for(lambda: not leader.leads, "the leader still leads")
            gaps.append(first_success(cluster, start))
            cluster.wait_for_leader(other_than=leader)
            # It rests before it leads again; the next round must have somebody to hand over to.
            time.sleep(1)
    equal(writers.wrong, [], "wrong answers")
    equal(writers.lost(), [], "acknowledged and lost")
    report(f"{len(gaps)} step-downs, gap p50 {percentile(gaps, 0.5):.2f} s, p99 {percentile(gaps, 0.99):.2f} s, "
           f"{writers.count} writes acknowledged, 0 lost")
    true(percentile(gaps, 0.99) < 1, f"the gap was {max(gaps):.2f} s")


@CHECKS.check("a leader that is killed under load is replaced in time, and no acknowledged write is lost")
def _(world):
    cluster = world.cluster
    gaps = []
    with Writers(cluster) as writers:
        for _ in range(rounds(3, 100)):
            leader = cluster.wait_for_leader()
            time.sleep(1)
            start = time.monotonic()
            leader.kill()
            gaps.append(first_success(cluster, start))
            cluster.restart(leader)
    equal(writers.wrong, [], "wrong answers")
    equal(writers.lost(), [], "acknowledged and lost")
    report(f"{len(gaps)} kills, take-over p50 {percentile(gaps, 0.5):.2f} s, p99 {percentile(gaps, 0.99):.2f} s, "
           f"{writers.count} writes acknowledged, {writers.failed} refused or unknown, 0 lost")
    true(max(gaps) < TIME_TO_LIVE + MARGIN, f"the gap was {max(gaps):.2f} s")


@CHECKS.check("a leader that is stopped and goes on later cannot write, nor answer from what it knew")
def _(world):
    cluster = world.cluster
    chance = random.Random(world.seed)
    with Writers(cluster) as writers:
        for number in range(rounds(4, 100)):
            leader = cluster.wait_for_leader()
            leader.pause()
            time.sleep(chance.uniform(0, 3) if number % 2 else chance.uniform(7, 10))
            leader.resume()
    equal(writers.wrong, [], "wrong answers")
    equal(writers.lost(), [], "acknowledged and lost")
    report(f"{writers.count} writes acknowledged, {writers.failed} refused or unknown, 0 lost")


@CHECKS.check("FE3: a token revoked at the new leader is not honoured by the old one when it goes on")
def _(world):
    cluster = world.cluster
    honoured, answers = 0, {}
    number = rounds(3, 300)
    for _ in range(number):
        old = cluster.wait_for_leader()
        token = old.api().must("POST", "/v1/auth/token/create", {"policies": ["default"]}).json["auth"]["client_token"]
        # The old leader has it in its caches.
        equal(old.api(token).get("/v1/auth/token/lookup-self").status, 200, "the token before")
        old.pause()
        new = cluster.wait_for_leader(other_than=old)
        new.api().must("POST", "/v1/auth/token/revoke", {"token": token})
        old.resume()
        for _ in range(50):
            try:
                status = API(old.port, token, timeout=5).get("/v1/auth/token/lookup-self").status
            except (OSError, HTTPException):
                continue
            answers[status] = answers.get(status, 0) + 1
            honoured += status == 200
    report(f"{number} rounds, answers of the old leader by status: {answers}, honoured: {honoured}")
    equal(honoured, 0, "times a revoked token was honoured")


@CHECKS.check("the database stops and comes back: the servers recover by themselves, and nothing is lost")
def _(world):
    cluster = world.cluster
    with Writers(cluster, writers=3) as writers:
        time.sleep(1)
        cluster.database.stop()
        pause = rounds(8, 60)
        time.sleep(2)
        statuses = {node.health() for node in cluster.nodes}
        time.sleep(pause - 2)
        cluster.database.start()
        start = time.monotonic()
        first_success(cluster, start)
        back = time.monotonic() - start
    equal(writers.wrong, [], "wrong answers")
    equal(writers.lost(), [], "acknowledged and lost")
    report(f"{pause} s without a database (health meanwhile {sorted(map(str, statuses))}), back {back:.1f} s after it, "
           f"{writers.count} writes acknowledged, 0 lost")


@CHECKS.check("a rekey and a rotation at the leader do not keep a standby from taking over")
def _(world):
    cluster = world.cluster
    leader = cluster.wait_for_leader()
    api = leader.api()
    api.must("PUT", "/v1/sys/rotate")
    # Standbys look at the keyring each second.
    time.sleep(2.5)
    begun = api.must("PUT", "/v1/sys/rekey/init", {"secret_shares": 1, "secret_threshold": 1}).json
    done = api.must("PUT", "/v1/sys/rekey/update", {"key": leader.keys[0], "nonce": begun["nonce"]}).json
    true(done["complete"], "the rekey is complete")
    for node in cluster.nodes:
        node.keys = done["keys_base64"]
    api.must("POST", "/v1/secret/after", {"k": "rekey"})
    leader.kill()
    new = cluster.wait_for_leader()
    equal(new.api().must("GET", "/v1/secret/after").data, {"k": "rekey"}, "the secret at the new leader")
    cluster.restart(leader)


@CHECKS.check("a server that is told to end hands over at once")
def _(world):
    cluster = world.cluster
    leader = cluster.wait_for_leader()
    start = time.monotonic()
    equal(leader.stop(), 0, "its status")
    gap = first_success(cluster, start)
    report(f"{gap:.2f} s until the next write")
    true(gap < 3, f"the gap was {gap:.2f} s")
    cluster.restart(leader)
