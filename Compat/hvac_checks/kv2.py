"""KV version 2: secrets, check-and-set, patches, settings."""

from hvac import exceptions
from livetest.checks import Checks, equal, true

from .world import bad_request, denied, missing, no_content, refused

CHECKS = Checks("kv version 2")
MOUNT = {"mount_point": "secret"}
CAS_FAILED = ["check-and-set parameter did not match the current version"]


def kv(world):
    return world.root.secrets.kv.v2


def read(world, path, version=None):
    return kv(world).read_secret_version(path, version=version, raise_on_deleted_version=True, **MOUNT)["data"]


def patch(client, path, body):
    """hvac's own patch reads and writes; this is the PATCH of the API."""
    return client.adapter.request(
        "patch", f"/v1/secret/{path}", json=body, headers={"Content-Type": "application/merge-patch+json"}
    )


@CHECKS.check("a secret is written and read with its metadata")
def _(world):
    world.root.sys.enable_secrets_engine("kv", path="secret", options={"version": "2"})
    written = kv(world).create_or_update_secret("app/db", secret={"user": "web"}, **MOUNT)["data"]
    equal((written["version"], written["destroyed"], written["deletion_time"]), (1, False, ""))
    equal(written["custom_metadata"], None)
    true(written["created_time"].endswith("Z"), "the time is in UTC")
    found = read(world, "app/db")
    equal((found["data"], found["metadata"]), ({"user": "web"}, written))


@CHECKS.check("each write makes a version and old ones stay readable")
def _(world):
    for number in (1, 2, 3):
        made = kv(world).create_or_update_secret("versions", secret={"n": number}, **MOUNT)["data"]
        equal(made["version"], number, "version")
    equal(read(world, "versions")["data"], {"n": 3})
    equal(read(world, "versions", version=1)["data"], {"n": 1})
    equal(read(world, "versions", version=0)["data"], {"n": 3}, "version 0 is the newest")
    missing(read, world, "versions", version=4)


@CHECKS.check("values keep their types and their digits")
def _(world):
    values = {"n": 12345678901234567890, "f": 0.1, "list": [1, [2]], "null": None, "html": "<&>", "\n": "\u2028"}
    kv(world).create_or_update_secret("typed", secret=values, **MOUNT)
    equal(read(world, "typed")["data"], values)


@CHECKS.check("a secret of a megabyte is refused, one of half a megabyte is kept")
def _(world):
    kv(world).create_or_update_secret("half", secret={"k": "x" * 500_000}, **MOUNT)
    equal(len(read(world, "half")["data"]["k"]), 500_000)
    try:
        kv(world).create_or_update_secret("large", secret={str(n): "x" * 600_000 for n in (1, 2)}, **MOUNT)
    except (exceptions.InvalidRequest, exceptions.UnexpectedError):
        missing(read, world, "large")
    else:
        raise AssertionError("it was written")


@CHECKS.check("check-and-set writes only over the version it names")
def _(world):
    write = kv(world).create_or_update_secret
    equal(write("cas", secret={"n": 1}, cas=0, **MOUNT)["data"]["version"], 1)
    bad_request(CAS_FAILED, write, "cas", secret={"n": 2}, cas=0, **MOUNT)
    bad_request(CAS_FAILED, write, "cas", secret={"n": 2}, cas=7, **MOUNT)
    equal(write("cas", secret={"n": 2}, cas=1, **MOUNT)["data"]["version"], 2)
    equal(read(world, "cas")["data"], {"n": 2})


@CHECKS.check("a secret may require check-and-set")
def _(world):
    kv(world).update_metadata("careful", cas_required=True, **MOUNT)
    write = kv(world).create_or_update_secret
    bad_request(["check-and-set parameter required for this call"], write, "careful", secret={"n": 1}, **MOUNT)
    write("careful", secret={"n": 1}, cas=0, **MOUNT)


@CHECKS.check("hvac's patch changes some fields and keeps the others")
def _(world):
    kv(world).create_or_update_secret("patched", secret={"a": 1, "b": 2}, **MOUNT)
    kv(world).patch("patched", secret={"b": 3}, **MOUNT)
    equal(read(world, "patched")["data"], {"a": 1, "b": 3})


@CHECKS.check("PATCH merges, and null takes a field away")
def _(world):
    kv(world).create_or_update_secret("merged", secret={"a": 1, "b": {"c": 2, "d": 3}}, **MOUNT)
    answer = patch(world.root, "data/merged", {"data": {"a": None, "b": {"c": 4}, "e": 5}})
    equal(answer["data"]["version"], 2, "version")
    equal(read(world, "merged")["data"], {"b": {"c": 4, "d": 3}, "e": 5})
    bad_request(CAS_FAILED, patch, world.root, "data/merged", {"data": {"x": 1}, "options": {"cas": 1}})


@CHECKS.check("PATCH needs a secret, a content type and the capability")
def _(world):
    missing(patch, world.root, "data/nosuch", {"data": {"a": 1}})
    try:
        world.root.adapter.request("patch", "/v1/secret/data/merged", json={"data": {"a": 1}})
    except exceptions.UnexpectedError as error:
        equal(
            error.errors,
            ["PATCH requires Content-Type of application/merge-patch+json, provided application/json"],
        )
    else:
        raise AssertionError("PATCH with JSON was accepted")
    client = world.child_with('path "secret/*" { capabilities = ["read", "update"] }', "kv2-no-patch")
    denied(patch, client, "data/merged", {"data": {"x": 1}})


@CHECKS.check("subkeys show the names without the values")
def _(world):
    kv(world).create_or_update_secret("named", secret={"a": "v", "b": {"c": {"d": "v"}}, "e": {}}, **MOUNT)
    data = world.root.read("secret/subkeys/named")["data"]
    equal(data["subkeys"], {"a": None, "b": {"c": {"d": None}}, "e": None})
    equal(data["metadata"]["version"], 1)
    shallow = world.root.adapter.get("/v1/secret/subkeys/named", params={"depth": 1})["data"]["subkeys"]
    equal(shallow, {"a": None, "b": None, "e": None})


@CHECKS.check("a secret that never was is not found")
def _(world):
    missing(read, world, "never")
    missing(kv(world).read_secret_metadata, "never", **MOUNT)
    missing(kv(world).list_secrets, "never", **MOUNT)


@CHECKS.check("a path without data/ is answered with a warning that says so")
def _(world):
    try:
        world.root.adapter.get("/v1/secret/app/db")
    except exceptions.InvalidPath as error:
        warning = error.json["warnings"][0]
        true(warning.startswith("Invalid path for a versioned K/V secrets engine."), warning)
    else:
        raise AssertionError("it was read")


@CHECKS.check("settings of the mount hold for every secret")
def _(world):
    world.root.sys.enable_secrets_engine("kv-v2", path="settled")
    v2, here = kv(world), {"mount_point": "settled"}
    defaults = v2.read_configuration(**here)["data"]
    equal(
        (defaults["max_versions"], defaults["cas_required"], defaults["delete_version_after"]), (0, False, "0s")
    )
    no_content(v2.configure(max_versions=2, cas_required=True, delete_version_after="30m", **here))
    changed = v2.read_configuration(**here)["data"]
    equal(
        (changed["max_versions"], changed["cas_required"], changed["delete_version_after"]), (2, True, "30m0s")
    )
    bad_request(
        ["check-and-set parameter required for this call"],
        v2.create_or_update_secret, "s", secret={"n": 0}, **here,
    )
    for number in range(3):
        made = v2.create_or_update_secret("s", secret={"n": number}, cas=number, **here)["data"]
        true(made["deletion_time"] != "", "the version has an end")
    equal(sorted(v2.read_secret_metadata("s", **here)["data"]["versions"]), ["2", "3"], "versions kept")


@CHECKS.check("data and metadata are separate rights")
def _(world):
    client = world.child_with('path "secret/metadata/*" { capabilities = ["read", "list"] }', "kv2-metadata")
    mine = client.secrets.kv.v2
    equal(mine.read_secret_metadata("app/db", **MOUNT)["data"]["current_version"], 1)
    true("db" in mine.list_secrets("app", **MOUNT)["data"]["keys"], "it is listed")
    denied(mine.read_secret_version, "app/db", raise_on_deleted_version=True, **MOUNT)


@CHECKS.check("an unclean path is refused")
def _(world):
    response = world.root.session.get(
        world.server.address + "/v1/secret/data/a%2f%2e%2e/b", headers={"X-Vault-Token": world.root_token}
    )
    equal(response.status_code, 400, "status")


@CHECKS.check("no handler below an unknown mount")
def _(world):
    refused(
        exceptions.InvalidPath, ['no handler for route "nomount/data/x". route entry not found.'],
        kv(world).read_secret_version, "x", mount_point="nomount", raise_on_deleted_version=True,
    )


@CHECKS.check("the short way to read gives the current version")
def _(world):
    kv = world.root.secrets.kv.v2
    kv.create_or_update_secret("short", {"a": "1"})
    kv.create_or_update_secret("short", {"a": "2"})
    read = kv.read_secret("short", raise_on_deleted_version=True)["data"]
    equal((read["data"], read["metadata"]["version"]), ({"a": "2"}, 2))
