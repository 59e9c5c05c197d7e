"""AppRole: roles, role ids, secret ids and logins; every method that hvac has for them."""

from hvac import exceptions
from livetest.checks import Checks, equal, true

from .world import bad_request, missing, no_content, refused

CHECKS = Checks("approle")
WRONG = ["invalid role or secret ID"]


def approle(world):
    return world.root.auth.approle


def login(world, role_id, secret_id=None):
    return world.client("").auth.approle.login(role_id, secret_id)


@CHECKS.check("a role is made, read and listed")
def _(world):
    world.root.sys.enable_auth_method("approle")
    missing(approle(world).list_roles)
    no_content(
        approle(world).create_or_update_approle(
            "Web", token_policies=["web"], token_ttl="20m", secret_id_num_uses=5, secret_id_ttl="1h",
            token_bound_cidrs=["127.0.0.0/8"], token_type="service",
        )
    )
    data = approle(world).read_role("web")["data"]
    equal((data["bind_secret_id"], data["secret_id_num_uses"], data["secret_id_ttl"]), (True, 5, 3600))
    equal((data["token_policies"], data["token_ttl"], data["token_type"]), (["web"], 1200, "service"))
    equal((data["token_bound_cidrs"], data["local_secret_ids"]), (["127.0.0.0/8"], False))
    equal(approle(world).list_roles()["data"]["keys"], ["web"])
    missing(approle(world).read_role, "nosuch")


@CHECKS.check("the role id is read and chosen")
def _(world):
    true(len(approle(world).read_role_id("web")["data"]["role_id"]) == 36, "it is a UUID at first")
    no_content(approle(world).update_role_id("web", "web-role"))
    equal(approle(world).read_role_id("web")["data"]["role_id"], "web-role")


@CHECKS.check("a secret id is made, read, listed and destroyed")
def _(world):
    made = approle(world).generate_secret_id("web", metadata={"team": "a"}, cidr_list=["127.0.0.1/32"])["data"]
    equal((made["secret_id_num_uses"], made["secret_id_ttl"]), (5, 3600))
    found = approle(world).read_secret_id("web", made["secret_id"])["data"]
    equal((found["metadata"], found["cidr_list"]), ({"team": "a"}, ["127.0.0.1/32"]))
    equal(approle(world).read_secret_id_accessor("web", made["secret_id_accessor"])["data"], found)
    equal(approle(world).list_secret_id_accessors("web")["data"]["keys"], [made["secret_id_accessor"]])
    no_content(approle(world).destroy_secret_id("web", made["secret_id"]))
    missing(approle(world).list_secret_id_accessors, "web")
    refused(
        exceptions.InvalidPath, ["failed to find accessor entry for secret_id_accessor"],
        approle(world).read_secret_id_accessor, "web", made["secret_id_accessor"],
    )


@CHECKS.check("a secret id is chosen, and destroyed by its accessor")
def _(world):
    made = approle(world).create_custom_secret_id("web", "my choice", metadata={"k": "v"})["data"]
    equal(made["secret_id"], "my choice")
    login(world, "web-role", "my choice")
    no_content(approle(world).destroy_secret_id_accessor("web", made["secret_id_accessor"]))
    bad_request(WRONG, login, world, "web-role", "my choice")


@CHECKS.check("a login gives a token, which hvac then uses")
def _(world):
    secret_id = approle(world).generate_secret_id("web", metadata={"team": "a"})["data"]["secret_id"]
    client = world.client("")
    auth = client.auth.approle.login("web-role", secret_id)["auth"]
    equal((auth["policies"], auth["lease_duration"]), (["default", "web"], 1200))
    equal(auth["metadata"], {"role_name": "web", "team": "a"})
    data = client.auth.token.lookup_self()["data"]
    equal((data["display_name"], data["path"], data["bound_cidrs"]), ("approle", "auth/approle/login", ["127.0.0.0/8"]))
    equal(client.auth.token.renew_self()["auth"]["lease_duration"], 1200)


@CHECKS.check("a wrapped secret id is opened by whom it is meant for, once")
def _(world):
    info = approle(world).generate_secret_id("web", wrap_ttl="60s")["wrap_info"]
    equal(info["creation_path"], "auth/approle/role/web/secret-id")
    client = world.client(info["token"])
    secret_id = client.sys.unwrap()["data"]["secret_id"]
    login(world, "web-role", secret_id)
    bad_request(["wrapping token is not valid or does not exist"], client.sys.unwrap)


@CHECKS.check("uses are counted, and the last one ends the secret id")
def _(world):
    made = world.root.write_data("auth/approle/role/web/secret-id", data={"num_uses": 2})["data"]
    login(world, "web-role", made["secret_id"])
    equal(approle(world).read_secret_id("web", made["secret_id"])["data"]["secret_id_num_uses"], 1)
    login(world, "web-role", made["secret_id"])
    no_content(approle(world).read_secret_id("web", made["secret_id"]))
    bad_request(WRONG, login, world, "web-role", made["secret_id"])


@CHECKS.check("each setting has a path of its own")
def _(world):
    path = "/v1/auth/approle/role/web/"
    for name, field, value, standard in (
        ("policies", "token_policies", ["a", "b"], []), ("period", "token_period", 90, 0),
        ("secret-id-num-uses", "secret_id_num_uses", 3, 0), ("token-max-ttl", "token_max_ttl", 3600, 0),
        ("bound-cidr-list", "bound_cidr_list", ["127.0.0.0/8"], []), ("bind-secret-id", "bind_secret_id", True, True),
    ):
        no_content(world.root.adapter.post(path + name, json={field: value}))
        equal(world.root.adapter.get(path + name)["data"], {field: value}, name)
        no_content(world.root.adapter.delete(path + name))
        equal(world.root.adapter.get(path + name)["data"], {field: standard}, name)


@CHECKS.check("a role without secret ids lets in whoever comes from its networks")
def _(world):
    no_content(
        approle(world).create_or_update_approle(
            "open", bind_secret_id=False, secret_id_bound_cidrs=["127.0.0.1/32"], token_policies=["open"]
        )
    )
    role_id = approle(world).read_role_id("open")["data"]["role_id"]
    equal(login(world, role_id)["auth"]["policies"], ["default", "open"])
    bad_request(
        ["bind_secret_id is not set on the role"], approle(world).generate_secret_id, "open",
    )
    bad_request(
        ["at least one constraint should be enabled on the role"],
        approle(world).create_or_update_approle, "closed", bind_secret_id=False,
    )


@CHECKS.check("tidying is started with 202")
def _(world):
    equal(world.root.adapter.post("/v1/auth/approle/tidy/secret-id").status_code, 202)


@CHECKS.check("a deleted role lets nobody in, nor does one made anew")
def _(world):
    secret_id = approle(world).generate_secret_id("web")["data"]["secret_id"]
    no_content(approle(world).delete_role("web"))
    bad_request(WRONG, login, world, "web-role", secret_id)
    approle(world).create_or_update_approle("web")
    approle(world).update_role_id("web", "web-role")
    bad_request(WRONG, login, world, "web-role", secret_id)
    no_content(world.root.sys.disable_auth_method("approle"))
