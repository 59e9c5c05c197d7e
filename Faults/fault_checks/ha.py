"""Three servers over one storage: who leads, and what standbys answer."""

import time
from http.client import HTTPException

from livetest.api import API
from livetest.checks import Checks, equal, true
from livetest.server import wait_for

from .cluster import report, shared
from .heartbeat import Heartbeat
from .stores import SHARED

CHECKS = Checks("ha")
STORES = SHARED


@CHECKS.check("one of three nodes leads, the others are standbys, and all of them name it")
def _(world):
    cluster = shared(world)
    leader = cluster.leader()
    wait_for(lambda: len(cluster.standbys()) == 2, "two standbys")
    wait_for(lambda: all(node.leader()["leader_address"] == leader.address for node in cluster.nodes),
             "every node names the leader")
    for node in cluster.nodes:
        said = node.leader()
        equal(said["ha_enabled"], True, "ha_enabled")
        equal(said["is_self"], node is leader, "is_self")
        equal(said["leader_cluster_address"], f"https://127.0.0.1:{leader.shown_cluster_port}", "the cluster address")
        status = node.api("").get("/v1/sys/seal-status").json
        equal((status["sealed"], status["storage_type"]), (False, world.store), "the seal's status")


@CHECKS.check("a standby forwards reads, writes, lists and logins, and the audit names the client's address")
def _(world):
    cluster = shared(world)
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
    cluster = shared(world)

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
    cluster = shared(world)
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


@CHECKS.check("a rekey and a rotation at the leader do not keep a standby from taking over")
def _(world):
    cluster = shared(world)
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
    cluster = shared(world)
    leader = cluster.wait_for_leader()
    with Heartbeat(cluster) as heart:
        heart.gap(time.monotonic())
        start = time.monotonic()
        equal(leader.stop(), 0, "its status")
        cluster.wait_for_leader(other_than=leader)
        gap = heart.gap(start)
    report(f"{gap:.2f} s without writes")
    true(gap < 3, f"the gap was {gap:.2f} s")
    cluster.restart(leader)
