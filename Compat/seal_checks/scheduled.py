"""Snapshots by the clock, to a folder and to a bucket, and whether they can be restored."""

from livetest.checks import Checks, equal, true
from livetest.server import wait_for

from .services import AWSService
from .world import SealedServer

CHECKS = Checks("scheduled snapshots")
PLANS = "/v1/sys/storage/raft/snapshot-auto/config"
LARGE = 60


class ScheduledWorld:
    def __init__(self, binary, folder):
        (folder / "server").mkdir()
        self.folder = folder / "snapshots"
        self.server = SealedServer(binary, folder / "server")
        self.service = AWSService(binary, folder)
        self.bucket = self.service.client("s3")
        self.bucket.create_bucket(
            Bucket="backups", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.server.process is not None and self.server.process.poll() is None:
            self.server.kill()
        self.service.close()

    def status(self, name):
        return self.server.api().must("GET", f"/v1/sys/storage/raft/snapshot-auto/status/{name}").data

    def plan(self, name, **fields):
        self.server.api().must("POST", f"{PLANS}/{name}", {"interval": "2s", "retain": 2} | fields)

    def stop(self, name):
        self.server.api().must("DELETE", f"{PLANS}/{name}")

    def objects(self):
        return [found["Key"] for found in self.bucket.list_objects_v2(Bucket="backups").get("Contents", [])]

    def to_bucket(self, name):
        self.plan(
            name, interval="1h", storage_type="aws-s3", path_prefix="coffer", aws_s3_bucket="backups", aws_s3_region="eu-west-1",
            aws_s3_endpoint=self.service.address, aws_access_key_id="AKIAEXAMPLE",
            aws_secret_access_key=self.service.secrets[0])


@CHECKS.check("a plan takes a snapshot to a folder at once, and keeps as many as it says")
def _(world):
    world.server.configure(world.service.stanza(), f'snapshot_directory = "{world.folder}"')
    world.server.environment = world.service.environment
    world.server.start()
    world.server.initialize()
    world.server.api().must("POST", "/v1/sys/mounts/kv", {"type": "kv"})
    world.server.write("a", "kept")
    world.plan("near", storage_type="local", path_prefix=str(world.folder))
    wait_for(lambda: len(list(world.folder.glob("*.snap"))) == 2, "there are no two snapshots", 15)
    first = sorted(world.folder.glob("*.snap"))[0]
    wait_for(lambda: not first.exists(), "the oldest does not go", 15)
    equal(len(list(world.folder.glob("*.snap"))) <= 3, True, "not more than two and the new one")
    world.stop("near")


@CHECKS.check("a plan outside the configured folder is refused")
def _(world):
    answer = world.server.api().request(
        "POST", f"{PLANS}/x", {"interval": "1h", "storage_type": "local", "path_prefix": "/tmp/elsewhere"})
    equal(answer.status, 400)


@CHECKS.check("a plan takes a snapshot to a bucket, and shows no secret")
def _(world):
    world.to_bucket("far")
    wait_for(lambda: world.status("far")["last_snapshot_url"], "there is no snapshot", 15)
    status = world.status("far")
    equal((status["last_snapshot_error"], status["consecutive_errors"]), ("", 0))
    true(status["last_snapshot_url"].startswith("s3://backups/coffer/vault-snapshot-"), status)
    shown = world.server.api().must("GET", f"{PLANS}/far").data
    true("aws_secret_access_key" not in shown, shown)
    world.stop("far")


@CHECKS.check("a snapshot of many megabytes goes to the bucket in parts")
def _(world):
    before = set(world.objects())
    import base64
    import os

    for index in range(LARGE):
        world.server.write(f"large/{index}", base64.b64encode(os.urandom(400_000)).decode())
    world.to_bucket("far")
    wait_for(lambda: world.status("far")["last_snapshot_url"], "there is no snapshot", 60)
    world.stop("far")
    world.large = max(set(world.objects()) - before)
    size = world.bucket.head_object(Bucket="backups", Key=world.large)["ContentLength"]
    true(size > 16 << 20, f"it has {size} bytes")


@CHECKS.check("the snapshot of the bucket brings back what was deleted")
def _(world):
    file = world.folder / "restore.snap"
    world.bucket.download_file("backups", world.large, str(file))
    world.server.api().must("DELETE", "/v1/kv/a")
    world.server.cli("operator", "raft", "snapshot", "restore", str(file))
    world.server.wait_until_open()
    equal(world.server.read("a"), "kept")
    equal(len(world.server.read(f"large/{LARGE - 1}")), 533_336)


@CHECKS.check("a bucket that is gone is told in the status, and the server goes on")
def _(world):
    for key in world.objects():
        world.bucket.delete_object(Bucket="backups", Key=key)
    world.bucket.delete_bucket(Bucket="backups")
    world.to_bucket("gone")
    wait_for(lambda: world.status("gone")["consecutive_errors"] > 0, "no error is told")
    equal(world.status("gone")["last_snapshot_error"], "the object storage answered with status 404 NoSuchBucket")
    equal(world.server.read("a"), "kept")
    log = world.server.log.read_text(errors="replace")
    true(world.service.secrets[0] not in log, "a secret is in the log")
