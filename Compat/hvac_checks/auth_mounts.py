"""Auth methods: listed, tuned, and what cannot be enabled or disabled."""

from hvac import exceptions
from livetest.checks import Checks, equal, true

from .world import bad_request, denied, no_content, refused

CHECKS = Checks("auth methods")


@CHECKS.check("the token method is there from the beginning")
def _(world):
    answer = world.root.sys.list_auth_methods()
    entry = answer["data"]["token/"]
    equal(answer["token/"], entry, "the old spelling at the top level")
    equal(entry["type"], "token")
    equal(entry["config"]["token_type"], "default-service")
    true(entry["accessor"].startswith("auth_token_"), "it has an accessor")


@CHECKS.check("tuning is read by both of its paths")
def _(world):
    sys = world.root.sys
    data = sys.read_auth_method_tuning("token")["data"]
    equal((data["default_lease_ttl"], data["max_lease_ttl"]), (2764800, 2764800))
    equal(data["token_type"], "default-service")
    equal(sys.read_mount_configuration("auth/token")["data"], data)


@CHECKS.check("the token method is tuned, and tokens follow")
def _(world):
    sys = world.root.sys
    no_content(sys.tune_auth_method("token", default_lease_ttl="2h", description="ours"))
    data = sys.read_auth_method_tuning("token")["data"]
    equal((data["default_lease_ttl"], data["description"]), (7200, "ours"))
    equal(world.root.auth.token.create(policies=["default"])["auth"]["lease_duration"], 7200)
    sys.tune_auth_method("token", default_lease_ttl="system")
    equal(world.root.auth.token.create(policies=["default"])["auth"]["lease_duration"], 2764800)


@CHECKS.check("reading and changing auth methods needs sudo")
def _(world):
    client = world.child_with('path "sys/auth/*" { capabilities = ["read", "update"] }', "no-sudo-on-auth")
    denied(client.sys.read_auth_method_tuning, "token")
    denied(client.sys.tune_auth_method, "token", description="theirs")
    client = world.child_with('path "sys/auth/*" { capabilities = ["read", "update", "sudo"] }', "sudo-on-auth")
    equal(client.sys.read_auth_method_tuning("token")["data"]["description"], "ours")


@CHECKS.check("an auth method that this release does not have is refused by name")
def _(world):
    bad_request(["plugin not found in the catalog: nosuch"], world.root.sys.enable_auth_method, "nosuch")


@CHECKS.check("a second token method cannot be enabled, and the first not disabled or moved")
def _(world):
    sys = world.root.sys
    for call in (
        lambda: sys.enable_auth_method("token", path="second"),
        lambda: sys.disable_auth_method("token"),
        lambda: sys.move_backend("auth/token", "auth/moved"),
    ):
        try:
            call()
        except exceptions.InvalidRequest:
            continue
        raise AssertionError("it was accepted")
    true(world.root.is_authenticated(), "tokens still work")
    equal([path for path in sys.list_auth_methods()["data"]], ["token/"])


@CHECKS.check("disabling what is not enabled is no error")
def _(world):
    no_content(world.root.sys.disable_auth_method("nosuch"))


@CHECKS.check("a login at a method that is not enabled is refused")
def _(world):
    refused(
        exceptions.Forbidden, ["permission denied"],
        world.client("").auth.userpass.login, username="bob", password="wrong",
    )
