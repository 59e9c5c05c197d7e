"""Userpass: users, logins, tokens that follow their user, and lockout."""

from hvac import exceptions
from livetest.checks import Checks, equal, true

from .world import bad_request, missing, no_content, refused

CHECKS = Checks("userpass")
WRONG = ["invalid username or password"]


def userpass(world):
    return world.root.auth.userpass


@CHECKS.check("a user is made, read, listed and changed")
def _(world):
    world.root.sys.enable_auth_method("userpass")
    missing(userpass(world).list_user)
    no_content(userpass(world).create_or_update_user("Bob", "right", "web,db", token_ttl="1h"))
    data = userpass(world).read_user("bob")["data"]
    equal((data["token_policies"], data["policies"], data["token_ttl"]), (["web", "db"], ["web", "db"], 3600))
    true("password" not in data and "password_hash" not in data, "it has no password")
    no_content(userpass(world).create_or_update_user("bob", token_policies="web"))
    data = userpass(world).read_user("BOB")["data"]
    equal((data["token_policies"], data["token_ttl"], data["token_type"]), (["web"], 3600, "default"))
    equal(userpass(world).list_user()["data"]["keys"], ["bob"])


@CHECKS.check("a user needs a password, and parameters that make sense")
def _(world):
    bad_request(["missing password"], userpass(world).create_or_update_user, "carol")
    bad_request(
        ["'token_ttl' cannot be greater than 'token_max_ttl'"],
        userpass(world).create_or_update_user, "carol", "right", token_ttl="2h", token_max_ttl="1h",
    )
    missing(userpass(world).read_user, "carol")


@CHECKS.check("a login gives a token, which hvac then uses")
def _(world):
    client = world.client("")
    auth = client.auth.userpass.login("Bob", "right")["auth"]
    equal((auth["policies"], auth["token_policies"]), (["default", "web"], ["default", "web"]))
    equal((auth["metadata"], auth["lease_duration"], auth["orphan"]), ({"username": "bob"}, 3600, True))
    data = client.auth.token.lookup_self()["data"]
    equal((data["display_name"], data["path"]), ("userpass-bob", "auth/userpass/login/Bob"))
    equal(client.auth.token.renew_self(increment=600)["auth"]["lease_duration"], 600)
    client.logout(revoke_token=True)


@CHECKS.check("a wrong password, and the name of nobody, are told apart by nothing")
def _(world):
    for name in ("bob", "nobody"):
        bad_request(WRONG, world.client("").auth.userpass.login, name, "wrong")
    bad_request(["missing password"], world.client("").auth.userpass.login, "bob", "")


@CHECKS.check("the password is changed, and the old one is of no use")
def _(world):
    no_content(userpass(world).update_password_on_user("bob", "new"))
    bad_request(WRONG, world.client("").auth.userpass.login, "bob", "right")
    world.client("").auth.userpass.login("bob", "new")


@CHECKS.check("a token is not renewed with policies that its user lost")
def _(world):
    client = world.client("")
    client.auth.userpass.login("bob", "new")
    no_content(world.root.adapter.post("/v1/auth/userpass/users/bob/policies", json={"policies": "db"}))
    try:
        client.auth.token.renew_self()
    except exceptions.VaultError as error:
        equal(error.errors, ["1 error occurred:\n\t* policies have changed, not renewing\n\n"], "errors")
    else:
        raise AssertionError("it was renewed")
    true(client.is_authenticated(), "it lives on until its end")


@CHECKS.check("batch tokens, at another mount")
def _(world):
    world.root.sys.enable_auth_method("userpass", path="team/people", config={"token_type": "batch"})
    userpass(world).create_or_update_user("alice", "right", mount_point="team/people")
    client = world.client("")
    auth = client.auth.userpass.login("alice", "right", mount_point="team/people")["auth"]
    true(auth["client_token"].startswith("hvb."), "it is a batch token")
    equal(client.auth.token.lookup_self()["data"]["display_name"], "team-people-alice")


@CHECKS.check("after five wrong passwords the right one is refused, until somebody unlocks")
def _(world):
    for name in ("bob", "BOB", "Bob", "bob", "bob"):
        bad_request(WRONG, world.client("").auth.userpass.login, name, "wrong")
    refused(exceptions.Forbidden, ["permission denied"], world.client("").auth.userpass.login, "bob", "new")
    accessor = world.root.sys.list_auth_methods()["data"]["userpass/"]["accessor"]
    report = world.root.read("sys/locked-users")["data"]
    mount = report["by_namespace"][0]["mount_accessors"][0]
    equal((report["total"], mount["mount_accessor"], mount["alias_identifiers"]), (1, accessor, ["bob"]))
    world.root.write_data(f"sys/locked-users/{accessor}/unlock/bob")
    world.client("").auth.userpass.login("bob", "new")
    equal(world.root.read("sys/locked-users")["data"]["total"], 0)


@CHECKS.check("a deleted user logs in no more")
def _(world):
    no_content(userpass(world).delete_user("bob"))
    bad_request(WRONG, world.client("").auth.userpass.login, "bob", "new")
    no_content(world.root.sys.disable_auth_method("team/people"))
    no_content(world.root.sys.disable_auth_method("userpass"))
