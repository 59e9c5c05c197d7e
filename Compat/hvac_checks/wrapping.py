"""Response wrapping."""

from hvac import exceptions
from livetest.checks import Checks, equal, true

from .world import bad_request, refused

CHECKS = Checks("wrapping")
INVALID = ["wrapping token is not valid or does not exist"]


@CHECKS.check("data is wrapped and unwrapped once, by the wrapping token itself")
def _(world):
    info = world.root.sys.wrap({"k": "v", "n": 2**60}, ttl=300)["wrap_info"]
    equal((info["ttl"], info["creation_path"]), (300, "sys/wrapping/wrap"))
    client = world.client(info["token"])
    equal(client.sys.unwrap()["data"], {"k": "v", "n": 2**60})
    bad_request(INVALID, client.sys.unwrap)


@CHECKS.check("another caller unwraps with the token in the body")
def _(world):
    token = world.root.sys.wrap({"k": "v"})["wrap_info"]["token"]
    caller = world.child(policies=["default"])
    equal(caller.sys.unwrap(token)["data"], {"k": "v"})
    bad_request(INVALID, caller.sys.unwrap, token)


@CHECKS.check("a wrapped answer shows nothing but the wrapping")
def _(world):
    answer = world.root.sys.wrap({"k": "v"})
    equal((answer["request_id"], answer["data"], answer["auth"], answer["warnings"]), ("", None, None, None))
    true(answer["wrap_info"]["token"].startswith("hvs."), "it has the prefix of a service token")


@CHECKS.check("any answer can be wrapped: a secret")
def _(world):
    world.root.write_data("cubbyhole/wrapped", data={"k": "v"})
    info = world.root.read("cubbyhole/wrapped", wrap_ttl="2m")["wrap_info"]
    equal((info["ttl"], info["creation_path"]), (120, "cubbyhole/wrapped"))
    equal(world.client(info["token"]).sys.unwrap()["data"], {"k": "v"})


@CHECKS.check("any answer can be wrapped: a new token, whose accessor is told")
def _(world):
    info = world.root.auth.token.create(policies=["default"], wrap_ttl="5m")["wrap_info"]
    equal(info["creation_path"], "auth/token/create")
    auth = world.client(info["token"]).sys.unwrap()["auth"]
    equal(auth["accessor"], info["wrapped_accessor"])
    equal(world.client(auth["client_token"]).auth.token.lookup_self()["data"]["policies"], ["default"])


@CHECKS.check("lookup tells where the content comes from, without using it up")
def _(world):
    token = world.root.sys.wrap({"k": "v"}, ttl=60)["wrap_info"]["token"]
    for _ in range(2):
        data = world.client("").adapter.post("/v1/sys/wrapping/lookup", json={"token": token})["data"]
        equal((data["creation_path"], data["creation_ttl"]), ("sys/wrapping/wrap", 60))
    equal(world.client(token).sys.unwrap()["data"], {"k": "v"})


@CHECKS.check("rewrap moves the content to a new token and ends the old one")
def _(world):
    old = world.root.sys.wrap({"k": "v"}, ttl=60)["wrap_info"]["token"]
    info = world.root.adapter.post("/v1/sys/wrapping/rewrap", json={"token": old})["wrap_info"]
    equal((info["ttl"], info["creation_path"]), (60, "sys/wrapping/wrap"))
    bad_request(INVALID, world.client(old).sys.unwrap)
    equal(world.client(info["token"]).sys.unwrap()["data"], {"k": "v"})


@CHECKS.check("a wrapping token opens nothing else")
def _(world):
    token = world.root.sys.wrap({"k": "v"})["wrap_info"]["token"]
    try:
        world.client(token).auth.token.lookup_self()
    except (exceptions.Forbidden, exceptions.InvalidRequest):
        return
    raise AssertionError("it looked itself up")


@CHECKS.check("an ordinary token is no wrapping token")
def _(world):
    bad_request(INVALID, world.root.sys.unwrap, world.child(policies=["default"]).token)
    bad_request(INVALID, world.root.sys.unwrap, "hvs.nosuch")


@CHECKS.check("wrapping without a lifetime is refused")
def _(world):
    bad_request(
        ["endpoint requires response wrapping to be used"],
        world.root.adapter.post, "/v1/sys/wrapping/wrap", json={"k": "v"},
    )


@CHECKS.check("an empty list is not wrapped")
def _(world):
    refused(
        exceptions.InvalidPath, [],
        world.root.adapter.request, "list", "/v1/cubbyhole/nosuchfolder", wrap_ttl="1m",
    )
