"""Identity: entities, aliases, groups and what they give to tokens."""

from hvac import exceptions
from livetest.checks import Checks, equal, true

from .world import bad_request, denied, missing, no_content

CHECKS = Checks("identity")


def token_accessor(world):
    return world.root.sys.list_auth_methods()["data"]["token/"]["accessor"]


@CHECKS.check("the identity engine is mounted, and cannot be disabled")
def _(world):
    entry = world.root.sys.list_mounted_secrets_engines()["data"]["identity/"]
    equal((entry["type"], entry["description"]), ("identity", "identity store"))
    bad_request(['cannot unmount "identity/"'], world.root.sys.disable_secrets_engine, "identity")


@CHECKS.check("an entity is created, read, updated, listed and deleted")
def _(world):
    identity = world.root.secrets.identity
    made = identity.create_or_update_entity("Hvac-Bob", policies=["web"], metadata={"team": "red"})["data"]
    equal((made["name"], made["aliases"]), ("Hvac-Bob", None))
    data = identity.read_entity(made["id"])["data"]
    equal((data["policies"], data["metadata"], data["disabled"]), (["web"], {"team": "red"}, False))
    equal(identity.read_entity_by_name("hvac-bob")["data"]["id"], made["id"])
    no_content(identity.create_or_update_entity_by_name("hvac-bob", metadata={"team": "blue"}))
    no_content(identity.update_entity(made["id"], name="hvac-rob"))
    equal(identity.read_entity_by_name("hvac-rob")["data"]["metadata"], {"team": "blue"})
    for method in ("LIST", "GET"):
        true(made["id"] in identity.list_entities(method=method)["data"]["keys"], f"{method} by id")
        true("hvac-rob" in identity.list_entities_by_name(method=method)["data"]["keys"], f"{method} by name")
    no_content(identity.delete_entity_by_name("hvac-rob"))
    missing(identity.read_entity, made["id"])
    no_content(identity.delete_entity(made["id"]))


@CHECKS.check("aliases are created, read, updated, listed and deleted")
def _(world):
    identity = world.root.secrets.identity
    accessor = token_accessor(world)
    entity = identity.create_or_update_entity("alias-owner")["data"]["id"]
    made = identity.create_or_update_entity_alias("hvac-alias", entity, accessor)["data"]
    equal(made["canonical_id"], entity)
    data = identity.read_entity_alias(made["id"])["data"]
    equal((data["name"], data["mount_accessor"], data["mount_type"]), ("hvac-alias", accessor, "token"))
    equal(data["mount_path"], "auth/token/")
    identity.update_entity_alias(made["id"], "hvac-renamed", entity, accessor)
    equal(identity.read_entity_alias(made["id"])["data"]["name"], "hvac-renamed")
    for method in ("LIST", "GET"):
        true(made["id"] in identity.list_entity_aliases(method=method)["data"]["keys"], method)
    found = identity.lookup_entity(alias_name="HVAC-RENAMED", alias_mount_accessor=accessor)
    equal(found["data"]["id"], entity)
    no_content(identity.delete_entity_alias(made["id"]))
    missing(identity.read_entity_alias, made["id"])
    bad_request(
        ["invalid mount accessor"], identity.create_or_update_entity_alias, "x", entity, "auth_none_00000000"
    )
    identity.delete_entity(entity)


@CHECKS.check("entities are merged")
def _(world):
    identity = world.root.secrets.identity
    first = identity.create_or_update_entity("merge-a", policies=["a"])["data"]["id"]
    second = identity.create_or_update_entity("merge-b", policies=["b"])["data"]["id"]
    no_content(identity.merge_entities([first], second))
    data = identity.read_entity(second)["data"]
    equal((data["policies"], data["merged_entity_ids"]), (["a", "b"], [first]))
    missing(identity.read_entity, first)
    bad_request(["entity id to merge from is invalid"], identity.merge_entities, [first], second)
    identity.delete_entity(second)


@CHECKS.check("groups are created, nested, read, updated, listed and deleted")
def _(world):
    identity = world.root.secrets.identity
    entity = identity.create_or_update_entity("grouped")["data"]["id"]
    inner = identity.create_or_update_group(
        "hvac-inner", group_type="internal", policies=["in"], member_entity_ids=[entity]
    )["data"]["id"]
    identity.create_or_update_group_by_name("hvac-outer", policies=["out"], member_group_ids=[inner])
    outer = identity.read_group_by_name("HVAC-outer")["data"]
    equal((outer["member_group_ids"], outer["type"]), ([inner], "internal"))
    data = identity.read_entity(entity)["data"]
    equal((data["direct_group_ids"], data["inherited_group_ids"]), ([inner], [outer["id"]]))
    identity.update_group(inner, "hvac-inner", policies=["other"])
    equal(identity.read_group(inner)["data"]["policies"], ["other"])
    for method in ("LIST", "GET"):
        true(inner in identity.list_groups(method=method)["data"]["keys"], f"{method} by id")
        true("hvac-outer" in identity.list_groups_by_name(method=method)["data"]["keys"], f"{method} by name")
    equal(identity.lookup_group(name="hvac-inner")["data"]["id"], inner)
    no_content(identity.delete_group_by_name("hvac-outer"))
    no_content(identity.delete_group(inner))
    missing(identity.read_group, inner)
    identity.delete_entity(entity)


@CHECKS.check("external groups have aliases")
def _(world):
    identity = world.root.secrets.identity
    accessor = token_accessor(world)
    group = identity.create_or_update_group("hvac-external", group_type="external")["data"]["id"]
    made = identity.create_or_update_group_alias(
        "admins", mount_accessor=accessor, canonical_id=group
    )["data"]
    equal(made["canonical_id"], group)
    equal(identity.read_group_alias(made["id"])["data"]["name"], "admins")
    identity.update_group_alias(made["id"], "operators", mount_accessor=accessor, canonical_id=group)
    equal(identity.read_group(group)["data"]["alias"]["name"], "operators")
    true(made["id"] in identity.list_group_aliases()["data"]["keys"], "it is listed")
    identity.delete_group_alias(made["id"])
    missing(identity.read_group_alias, made["id"])
    identity.delete_group(group)


@CHECKS.check("root is never a policy of an entity or a group")
def _(world):
    identity = world.root.secrets.identity
    for spelling in ("root", "ROOT", " root"):
        bad_request(
            ["policies cannot contain root"], identity.create_or_update_entity, "rooted", policies=[spelling]
        )
        bad_request(
            ["policies cannot contain root"], identity.create_or_update_group_by_name, "rooted", policies=[spelling]
        )
    missing(identity.read_entity_by_name, "rooted")


@CHECKS.check("a token that is tied to an entity has its policies, until the entity is disabled")
def _(world):
    identity = world.root.secrets.identity
    world.root.sys.create_or_update_policy("identity-reader", 'path "sys/mounts" { capabilities = ["read"] }')
    world.root.write("auth/token/roles/tied", allowed_policies="default", allowed_entity_aliases="tied-*")
    auth = world.root.write("auth/token/create/tied", entity_alias="tied-1")["auth"]
    client = world.client(auth["client_token"])
    denied(client.sys.list_mounted_secrets_engines)
    identity.update_entity(auth["entity_id"], policies=["identity-reader"])
    true("identity/" in client.sys.list_mounted_secrets_engines()["data"], "the policy counts")
    data = client.auth.token.lookup_self()["data"]
    equal((data["policies"], data["identity_policies"]), (["default"], ["identity-reader"]))
    equal(client.secrets.identity.read_entity(auth["entity_id"])["data"]["id"], auth["entity_id"])
    world.root.write(f"identity/entity/id/{auth['entity_id']}", disabled=True)
    denied(client.auth.token.lookup_self)
    identity.delete_entity(auth["entity_id"])


@CHECKS.check("policies are filled in from the identity of their token")
def _(world):
    world.root.sys.create_or_update_policy(
        "own-folder", 'path "cubbyhole/{{identity.entity.metadata.team}}/*" { capabilities = ["deny"] }'
    )
    world.root.write("auth/token/roles/owned", allowed_policies="default,own-folder", allowed_entity_aliases="*")
    auth = world.root.write("auth/token/create/owned", entity_alias="owned-1")["auth"]
    client = world.client(auth["client_token"])
    entity = f"identity/entity/id/{auth['entity_id']}"
    world.root.write(entity, metadata={"team": "red"})
    denied(client.write, "cubbyhole/red/x", a="b")
    client.write("cubbyhole/blue/x", a="b")
    world.root.write(entity, metadata={"team": "*"})
    try:
        client.read("cubbyhole/blue/x")
    except exceptions.Forbidden:
        pass
    else:
        raise AssertionError("a wildcard from metadata did not refuse the token")
    world.root.secrets.identity.delete_entity(auth["entity_id"])
