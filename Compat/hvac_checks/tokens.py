"""Tokens: made, looked up, renewed, revoked, by themselves and by their accessors."""

from hvac import exceptions
from livetest.checks import Checks, equal, true
from livetest.server import wait_for

from .world import INVALID_TOKEN, bad_request, denied, refused

CHECKS = Checks("tokens")


@CHECKS.check("the root token looks itself up")
def _(world):
    data = world.root.auth.token.lookup_self()["data"]
    equal(data["id"], world.root_token, "id")
    equal((data["policies"], data["ttl"], data["expire_time"]), (["root"], 0, None))
    equal((data["path"], data["display_name"], data["type"]), ("auth/token/root", "root", "service"))
    equal(data["orphan"], True, "orphan")


@CHECKS.check("a created token has the fields that were asked for")
def _(world):
    auth = world.root.auth.token.create(
        policies=["default"], ttl="2h", meta={"team": "web"}, display_name="ci", explicit_max_ttl="3h"
    )["auth"]
    equal((auth["policies"], auth["token_policies"]), (["default"], ["default"]))
    equal((auth["lease_duration"], auth["renewable"], auth["token_type"]), (7200, True, "service"))
    equal((auth["metadata"], auth["orphan"], auth["num_uses"]), ({"team": "web"}, False, 0))
    equal((auth["entity_id"], auth["mfa_requirement"]), ("", None))
    data = world.root.auth.token.lookup(auth["client_token"])["data"]
    equal((data["creation_ttl"], data["explicit_max_ttl"]), (7200, 10800))
    equal((data["display_name"], data["meta"], data["path"]), ("token-ci", {"team": "web"}, "auth/token/create"))
    true(7190 <= data["ttl"] <= 7200, f"ttl {data['ttl']}")


@CHECKS.check("a policy that does not exist is given with a warning")
def _(world):
    answer = world.root.auth.token.create(policies=["nosuch"])
    equal(answer["warnings"], ['Policy "nosuch" does not exist'])
    equal(answer["auth"]["policies"], ["default", "nosuch"])


@CHECKS.check("a token without the default policy has none")
def _(world):
    answer = world.root.auth.token.create(policies=["nosuch"], no_default_policy=True)
    equal(answer["auth"]["policies"], ["nosuch"])


@CHECKS.check("root chooses the value of a token, others do not")
def _(world):
    equal(world.root.auth.token.create(id="my-own-token")["auth"]["client_token"], "my-own-token")
    equal(world.client("my-own-token").auth.token.lookup_self()["data"]["id"], "my-own-token")
    bad_request(
        ["custom token ID cannot have the 'hvs.' prefix"], world.root.auth.token.create, id="hvs.mine"
    )
    bad_request(
        ["custom token ID cannot have a '.' in the value"], world.root.auth.token.create, id="my.own"
    )


@CHECKS.check("a token cannot give policies that it does not have")
def _(world):
    client = world.child_with('path "auth/token/create" { capabilities = ["create", "update"] }', "makes-tokens")
    bad_request(["child policies must be subset of parent"], client.auth.token.create, policies=["other"])
    equal(client.auth.token.create(policies=["makes-tokens"])["auth"]["policies"], ["default", "makes-tokens"])


@CHECKS.check("an unknown token is refused")
def _(world):
    refused(exceptions.Forbidden, INVALID_TOKEN, world.client("hvs.unknown").auth.token.lookup_self)


@CHECKS.check("a missing token is refused")
def _(world):
    refused(exceptions.Forbidden, ["permission denied"], world.client("").auth.token.lookup_self)


@CHECKS.check("looking up an unknown token says that it is bad")
def _(world):
    refused(exceptions.Forbidden, ["bad token"], world.root.auth.token.lookup, "hvs.unknown")


@CHECKS.check("renew sets the lifetime anew, up to the increment")
def _(world):
    client = world.child(ttl="1h")
    auth = client.auth.token.renew_self(increment="2h")["auth"]
    equal((auth["lease_duration"], auth["renewable"]), (7200, True))
    auth = world.root.auth.token.renew(client.token, increment=1800)["auth"]
    equal(auth["lease_duration"], 1800)
    equal(auth["client_token"], client.token)


@CHECKS.check("renewing by accessor does not show the token")
def _(world):
    made = world.root.auth.token.create(ttl="1h")["auth"]
    auth = world.root.auth.token.renew_accessor(made["accessor"])["auth"]
    equal(auth["client_token"], "", "client_token")
    equal(auth["accessor"], made["accessor"])


@CHECKS.check("a token that is not renewable is not renewed")
def _(world):
    client = world.child(ttl="1h", renewable=False)
    equal(client.auth.token.lookup_self()["data"]["renewable"], False)
    try:
        client.auth.token.renew_self()
    except exceptions.InvalidRequest:
        return
    raise AssertionError("it was renewed")


@CHECKS.check("a periodic token is renewed to its period")
def _(world):
    client = world.child(period="30m")
    data = client.auth.token.lookup_self()["data"]
    equal(data["period"], 1800, "period")
    equal(client.auth.token.renew_self(increment="8h")["auth"]["lease_duration"], 1800)


@CHECKS.check("an explicit maximum bounds every renewal")
def _(world):
    client = world.child(ttl="10m", explicit_max_ttl="20m")
    answer = client.auth.token.renew_self(increment="5h")
    true(1190 <= answer["auth"]["lease_duration"] <= 1200, f"{answer['auth']['lease_duration']} s")
    true(answer["warnings"], "a shortened renewal is warned of")


@CHECKS.check("lookup by accessor shows everything but the token")
def _(world):
    made = world.root.auth.token.create(meta={"a": "b"})["auth"]
    data = world.root.auth.token.lookup_accessor(made["accessor"])["data"]
    equal((data["id"], data["accessor"], data["meta"]), ("", made["accessor"], {"a": "b"}))


@CHECKS.check("an unknown accessor is refused")
def _(world):
    errors = ["1 error occurred:\n\t* invalid accessor\n\n"]
    token = world.root.auth.token
    for call in (token.lookup_accessor, token.renew_accessor, token.revoke_accessor):
        try:
            call("nosuchaccessor")
        except (exceptions.InvalidRequest, exceptions.Forbidden) as error:
            equal(error.errors, errors, call.__name__)
        else:
            raise AssertionError(f"{call.__name__} accepted an unknown accessor")


@CHECKS.check("the accessors of all tokens are listed for sudo only")
def _(world):
    made = world.root.auth.token.create()["auth"]
    true(made["accessor"] in world.root.auth.token.list_accessors()["data"]["keys"], "the new accessor is listed")
    client = world.child_with('path "auth/token/accessors/" { capabilities = ["list"] }', "lists-accessors")
    denied(client.auth.token.list_accessors)


@CHECKS.check("a revoked token is refused, and so are its children")
def _(world):
    parent = world.child(policies=["root"])
    child = world.client(parent.auth.token.create()["auth"]["client_token"])
    true(child.is_authenticated(), "the child works first")
    world.root.auth.token.revoke(parent.token)
    refused(exceptions.Forbidden, INVALID_TOKEN, parent.auth.token.lookup_self)
    refused(exceptions.Forbidden, INVALID_TOKEN, child.auth.token.lookup_self)


@CHECKS.check("revoking by accessor ends the token")
def _(world):
    made = world.root.auth.token.create()["auth"]
    world.root.auth.token.revoke_accessor(made["accessor"])
    refused(exceptions.Forbidden, INVALID_TOKEN, world.client(made["client_token"]).auth.token.lookup_self)
    true(made["accessor"] not in world.root.auth.token.list_accessors()["data"]["keys"], "the accessor is gone")


@CHECKS.check("a token revokes itself")
def _(world):
    client = world.child(policies=["default"])
    client.auth.token.revoke_self()
    true(not client.is_authenticated(), "it is revoked")


@CHECKS.check("revoking a parent as an orphan keeps its children")
def _(world):
    parent = world.child(policies=["root"])
    child = world.client(parent.auth.token.create(ttl="1h")["auth"]["client_token"])
    world.root.auth.token.revoke_and_orphan_children(parent.token)
    true(not parent.is_authenticated(), "the parent is revoked")
    equal(child.auth.token.lookup_self()["data"]["orphan"], True, "orphan")


@CHECKS.check("an orphan outlives the token that made it")
def _(world):
    parent = world.child(policies=["root"])
    orphan = world.client(parent.auth.token.create_orphan()["auth"]["client_token"])
    equal(orphan.auth.token.lookup_self()["data"]["orphan"], True, "orphan")
    world.root.auth.token.revoke(parent.token)
    true(orphan.is_authenticated(), "the orphan still works")


@CHECKS.check("a token with two uses ends after the second")
def _(world):
    client = world.child(num_uses=2)
    equal(client.auth.token.lookup_self()["data"]["num_uses"], 1, "uses left during the first")
    # The last use is not one to look the token up: by then it counts as ended.
    client.write_data("cubbyhole/last", data={"k": "v"})
    refused(exceptions.Forbidden, INVALID_TOKEN, client.auth.token.lookup_self)


@CHECKS.check("a token with limited uses makes no children")
def _(world):
    client = world.child(num_uses=5, policies=["root"])
    bad_request(["restricted use token cannot generate child tokens"], client.auth.token.create)


@CHECKS.check("a token with a short life ends by itself")
def _(world):
    client = world.child(ttl="1s")
    true(client.is_authenticated(), "it works first")
    end_of_life = client.auth.token.lookup_self()["data"]["expire_time"]
    true(end_of_life.endswith("Z"), "the end is a time in UTC")
    wait_for(lambda: not client.is_authenticated(), "the token outlives its second", seconds=5)


@CHECKS.check("unknown paths below auth/token are not found")
def _(world):
    refused(
        exceptions.InvalidPath, ["1 error occurred:\n\t* unsupported path\n\n"],
        world.root.adapter.get, "/v1/auth/token/nosuch",
    )
