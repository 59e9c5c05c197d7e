"""Roles of tokens, and tidying."""

from livetest.checks import Checks, equal, true

from .world import bad_request, missing

CHECKS = Checks("token roles")


@CHECKS.check("a role is written, read, listed and deleted")
def _(world):
    token = world.root.auth.token
    missing(token.list_roles)
    token.create_or_update_role(
        "workers", allowed_policies="default", orphan=True, renewable=False, path_suffix="work",
        token_explicit_max_ttl="2h",
    )
    role = token.read_role("workers")["data"]
    equal((role["allowed_policies"], role["orphan"], role["renewable"]), (["default"], True, False))
    equal((role["path_suffix"], role["token_explicit_max_ttl"]), ("work", 7200))
    equal(token.list_roles()["data"]["keys"], ["workers"])


@CHECKS.check("a token of a role is as the role says")
def _(world):
    made = world.root.auth.token.create(role_name="workers", policies=["default"])["auth"]
    data = world.client(made["client_token"]).auth.token.lookup_self()["data"]
    equal((data["orphan"], data["renewable"], data["role"]), (True, False, "workers"))
    equal(data["path"], "auth/token/create/workers/work")
    bad_request(
        ["token policies must be subset of the role's allowed policies"],
        world.root.auth.token.create, role_name="workers", policies=["other"],
    )
    world.root.auth.token.delete_role("workers")
    missing(world.root.auth.token.read_role, "workers")


@CHECKS.check("tidying begins, and tells so")
def _(world):
    answer = world.root.auth.token.tidy()
    answer = answer if isinstance(answer, dict) else answer.json()
    true(answer["warnings"], "a warning tells that it goes on")
