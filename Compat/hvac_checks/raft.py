"""The Raft paths, as a single node answers them over its own storage; snapshots go there and back."""

import gzip

from hvac import exceptions
from livetest.checks import Checks, equal, true

from .world import bad_request, denied, no_content

CHECKS = Checks("Raft")


@CHECKS.check("the cluster is one node that leads and votes")
def _(world):
    (server,) = world.root.sys.read_raft_config()["data"]["config"]["servers"]
    equal((server["leader"], server["voter"]), (True, True))


@CHECKS.check("a snapshot is a gzip archive, and restoring it brings back what was there")
def _(world):
    root = world.root
    root.sys.enable_secrets_engine("kv", path="raft-kv")
    root.secrets.kv.v1.create_or_update_secret("a", {"v": "1"}, mount_point="raft-kv")
    response = root.sys.take_raft_snapshot()
    equal((response.status_code, response.headers["Content-Type"]), (200, "application/gzip"))
    world.archive = response.content
    true(len(gzip.decompress(world.archive)) % 512 == 0, "a tar inside")
    root.secrets.kv.v1.create_or_update_secret("a", {"v": "2"}, mount_point="raft-kv")
    no_content(root.sys.restore_raft_snapshot(world.archive))
    equal(root.secrets.kv.v1.read_secret("a", mount_point="raft-kv")["data"], {"v": "1"})


@CHECKS.check("restoring by force works too, and the same shares stay valid")
def _(world):
    root = world.root
    no_content(root.sys.force_restore_raft_snapshot(world.archive))
    equal(root.sys.is_sealed(), False)
    equal(root.secrets.kv.v1.read_secret("a", mount_point="raft-kv")["data"], {"v": "1"})
    root.sys.disable_secrets_engine("raft-kv")


@CHECKS.check("a damaged snapshot is refused")
def _(world):
    archive = bytearray(world.archive)
    archive[len(archive) // 2] ^= 1
    try:
        world.root.sys.restore_raft_snapshot(bytes(archive))
    except exceptions.InvalidRequest as error:
        true(error.errors[0].startswith("the snapshot cannot be restored: "), error.errors)
        return
    raise AssertionError("a damaged snapshot was restored")


@CHECKS.check("snapshots need the capability on their path")
def _(world):
    denied(world.child(policies=["default"]).sys.restore_raft_snapshot, b"anything")


@CHECKS.check("what only a Raft cluster can do is refused")
def _(world):
    bad_request(["raft storage is not in use"], world.root.sys.join_raft_cluster, "http://127.0.0.1:1")
    bad_request(["raft storage is not in use"], world.root.sys.remove_raft_node, "coffer")
