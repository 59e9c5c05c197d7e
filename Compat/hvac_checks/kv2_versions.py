"""KV version 2: deleting, undeleting and destroying versions; metadata."""

from hvac import exceptions
from livetest.checks import Checks, equal, true

from .kv2 import MOUNT, kv, patch, read
from .world import bad_request, missing, no_content

CHECKS = Checks("kv version 2, versions and metadata")


def write(world, path, count):
    for number in range(1, count + 1):
        kv(world).create_or_update_secret(path, secret={"n": number}, **MOUNT)


def versions(world, path):
    return kv(world).read_secret_metadata(path, **MOUNT)["data"]["versions"]


def gone(world, path, version=None):
    """A deleted or destroyed version: 404 with the envelope; returns its metadata."""
    try:
        kv(world).read_secret_version(path, version=version, raise_on_deleted_version=True, **MOUNT)
    except exceptions.InvalidPath as error:
        equal(error.json["data"]["data"], None, "data")
        equal(error.json["mount_type"], "", "mount_type")
        return error.json["data"]["metadata"]
    raise AssertionError("the version is readable")


@CHECKS.check("deleting the newest version hides it and keeps the older ones")
def _(world):
    write(world, "d/newest", 2)
    no_content(kv(world).delete_latest_version_of_secret("d/newest", **MOUNT))
    metadata = gone(world, "d/newest")
    equal((metadata["version"], metadata["destroyed"]), (2, False))
    true(metadata["deletion_time"].endswith("Z"), "the time of deletion is told")
    equal(read(world, "d/newest", version=1)["data"], {"n": 1})


@CHECKS.check("hvac returns the metadata of a deleted version when asked to")
def _(world):
    answer = kv(world).read_secret_version("d/newest", raise_on_deleted_version=False, **MOUNT)
    equal(answer["data"]["metadata"]["version"], 2)


@CHECKS.check("chosen versions are deleted and brought back")
def _(world):
    write(world, "d/chosen", 3)
    no_content(kv(world).delete_secret_versions("d/chosen", [1, 2], **MOUNT))
    for version in (1, 2):
        gone(world, "d/chosen", version)
    equal(read(world, "d/chosen")["data"], {"n": 3})
    no_content(kv(world).undelete_secret_versions("d/chosen", [1], **MOUNT))
    equal(read(world, "d/chosen", version=1)["data"], {"n": 1})
    gone(world, "d/chosen", 2)


@CHECKS.check("a destroyed version does not come back")
def _(world):
    write(world, "d/destroyed", 2)
    no_content(kv(world).destroy_secret_versions("d/destroyed", [1], **MOUNT))
    equal(gone(world, "d/destroyed", 1)["destroyed"], True)
    kv(world).undelete_secret_versions("d/destroyed", [1], **MOUNT)
    equal(gone(world, "d/destroyed", 1)["destroyed"], True)
    equal(versions(world, "d/destroyed")["1"]["destroyed"], True)
    equal(read(world, "d/destroyed")["data"], {"n": 2})


@CHECKS.check("a write after a deletion makes the next version")
def _(world):
    write(world, "d/again", 1)
    kv(world).delete_latest_version_of_secret("d/again", **MOUNT)
    equal(kv(world).create_or_update_secret("d/again", secret={"n": 2}, **MOUNT)["data"]["version"], 2)
    equal(read(world, "d/again")["data"], {"n": 2})


@CHECKS.check("the oldest version goes when there are more than the limit")
def _(world):
    kv(world).update_metadata("d/limited", max_versions=3, **MOUNT)
    write(world, "d/limited", 5)
    data = kv(world).read_secret_metadata("d/limited", **MOUNT)["data"]
    equal(sorted(data["versions"]), ["3", "4", "5"])
    equal((data["oldest_version"], data["current_version"], data["max_versions"]), (3, 5, 3))
    missing(read, world, "d/limited", version=1)


@CHECKS.check("ten versions are kept when nothing else is said")
def _(world):
    write(world, "d/ten", 12)
    equal(sorted(map(int, versions(world, "d/ten"))), list(range(3, 13)))


@CHECKS.check("metadata has the times and states of every version")
def _(world):
    write(world, "m/times", 2)
    data = kv(world).read_secret_metadata("m/times", **MOUNT)["data"]
    equal((data["current_version"], data["oldest_version"], data["max_versions"]), (2, 0, 0))
    equal((data["cas_required"], data["delete_version_after"], data["custom_metadata"]), (False, "0s", None))
    true(data["created_time"] < data["updated_time"], "the second write is later")
    equal(data["versions"]["1"]["deletion_time"], "")
    equal(data["versions"]["2"]["created_time"], data["updated_time"])


@CHECKS.check("custom metadata is kept beside the versions")
def _(world):
    no_content(kv(world).update_metadata("m/custom", custom_metadata={"owner": "web", "tier": "1"}, **MOUNT))
    write(world, "m/custom", 1)
    found = read(world, "m/custom")["metadata"]
    equal(found["custom_metadata"], {"owner": "web", "tier": "1"})
    kv(world).update_metadata("m/custom", custom_metadata={"owner": "db"}, **MOUNT)
    data = kv(world).read_secret_metadata("m/custom", **MOUNT)["data"]
    equal(data["custom_metadata"], {"owner": "db"})


@CHECKS.check("PATCH of metadata changes what it names")
def _(world):
    kv(world).update_metadata("m/patched", max_versions=4, custom_metadata={"a": "1", "b": "2"}, **MOUNT)
    no_content(patch(world.root, "metadata/m/patched", {"custom_metadata": {"a": None, "c": "3"}}))
    data = kv(world).read_secret_metadata("m/patched", **MOUNT)["data"]
    equal((data["max_versions"], data["custom_metadata"]), (4, {"b": "2", "c": "3"}))


@CHECKS.check("custom metadata has its limits")
def _(world):
    for custom in ({"k": "v" * 513}, {"k" * 129: "v"}, {str(n): "v" for n in range(65)}):
        try:
            kv(world).update_metadata("m/limits", custom_metadata=custom, **MOUNT)
        except exceptions.InvalidRequest:
            continue
        raise AssertionError("it was accepted")
    missing(kv(world).read_secret_metadata, "m/limits", **MOUNT)


@CHECKS.check("versions end by themselves when that is set")
def _(world):
    kv(world).update_metadata("m/ends", delete_version_after="2h", **MOUNT)
    made = kv(world).create_or_update_secret("m/ends", secret={"n": 1}, **MOUNT)["data"]
    true(made["deletion_time"] > made["created_time"], "it has an end")
    equal(read(world, "m/ends")["data"], {"n": 1})
    equal(kv(world).read_secret_metadata("m/ends", **MOUNT)["data"]["delete_version_after"], "2h0m0s")


@CHECKS.check("lists are sorted and show folders")
def _(world):
    for path in ("l/b", "l/a", "l/a/deep", "l/c/d/e"):
        write(world, path, 1)
    equal(kv(world).list_secrets("l", **MOUNT)["data"]["keys"], ["a", "a/", "b", "c/"])
    equal("l/" in kv(world).list_secrets("", **MOUNT)["data"]["keys"], True)


@CHECKS.check("a deleted secret is listed until its metadata is deleted")
def _(world):
    write(world, "l2/one", 2)
    kv(world).delete_latest_version_of_secret("l2/one", **MOUNT)
    equal(kv(world).list_secrets("l2", **MOUNT)["data"]["keys"], ["one"])
    no_content(kv(world).delete_metadata_and_all_versions("l2/one", **MOUNT))
    missing(kv(world).list_secrets, "l2", **MOUNT)
    missing(read, world, "l2/one", version=1)
    equal(kv(world).create_or_update_secret("l2/one", secret={"n": 1}, **MOUNT)["data"]["version"], 1)


@CHECKS.check("undeleting and destroying no versions is refused")
def _(world):
    for word, text in (("undelete", "No version number provided"), ("destroy", "no version number provided")):
        bad_request([text], world.root.adapter.post, f"/v1/secret/{word}/d/ten", json={"versions": []})
