"""Namespaces: hvac with its namespace option, and by paths."""

import time

import hvac
from hvac import exceptions
from livetest.checks import Checks, equal, true

from .world import DENIED, bad_request, missing, no_content, refused

CHECKS = Checks("namespaces")


def client_in(world, namespace, token=None):
    client = hvac.Client(url=world.server.address, namespace=namespace)
    client.token = world.root_token if token is None else token
    return client


def wait_until_gone(world, name, client=None):
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        if (client or world.root).read(f"sys/namespaces/{name}") is None:
            return
        time.sleep(0.05)
    raise AssertionError(f"namespace {name} is still there")


@CHECKS.check("a namespace is created, listed, read and deleted")
def _(world):
    sys = world.root.sys
    made = sys.create_namespace("n1")
    made = made.json() if hasattr(made, "json") else made
    equal(made["data"]["path"], "n1/")
    listed = sys.list_namespaces()["data"]
    equal(listed["keys"], ["n1/"])
    equal(listed["key_info"]["n1/"]["id"], made["data"]["id"])
    equal(world.root.read("sys/namespaces/n1")["data"]["custom_metadata"], {})
    sys.delete_namespace("n1")
    wait_until_gone(world, "n1")
    missing(sys.list_namespaces)


@CHECKS.check("a name that means something else is refused, and a parent with children stays")
def _(world):
    sys = world.root.sys
    for name in ("root", "sys", "auth"):
        bad_request([f'"{name}" is a reserved path and cannot be used as a namespace name'], sys.create_namespace, name)
    sys.create_namespace("n2")
    inner = client_in(world, "n2").sys
    inner.create_namespace("child")
    bad_request(['cannot delete namespace ("n2/") containing child namespaces'], sys.delete_namespace, "n2")
    inner.delete_namespace("child")
    wait_until_gone(world, "child", client_in(world, "n2"))
    sys.delete_namespace("n2")
    wait_until_gone(world, "n2")


@CHECKS.check("a client in a namespace sees its own mounts, policies, logins and secrets")
def _(world):
    world.root.sys.create_namespace("n3")
    client = client_in(world, "n3")
    equal(sorted(client.sys.list_mounted_secrets_engines()["data"]), ["cubbyhole/", "identity/", "sys/"])
    client.sys.enable_secrets_engine("kv", path="secret", options={"version": "2"})
    client.secrets.kv.v2.create_or_update_secret("app", {"k": "v"})
    equal(client.secrets.kv.v2.read_secret_version("app")["data"]["data"], {"k": "v"})
    equal(world.root.read("n3/secret/data/app")["data"]["data"], {"k": "v"})
    client.sys.create_or_update_policy("p", 'path "secret/data/*" { capabilities = ["read"] }')
    client.sys.enable_auth_method("userpass")
    client.auth.userpass.create_or_update_user("ann", "right", policies=["p"])
    user = client_in(world, "n3", "")
    user.auth.userpass.login("ann", "right")
    looked = user.lookup_token()["data"]
    equal(looked["namespace_path"], "n3/")
    true(user.token.endswith("." + world.root.read("sys/namespaces/n3")["data"]["id"]), "the suffix of the token")
    equal(user.secrets.kv.v2.read_secret_version("app")["data"]["data"], {"k": "v"})
    refused(exceptions.Forbidden, DENIED, client_in(world, "", user.token).read, "secret/data/app")
    entity = client.read("identity/entity/id/" + looked["entity_id"])["data"]
    equal(entity["namespace_id"], world.root.read("sys/namespaces/n3")["data"]["id"])
    equal(world.root.read("identity/entity/id/" + looked["entity_id"]), None)


@CHECKS.check("a locked namespace is shut until it is unlocked")
def _(world):
    key = world.root.write("n3/sys/namespaces/api-lock/lock")["data"]["unlock_key"]
    refused(
        exceptions.VaultDown, ["API access to this namespace has been locked by an administrator"],
        client_in(world, "n3").read, "secret/data/app",
    )
    no_content(world.root.write("sys/namespaces/api-lock/unlock/n3", unlock_key=key))
    equal(client_in(world, "n3").read("secret/data/app")["data"]["data"], {"k": "v"})


@CHECKS.check("a namespace that is deleted takes its tokens and secrets along")
def _(world):
    client = client_in(world, "n3")
    token = client.auth.token.create(policies=["p"])["auth"]["client_token"]
    world.root.sys.delete_namespace("n3")
    wait_until_gone(world, "n3")
    refused_anywhere = client_in(world, "n3", token)
    try:
        refused_anywhere.read("secret/data/app")
    except exceptions.Forbidden:
        pass
    else:
        raise AssertionError("a token outlived its namespace")
    world.root.sys.create_namespace("n3")
    equal(sorted(client.sys.list_mounted_secrets_engines()["data"]), ["cubbyhole/", "identity/", "sys/"])
    world.root.sys.delete_namespace("n3")
    wait_until_gone(world, "n3")
