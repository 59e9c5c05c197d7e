"""Leases through hvac; those of tokens, which every server has."""

from livetest.checks import Checks, equal, true

from .world import bad_request, denied, missing

CHECKS = Checks("leases")


def lease_of(world, token):
    """The id of a token's lease: the only one that a lookup of its accessor's time fits."""
    names = world.root.sys.list_leases("auth/token/create")["data"]["keys"]
    before = getattr(lease_of, "known", set())
    lease_of.known = set(names)
    new = set(names) - before
    equal(len(new), 1, f"new leases after a token {token[:4]}…")
    return "auth/token/create/" + new.pop()


@CHECKS.check("the lease of a token is listed, and looked up")
def _(world):
    world.root.sys.revoke_prefix("auth/token/create")
    lease_of.known = set()
    world.leased = world.root.auth.token.create(policies=["default"], ttl="1h")["auth"]["client_token"]
    world.lease = lease_of(world, world.leased)
    data = world.root.sys.read_lease(world.lease)["data"]
    equal((data["id"], data["renewable"]), (world.lease, True))
    true(3500 < data["ttl"] <= 3600, f"ttl {data['ttl']}")


@CHECKS.check("token leases are renewed as tokens, not as leases")
def _(world):
    bad_request(["tokens cannot be renewed through this endpoint"], world.root.sys.renew_lease, world.lease)
    bad_request(["invalid lease"], world.root.sys.read_lease, "auth/token/create/nosuch")


@CHECKS.check("listing leases needs sudo")
def _(world):
    denied(world.child(policies=["default"]).sys.list_leases, "auth/token/create")


@CHECKS.check("a revoked lease ends its token")
def _(world):
    world.root.sys.revoke_lease(world.lease)
    true(not world.client(world.leased).is_authenticated(), "the token is over")


@CHECKS.check("revoking by prefix ends all of them, and so does force")
def _(world):
    for revoke in (world.root.sys.revoke_prefix, world.root.sys.revoke_force):
        tokens = [world.root.auth.token.create(ttl="1h")["auth"]["client_token"] for _ in range(3)]
        revoke("auth/token/create")
        true(not any(world.client(token).is_authenticated() for token in tokens), "all tokens are over")
    missing(world.root.sys.list_leases, "auth/token/create")
