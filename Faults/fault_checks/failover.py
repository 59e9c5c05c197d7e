"""FE6: a replica of the database that lacks the last commits is promoted, or an older snapshot of etcd is restored. It is
noticed, also after a restart."""

import shutil
import time
from http.client import HTTPException

from livetest.api import API
from livetest.checks import Checks, equal, true
from livetest.databases import PostgresServer, client, install
from livetest.server import wait_for

from .cluster import Cluster, report
from .stores import Database, EtcdStore, new_store

CHECKS = Checks("failover")


class Noting(Database):
    """A node notes what it has seen of it in a file of its own."""

    def stanza(self, port=None):
        return super().stanza(port).replace("{\n", '{\n  version_file = "{folder}/storage.version"\n', 1)


def either(*servers):
    """The storage that one of the servers has."""
    first = servers[0]
    hosts = ",".join(f"127.0.0.1:{server.port}" for server in servers)
    return Noting(f"postgresql://{first.superuser}:{first.superuser_password}@{hosts}/postgres?sslmode=disable")


class Replica(PostgresServer):
    """Follows another server without being waited for."""

    def __init__(self, primary):
        self.primary = primary
        super().__init__()
        self.run(["rm", "-rf", self.data])
        # Over its socket, which asks for no password.
        self.run([self.bin / "pg_basebackup", "-h", primary.folder, "-p", primary.port, "-U", self.superuser, "-w", "-D",
                  self.data, "-R", "-X", "stream", "-c", "fast"])

    def promote(self):
        self.run([self.bin / "pg_ctl", "promote", "-D", self.data, "-w"])


def sql(server, statement):
    return client([server.bin / "psql", "-h", "127.0.0.1", "-p", server.port, "-U", server.superuser, "-d", "postgres",
                   "-At", "-c", statement], PGPASSWORD=server.superuser_password)


def logged(node, text):
    return text in node.log.read_text(errors="replace")


def nobody_leads(nodes, seconds):
    """Whether no node takes a write for a while."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        for node in nodes:
            try:
                if API(node.port, node.root_token, timeout=3).post("/v1/secret/late", {"k": "v"}).status == 204:
                    return False
            except (OSError, HTTPException):
                pass
        time.sleep(0.2)
    return True


@CHECKS.check("the promotion of a replica that lacks acknowledged writes is noticed by running and by restarted servers")
def _(world):
    install()
    primary = PostgresServer().start()
    world.on_exit(primary.__exit__, None, None, None)
    replica = Replica(primary)
    world.on_exit(replica.__exit__, None, None, None)
    cluster = Cluster(world, count=2, store=either(primary, replica))
    for node in cluster.nodes:
        node.version_file = node.folder / "storage.version"
    replica.start()
    cluster.start()
    leader = cluster.wait_for_leader()
    leader.api().must("POST", "/v1/sys/mounts/secret", {"type": "kv", "options": {"version": "1"}})
    leader.api().must("POST", "/v1/secret/early", {"k": "v"})
    wait_for(lambda: sql(primary, "SELECT count(*) FROM pg_stat_replication WHERE replay_lsn = pg_current_wal_lsn()")
             == "1", "the replica follows")
    # The replica hears nothing more, and the clients do not wait for it.
    replica.end()
    replica.process.wait(timeout=60)
    for number in range(20):
        leader.api().must("POST", f"/v1/secret/lost{number}", {"k": number})
    wait_for(lambda: all(node.version_file.exists() for node in cluster.nodes), "the version is noted")
    time.sleep(2.5)
    primary.process.kill()
    primary.process.wait()
    replica.start()
    replica.promote()
    true(nobody_leads(cluster.nodes, world.pick(12, 60)), "a node leads on a database that lacks acknowledged writes")
    true(all(logged(node, "storage_epoch_regression") for node in cluster.nodes), "it is not said in the log")
    answer = API(cluster.nodes[0].port, cluster.token).get("/v1/secret/early")
    equal((answer.status, "Retry-After" in answer.headers), (503, True), "what clients are told")
    # The memory of the processes goes; the files stay.
    for node in cluster.nodes:
        node.stop()
        node.log.write_text("")
    for node in cluster.nodes:
        cluster.restart(node)
    true(nobody_leads(cluster.nodes, world.pick(8, 60)), "after a restart a node leads on such a database")
    true(all(logged(node, "storage_epoch_regression") for node in cluster.nodes), "it is not said after a restart")
    # An operator accepts the loss.
    for node in cluster.nodes:
        node.stop()
        node.version_file.unlink()
    for node in cluster.nodes:
        cluster.restart(node)
    leader = cluster.wait_for_leader()
    equal(leader.api().must("GET", "/v1/secret/early").data, {"k": "v"}, "what the replica had")
    lost = sum(leader.api().get(f"/v1/secret/lost{number}").status == 404 for number in range(20))
    report(f"{lost} of 20 acknowledged writes were not in the replica: noticed before and after a restart")
    true(lost > 0, "the replica lacked nothing: the test shows nothing")


@CHECKS.check("a file that somebody has changed, or of another cluster, is not believed")
def _(world):
    cluster = Cluster(world, count=1, name="file", store=either(new_store(world).server))
    node = cluster.nodes[0]
    file = node.folder / "storage.version"
    cluster.start()
    wait_for(file.exists, "the version is noted")
    equal(file.stat().st_mode & 0o777, 0o600, "its mode")
    node.stop()
    said = file.read_text()
    file.write_text(said.replace('"version":"', '"version":"1'))
    node.start()
    node.unseal()
    true(nobody_leads([node], 3), "a changed file is believed")
    node.stop()
    file.write_text(said)
    node.start()
    node.unseal()
    cluster.wait_for_leader()


class NotingEtcd(EtcdStore):
    """Its nodes keep what they have seen of it in a file; a snapshot takes its place."""

    def stanza(self, port=None):
        return super().stanza(port).replace("ha_enabled", 'version_file = "{folder}/storage.version"\n  ha_enabled')

    def tool(self, *arguments):
        return client(["etcdctl", f"--endpoints={self.server.url}", *arguments], ETCDCTL_API="3")

    def save(self, file):
        self.tool("snapshot", "save", file)

    def restore(self, file, *more):
        """As an operator does it after a loss."""
        self.stop()
        shutil.rmtree(self.server.data)
        peer = f"http://127.0.0.1:{self.server.peer_port}"
        self.tool("snapshot", "restore", file, "--data-dir", self.server.data, "--name", "one", "--initial-cluster",
                  f"one={peer}", "--initial-advertise-peer-urls", peer, *more)
        self.start()


@CHECKS.check("an etcd restored from an older snapshot is noticed by running and by restarted servers")
def _(world):
    store = NotingEtcd()
    world.on_exit(store.end)
    cluster = Cluster(world, count=2, name="etcd", store=store)
    for node in cluster.nodes:
        node.version_file = node.folder / "storage.version"
    leader = cluster.start().wait_for_leader()
    leader.api().must("POST", "/v1/sys/mounts/secret", {"type": "kv", "options": {"version": "1"}})
    leader.api().must("POST", "/v1/secret/early", {"k": "v"})
    snapshot = world.folder / "etcd.snapshot"
    store.save(snapshot)
    for number in range(20):
        leader.api().must("POST", f"/v1/secret/lost{number}", {"k": number})
    wait_for(lambda: all(node.version_file.exists() for node in cluster.nodes), "the version is noted")
    time.sleep(2.5)
    # The same cluster as before, by its name; and one that says itself that it is another.
    for more in ([], ["--initial-cluster-token", "restored"]):
        for node in cluster.nodes:
            node.log.write_text("")
        store.restore(snapshot, *more)
        true(nobody_leads(cluster.nodes, world.pick(10, 60)), "a node leads on an etcd that lacks acknowledged writes")
        wait_for(lambda: all(logged(node, "storage_epoch_regression") for node in cluster.nodes), "it is not logged")
        answer = API(cluster.nodes[0].port, cluster.token).get("/v1/secret/early")
        equal(answer.status, 503, "what clients are told")
        # The memory of the processes goes; the files stay.
        for node in cluster.nodes:
            node.stop()
            node.log.write_text("")
        for node in cluster.nodes:
            cluster.restart(node)
        true(nobody_leads(cluster.nodes, world.pick(8, 60)), "after a restart a node leads on such an etcd")
        wait_for(lambda: all(logged(node, "storage_epoch_regression") for node in cluster.nodes), "nor after a restart")
    # An operator accepts the loss.
    for node in cluster.nodes:
        node.stop()
        node.version_file.unlink()
    for node in cluster.nodes:
        cluster.restart(node)
    leader = cluster.wait_for_leader()
    equal(leader.api().must("GET", "/v1/secret/early").data, {"k": "v"}, "what the snapshot had")
    lost = sum(leader.api().get(f"/v1/secret/lost{number}").status == 404 for number in range(20))
    report(f"{lost} of 20 acknowledged writes were not in the snapshot: noticed before and after a restart, twice")
    equal(lost, 20, "what the snapshot lacked")
