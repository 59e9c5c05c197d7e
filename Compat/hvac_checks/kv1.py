"""KV version 1."""

from livetest.checks import Checks, equal

from .world import bad_request, missing, no_content

CHECKS = Checks("kv version 1")
MOUNT = {"mount_point": "plain"}


@CHECKS.check("a secret is written, read, overwritten and deleted")
def _(world):
    world.root.sys.enable_secrets_engine("kv", path="plain", options={"version": "1"})
    kv = world.root.secrets.kv.v1
    no_content(kv.create_or_update_secret("app/db", secret={"user": "web", "password": "one"}, **MOUNT))
    answer = kv.read_secret("app/db", **MOUNT)
    equal(answer["data"], {"user": "web", "password": "one"})
    equal((answer["lease_duration"], answer["renewable"], answer["lease_id"]), (2764800, False, ""))
    no_content(kv.create_or_update_secret("app/db", secret={"user": "web"}, **MOUNT))
    equal(kv.read_secret("app/db", **MOUNT)["data"], {"user": "web"})
    no_content(kv.delete_secret("app/db", **MOUNT))
    missing(kv.read_secret, "app/db", **MOUNT)


@CHECKS.check("POST and PUT both write")
def _(world):
    kv = world.root.secrets.kv.v1
    for method in ("POST", "PUT"):
        kv.create_or_update_secret(f"by/{method}", secret={"m": method}, method=method, **MOUNT)
        equal(kv.read_secret(f"by/{method}", **MOUNT)["data"], {"m": method})


@CHECKS.check("values keep their types and their digits")
def _(world):
    kv = world.root.secrets.kv.v1
    values = {"n": 12345678901234567890, "big": 2**70, "list": [1, "two", None], "deep": {"a": {"b": True}}, "ü": "ß€😀"}
    kv.create_or_update_secret("typed", secret=values, **MOUNT)
    equal(kv.read_secret("typed", **MOUNT)["data"], values)


@CHECKS.check("a stored ttl becomes the lease duration")
def _(world):
    kv = world.root.secrets.kv.v1
    kv.create_or_update_secret("short", secret={"k": "v", "ttl": "30m"}, **MOUNT)
    equal(kv.read_secret("short", **MOUNT)["lease_duration"], 1800)


@CHECKS.check("lists are sorted and show folders")
def _(world):
    kv = world.root.secrets.kv.v1
    for path in ("tree/b", "tree/a", "tree/a/deep", "tree/c/d/e"):
        kv.create_or_update_secret(path, secret={"k": "v"}, **MOUNT)
    equal(kv.list_secrets("tree", **MOUNT)["data"]["keys"], ["a", "a/", "b", "c/"])
    equal(kv.list_secrets("tree/c/", **MOUNT)["data"]["keys"], ["d/"])
    missing(kv.list_secrets, "nosuch", **MOUNT)


@CHECKS.check("a write without fields is refused")
def _(world):
    bad_request(["missing data fields"], world.root.adapter.put, "/v1/plain/nothing", json={})


@CHECKS.check("deleting what is not there is no error")
def _(world):
    no_content(world.root.secrets.kv.v1.delete_secret("nosuch", **MOUNT))


@CHECKS.check("the short commands of the client work")
def _(world):
    root = world.root
    root.write_data("plain/by-hand", data={"k": "v"})
    equal(root.read("plain/by-hand")["data"], {"k": "v"})
    equal("by-hand" in root.list("plain")["data"]["keys"], True)
    root.delete("plain/by-hand")
    equal(root.read("plain/by-hand"), None)


@CHECKS.check("a write to a folder is refused")
def _(world):
    # hvac itself takes the slash away.
    response = world.root.session.put(
        world.server.address + "/v1/plain/folder/", json={"k": "v"}, headers={"X-Vault-Token": world.root_token}
    )
    equal((response.status_code, response.json()["errors"]), (400, ["cannot write to a path ending in '/'"]))
