"""Cubbyholes: storage that belongs to one token."""

from livetest.checks import Checks, equal

from .world import bad_request, missing

CHECKS = Checks("cubbyhole")


@CHECKS.check("a token keeps, lists and deletes its own secrets")
def _(world):
    client = world.child(policies=["default"])
    client.write_data("cubbyhole/a/b", data={"k": "v", "n": 1})
    equal(client.read("cubbyhole/a/b")["data"], {"k": "v", "n": 1})
    equal(client.list("cubbyhole")["data"]["keys"], ["a/"])
    equal(client.list("cubbyhole/a")["data"]["keys"], ["b"])
    client.delete("cubbyhole/a/b")
    equal(client.read("cubbyhole/a/b"), None)


@CHECKS.check("nobody sees another token's cubbyhole, root included")
def _(world):
    one, other = world.child(policies=["default"]), world.child(policies=["default"])
    one.write_data("cubbyhole/mine", data={"k": "one"})
    other.write_data("cubbyhole/mine", data={"k": "other"})
    equal(one.read("cubbyhole/mine")["data"], {"k": "one"})
    equal(world.root.read("cubbyhole/mine"), None)
    missing(world.root.adapter.get, "/v1/cubbyhole/mine")


@CHECKS.check("a cubbyhole ends with its token")
def _(world):
    world.root.auth.token.create(id="same-token", policies=["default"])
    world.client("same-token").write_data("cubbyhole/x", data={"k": "v"})
    world.root.auth.token.revoke("same-token")
    world.root.auth.token.create(id="same-token", policies=["default"])
    equal(world.client("same-token").read("cubbyhole/x"), None)


@CHECKS.check("a write without fields is refused")
def _(world):
    bad_request(["missing data fields"], world.root.adapter.put, "/v1/cubbyhole/nothing", json={})
