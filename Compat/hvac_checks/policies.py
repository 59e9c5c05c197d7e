"""Policies and the capabilities that follow from them."""

from hvac import exceptions
from livetest.checks import Checks, equal, true

from .world import bad_request, denied, missing

CHECKS = Checks("policies")

READER = 'path "policied/read/*" { capabilities = ["read", "list"] }'


@CHECKS.check("root and default exist from the beginning")
def _(world):
    keys = world.root.sys.list_acl_policies()["data"]["keys"]
    true("root" in keys and "default" in keys, f"policies {keys}")
    old = world.root.sys.list_policies()
    equal(sorted(old["data"]["policies"]), sorted(keys))
    equal(old["policies"], old["data"]["policies"], "the old spelling at the top level")


@CHECKS.check("a policy is written, read, listed and deleted, by the new paths and the old")
def _(world):
    sys = world.root.sys
    sys.create_or_update_acl_policy("Web-Reader", READER)
    equal(sys.read_acl_policy("web-reader")["data"], {"name": "web-reader", "policy": READER})
    equal(sys.read_policy("web-reader")["data"], {"name": "web-reader", "rules": READER})
    equal(sys.read_policy("web-reader")["rules"], READER, "rules at the top level")
    true("web-reader" in sys.list_acl_policies()["data"]["keys"], "it is listed")
    sys.delete_acl_policy("web-reader")
    missing(sys.read_acl_policy, "web-reader")
    missing(sys.read_policy, "web-reader")


@CHECKS.check("a policy may be a JSON document")
def _(world):
    document = {"path": {"policied/json": {"capabilities": ["read"]}}}
    world.root.sys.create_or_update_acl_policy("as-json", document)
    client = world.child(policies=["as-json"])
    equal(client.sys.get_capabilities(["policied/json"])["capabilities"], ["read"])


@CHECKS.check("a policy with a mistake is refused and not stored")
def _(world):
    sys = world.root.sys
    for text in ('path "x" { capabilities = ["fly"] }', 'path "x" {', 'pth "x" { capabilities = ["read"] }'):
        try:
            sys.create_or_update_acl_policy("mistaken", text)
        except exceptions.InvalidRequest:
            missing(sys.read_acl_policy, "mistaken")
        else:
            raise AssertionError(f"{text} was accepted")


@CHECKS.check("fixed policies cannot be changed")
def _(world):
    sys = world.root.sys
    bad_request(['cannot update "root" policy'], sys.create_or_update_acl_policy, "root", READER)
    bad_request(["cannot delete default policy"], sys.delete_acl_policy, "default")
    bad_request(
        ['cannot update "response-wrapping" policy'], sys.create_or_update_acl_policy, "response-wrapping", READER
    )


@CHECKS.check("a policy grants what it says and nothing else")
def _(world):
    world.root.sys.enable_secrets_engine("kv", path="policied")
    kv = world.root.secrets.kv.v1
    for path in ("read/a", "other/a"):
        kv.create_or_update_secret(path, secret={"k": path}, mount_point="policied")
    client = world.child_with(READER, "reader")
    mine = client.secrets.kv.v1
    equal(mine.read_secret("read/a", mount_point="policied")["data"], {"k": "read/a"})
    equal(mine.list_secrets("read", mount_point="policied")["data"]["keys"], ["a"])
    denied(mine.read_secret, "other/a", mount_point="policied")
    denied(mine.create_or_update_secret, "read/a", secret={"k": "new"}, mount_point="policied")
    denied(mine.delete_secret, "read/a", mount_point="policied")
    denied(client.sys.list_mounted_secrets_engines)


@CHECKS.check("create and update are told apart")
def _(world):
    client = world.child_with('path "policied/*" { capabilities = ["create"] }', "creator")
    kv = client.secrets.kv.v1
    kv.create_or_update_secret("made/once", secret={"k": "v"}, method="PUT", mount_point="policied")
    denied(kv.create_or_update_secret, "made/once", secret={"k": "w"}, method="PUT", mount_point="policied")


@CHECKS.check("deny wins over what another policy grants")
def _(world):
    world.root.sys.create_or_update_policy("grants-all", 'path "policied/*" { capabilities = ["read"] }')
    world.root.sys.create_or_update_policy("denies-one", 'path "policied/other/*" { capabilities = ["deny"] }')
    client = world.child(policies=["grants-all", "denies-one"])
    equal(client.secrets.kv.v1.read_secret("read/a", mount_point="policied")["data"], {"k": "read/a"})
    denied(client.secrets.kv.v1.read_secret, "other/a", mount_point="policied")


@CHECKS.check("a plus sign stands for one segment")
def _(world):
    client = world.child_with('path "policied/+/a" { capabilities = ["read"] }', "plus")
    equal(client.secrets.kv.v1.read_secret("other/a", mount_point="policied")["data"], {"k": "other/a"})
    denied(client.secrets.kv.v1.read_secret, "other/deep/a", mount_point="policied")


@CHECKS.check("allowed and denied parameters are enforced")
def _(world):
    rules = (
        'path "policied/limited" { capabilities = ["create", "update"]\n'
        '  allowed_parameters = { "size" = ["small", "large"] }\n  required_parameters = ["size"] }'
    )
    kv = world.child_with(rules, "limits-parameters").secrets.kv.v1
    kv.create_or_update_secret("limited", secret={"size": "small"}, method="PUT", mount_point="policied")
    denied(kv.create_or_update_secret, "limited", secret={"size": "huge"}, method="PUT", mount_point="policied")
    denied(
        kv.create_or_update_secret, "limited", secret={"size": "small", "x": "y"}, method="PUT",
        mount_point="policied",
    )


@CHECKS.check("a changed policy counts from the next request on")
def _(world):
    client = world.child_with(READER, "changing")
    denied(client.secrets.kv.v1.read_secret, "other/a", mount_point="policied")
    world.root.sys.create_or_update_policy("changing", 'path "policied/other/*" { capabilities = ["read"] }')
    equal(client.secrets.kv.v1.read_secret("other/a", mount_point="policied")["data"], {"k": "other/a"})
    world.root.sys.delete_policy("changing")
    denied(client.secrets.kv.v1.read_secret, "other/a", mount_point="policied")


@CHECKS.check("capabilities are told of a token, of oneself and of an accessor")
def _(world):
    client = world.child_with(READER, "asked-about")
    paths = ["policied/read/x", "policied/other", "cubbyhole/x"]
    wanted = {
        "policied/read/x": ["list", "read"],
        "policied/other": ["deny"],
        "cubbyhole/x": ["create", "delete", "list", "read", "update"],
    }
    accessor = client.auth.token.lookup_self()["data"]["accessor"]
    for answer in (
        client.sys.get_capabilities(paths),
        world.root.sys.get_capabilities(paths, token=client.token),
        world.root.sys.get_capabilities(paths, accessor=accessor),
    ):
        equal(answer["data"], wanted)
        equal(answer["policied/read/x"], ["list", "read"], "at the top level")


@CHECKS.check("root may do everything")
def _(world):
    equal(world.root.sys.get_capabilities(["sys/anything"])["data"]["sys/anything"], ["root"])


@CHECKS.check("a candidate for a policy changes nothing, and tells what it would have changed")
def _(world):
    root = world.root
    root.sys.create_or_update_policy("tried", 'path "cubbyhole/*" { capabilities = ["create", "read"] }')
    caller = world.child(policies=["tried"], no_default_policy=True)
    root.write("sys/policies/shadow/tried", policy='path "cubbyhole/a" { capabilities = ["create", "read"] }')
    equal(root.list("sys/policies/shadow")["data"]["keys"], ["tried"])
    caller.write("cubbyhole/a", k="v")
    equal(caller.read("cubbyhole/b"), None)
    told = root.read("sys/policies/shadow/tried")["data"]
    equal((told["decisions"], told["would_allow"], told["would_deny"]), (2, 0, 1))
    (difference,) = told["differences"]
    equal((difference["operation"], difference["path"], difference["would"]), ("read", "cubbyhole/b", "deny"))
    equal(difference["candidate"]["cause"], "no_matching_rule")
    root.delete("sys/policies/shadow/tried")
    equal(root.read("sys/policies/shadow/tried"), None)
