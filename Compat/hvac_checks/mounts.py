"""Secrets engines: enabled, listed, tuned, moved, disabled."""

from hvac import exceptions
from livetest.checks import Checks, equal, true

from .world import bad_request, denied, no_content, refused

CHECKS = Checks("secrets engines")


@CHECKS.check("a new server has its own mounts and no others")
def _(world):
    mounts = world.root.sys.list_mounted_secrets_engines()["data"]
    for path, kind in (("cubbyhole/", "cubbyhole"), ("sys/", "system")):
        equal(mounts[path]["type"], kind, path)
    true(mounts["cubbyhole/"]["local"], "the cubbyhole is local")


@CHECKS.check("an enabled engine is listed with what was asked for, in both spellings")
def _(world):
    sys = world.root.sys
    no_content(
        sys.enable_secrets_engine(
            "kv", path="enabled", description="for the checks", options={"version": "2"},
            config={"default_lease_ttl": "1h", "max_lease_ttl": "2h"},
        )
    )
    answer = sys.list_mounted_secrets_engines()
    entry = answer["data"]["enabled/"]
    equal(answer["enabled/"], entry, "the old spelling at the top level")
    equal((entry["type"], entry["description"], entry["options"]), ("kv", "for the checks", {"version": "2"}))
    equal(entry["config"]["default_lease_ttl"], 3600)
    equal(entry["config"]["max_lease_ttl"], 7200)
    true(entry["accessor"].startswith("kv_") and len(entry["uuid"]) == 36, "it has an accessor and an id")
    equal(sys.retrieve_mount_option("enabled", "version"), "2")


@CHECKS.check("kv-v2 is short for kv with version 2")
def _(world):
    world.root.sys.enable_secrets_engine("kv-v2", path="short")
    entry = world.root.sys.list_mounted_secrets_engines()["data"]["short/"]
    equal((entry["type"], entry["options"]), ("kv", {"version": "2"}))


@CHECKS.check("without a path the engine is mounted under its type")
def _(world):
    world.root.sys.enable_secrets_engine("kv")
    true("kv/" in world.root.sys.list_mounted_secrets_engines()["data"], "it is at kv/")
    world.root.sys.disable_secrets_engine("kv")


@CHECKS.check("a path in use is refused, also below and above it")
def _(world):
    for path in ("enabled", "enabled/below"):
        bad_request(["path is already in use at enabled/"], world.root.sys.enable_secrets_engine, "kv", path=path)
    world.root.sys.enable_secrets_engine("kv", path="deep/down")
    bad_request(["path is already in use at deep/down/"], world.root.sys.enable_secrets_engine, "kv", path="deep")


@CHECKS.check("an unknown engine is refused")
def _(world):
    bad_request(["plugin not found in the catalog: nosuch"], world.root.sys.enable_secrets_engine, "nosuch")


@CHECKS.check("an unknown version of kv is refused")
def _(world):
    try:
        world.root.sys.enable_secrets_engine("kv", path="v3", options={"version": "3"})
    except exceptions.InvalidRequest:
        true("v3/" not in world.root.sys.list_mounted_secrets_engines()["data"], "it is not mounted")
    else:
        raise AssertionError("it was mounted")


@CHECKS.check("tuning is read and changed")
def _(world):
    sys = world.root.sys
    before = sys.read_mount_configuration("short")["data"]
    equal((before["default_lease_ttl"], before["max_lease_ttl"]), (2764800, 2764800))
    equal((before["force_no_cache"], before["options"]), (False, {"version": "2"}))
    sys.tune_mount_configuration(
        "short", default_lease_ttl="30m", max_lease_ttl="1h", description="tuned", listing_visibility="unauth",
        audit_non_hmac_request_keys=["user"],
    )
    answer = sys.read_mount_configuration("short")
    after = answer["data"]
    equal((after["default_lease_ttl"], after["max_lease_ttl"]), (1800, 3600))
    equal((after["description"], after["listing_visibility"]), ("tuned", "unauth"))
    equal(after["audit_non_hmac_request_keys"], ["user"])
    equal(answer["max_lease_ttl"], 3600, "at the top level")


@CHECKS.check("a default lifetime above the maximum is refused")
def _(world):
    try:
        world.root.sys.tune_mount_configuration("short", default_lease_ttl="3h")
    except exceptions.InvalidRequest:
        equal(world.root.sys.read_mount_configuration("short")["data"]["default_lease_ttl"], 1800)
    else:
        raise AssertionError("it was accepted")


@CHECKS.check("kv is upgraded from version 1 to 2 by tuning, with its secrets")
def _(world):
    sys, kv = world.root.sys, world.root.secrets.kv
    sys.enable_secrets_engine("kv", path="upgraded", options={"version": "1"})
    kv.v1.create_or_update_secret("a/b", secret={"k": "v"}, mount_point="upgraded")
    sys.tune_mount_configuration("upgraded", options={"version": "2"})
    read = kv.v2.read_secret_version("a/b", mount_point="upgraded", raise_on_deleted_version=True)["data"]
    equal((read["data"], read["metadata"]["version"]), ({"k": "v"}, 1))


@CHECKS.check("a moved engine takes its secrets along")
def _(world):
    sys, kv = world.root.sys, world.root.secrets.kv.v1
    sys.enable_secrets_engine("kv", path="here")
    kv.create_or_update_secret("s", secret={"k": "v"}, mount_point="here")
    sys.move_backend("here", "there/now")
    equal(kv.read_secret("s", mount_point="there/now")["data"], {"k": "v"})
    refused(
        exceptions.InvalidPath, ['no handler for route "here/s". route entry not found.'],
        kv.read_secret, "s", mount_point="here",
    )


@CHECKS.check("an engine is not moved onto another, and not from nowhere")
def _(world):
    bad_request(["path is already in use at enabled/"], world.root.sys.move_backend, "there/now", "enabled")
    bad_request(['no matching mount at "nowhere/"'], world.root.sys.move_backend, "nowhere", "somewhere")


@CHECKS.check("a disabled engine loses its secrets")
def _(world):
    sys, kv = world.root.sys, world.root.secrets.kv.v1
    sys.enable_secrets_engine("kv", path="doomed")
    kv.create_or_update_secret("s", secret={"k": "v"}, mount_point="doomed")
    no_content(sys.disable_secrets_engine("doomed"))
    sys.enable_secrets_engine("kv", path="doomed")
    refused(exceptions.InvalidPath, [], kv.read_secret, "s", mount_point="doomed")


@CHECKS.check("disabling what is not mounted is no error")
def _(world):
    no_content(world.root.sys.disable_secrets_engine("nosuchmount"))


@CHECKS.check("the server's own mounts are not disabled")
def _(world):
    for path in ("sys", "cubbyhole"):
        try:
            world.root.sys.disable_secrets_engine(path)
        except exceptions.InvalidRequest:
            continue
        raise AssertionError(f"{path} was disabled")


@CHECKS.check("mounting needs a policy for it")
def _(world):
    client = world.child_with('path "sys/mounts/mine" { capabilities = ["create", "update"] }', "mounts-mine")
    no_content(client.sys.enable_secrets_engine("kv", path="mine"))
    denied(client.sys.enable_secrets_engine, "kv", path="yours")


@CHECKS.check("the kv commands' first question is answered")
def _(world):
    client = world.child_with('path "mine/*" { capabilities = ["read"] }', "asks-first")
    data = client.adapter.get("/v1/sys/internal/ui/mounts/mine/x")["data"]
    equal((data["path"], data["type"]), ("mine/", "kv"))
    refused(
        exceptions.Forbidden,
        [
            "preflight capability check returned 403, please ensure client's policies grant access to path "
            '"enabled/x/"'
        ],
        client.adapter.get, "/v1/sys/internal/ui/mounts/enabled/x",
    )


@CHECKS.check("mounts that are visible without a token are shown without a token")
def _(world):
    data = world.client("").adapter.get("/v1/sys/internal/ui/mounts")["data"]
    equal(data["secret"]["short/"], {"type": "kv", "description": "tuned", "options": {"version": "2"}})
    true("enabled/" not in data["secret"], "the others are hidden")
