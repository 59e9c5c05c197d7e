"""Identity tokens: signed by named keys, verified by another library through the published keys."""

import json

from authlib.jose import JsonWebKey, JsonWebToken
from livetest.checks import Checks, equal, true

from .world import bad_request, missing, no_content

CHECKS = Checks("identity tokens")

ALGORITHMS = ("RS256", "RS384", "RS512", "ES256", "ES384", "ES512", "EdDSA")


def person(world, name, **options):
    """A client whose token is tied to an entity, and the id of that entity."""
    world.root.write("auth/token/roles/person", allowed_policies="person", allowed_entity_aliases="*")
    world.root.sys.create_or_update_policy(
        "person",
        'path "identity/oidc/*" { capabilities = ["read", "create", "update"] }',
    )
    auth = world.root.write("auth/token/create/person", entity_alias=name)["auth"]
    if options:
        world.root.write(f"identity/entity/id/{auth['entity_id']}", **options)
    return world.client(auth["client_token"]), auth["entity_id"]


def rotate(world, name, verification_ttl):
    # hvac's own method writes the key instead.
    return world.root.adapter.post(
        f"/v1/identity/oidc/key/{name}/rotate", json={"verification_ttl": verification_ttl}
    )


def verified(world, token, algorithm):
    keys = JsonWebKey.import_key_set(world.root.secrets.identity.read_active_public_keys())
    claims = JsonWebToken([algorithm]).decode(token, keys)
    claims.validate()
    return claims


@CHECKS.check("keys are created with defaults, read, listed, rotated and deleted")
def _(world):
    identity = world.root.secrets.identity
    no_content(identity.create_named_key("hvac-key"))
    data = identity.read_named_key("hvac-key")["data"]
    equal((data["algorithm"], data["rotation_period"], data["verification_ttl"]), ("RS256", 86400, 86400))
    equal(data["allowed_client_ids"], [])
    keys = identity.list_named_keys()["data"]["keys"]
    true("hvac-key" in keys and "default" in keys, f"keys {keys}")
    no_content(rotate(world, "hvac-key", "1h"))
    no_content(identity.delete_named_key("hvac-key"))
    missing(identity.read_named_key, "hvac-key")
    bad_request(['deletion of key "default" not allowed'], identity.delete_named_key, "default")


@CHECKS.check("roles are created, read, listed and deleted, and keep their key")
def _(world):
    identity = world.root.secrets.identity
    identity.create_named_key("role-key", allowed_client_ids=["*"])
    identity.create_or_update_role("hvac-role", "role-key", ttl="1h")
    data = identity.read_role("hvac-role")["data"]
    equal((data["key"], data["ttl"], len(data["client_id"])), ("role-key", 3600, 26))
    true("hvac-role" in identity.list_roles()["data"]["keys"], "it is listed")
    bad_request(
        ['unable to delete key "role-key" because it is currently referenced by these roles: hvac-role'],
        identity.delete_named_key, "role-key",
    )
    no_content(identity.delete_role("hvac-role"))
    missing(identity.read_role, "hvac-role")
    no_content(identity.delete_named_key("role-key"))


@CHECKS.check("the issuer is configured, and told by discovery")
def _(world):
    identity = world.root.secrets.identity
    before = identity.read_well_known_configurations()
    true(before["issuer"].endswith("/v1/identity/oidc"), before["issuer"])
    equal(before["jwks_uri"], before["issuer"] + "/.well-known/keys")
    identity.configure_tokens_backend(issuer="https://tokens.example:8200")
    equal(identity.read_tokens_backend_configuration()["data"]["issuer"], "https://tokens.example:8200")
    equal(identity.read_well_known_configurations()["issuer"], "https://tokens.example:8200/v1/identity/oidc")
    identity.configure_tokens_backend(issuer="")
    equal(identity.read_well_known_configurations()["issuer"], before["issuer"])


@CHECKS.check("tokens of every algorithm are verified by another library, and by introspection")
def _(world):
    identity = world.root.secrets.identity
    client, entity = person(world, "tokens-1", metadata={"team": "red"})
    template = '{"team": {{identity.entity.metadata.team}}, "groups": {{identity.entity.groups.names}}}'
    issuer = identity.read_well_known_configurations()["issuer"]
    for algorithm in ALGORITHMS:
        name = f"signed-{algorithm.lower()}"
        identity.create_named_key(name, algorithm=algorithm, allowed_client_ids=["*"])
        identity.create_or_update_role(name, name, template=template, ttl="10m")
        answer = client.secrets.identity.generate_signed_id_token(name)["data"]
        claims = verified(world, answer["token"], algorithm)
        equal((claims["sub"], claims["iss"], claims["aud"]), (entity, issuer, answer["client_id"]))
        equal((claims["exp"] - claims["iat"], claims["namespace"]), (600, "root"))
        equal((claims["team"], claims["groups"]), ("red", []))
        equal(identity.introspect_signed_id_token(answer["token"]), {"active": True})
        equal(identity.introspect_signed_id_token(answer["token"], client_id="other")["active"], False)
        # A token outlives the rotation of its key.
        rotate(world, name, "1h")
        verified(world, answer["token"], algorithm)
        fresh = client.secrets.identity.generate_signed_id_token(name)["data"]["token"]
        verified(world, fresh, algorithm)
        rotate(world, name, "0s")
        equal(identity.introspect_signed_id_token(fresh)["active"], False, f"{algorithm} after its key is gone")


@CHECKS.check("a token needs an entity, and a key that allows its client")
def _(world):
    identity = world.root.secrets.identity
    bad_request(
        ["no entity associated with the request's token"], identity.generate_signed_id_token, "signed-es256"
    )
    client, _entity = person(world, "tokens-2")
    identity.create_named_key("closed")
    identity.create_or_update_role("closed", "closed")
    bad_request(
        ["the key does not list the client ID of the role as an allowed client ID"],
        client.secrets.identity.generate_signed_id_token, "closed",
    )


@CHECKS.check("templates are JSON, and cannot name the server's claims")
def _(world):
    identity = world.root.secrets.identity
    for template in ("nonsense", "[1]", '{"a": "{{identity.entity.name}}"}', '{"a": {{no.such}}}', json.dumps({"sub": "x"})):
        try:
            identity.create_or_update_role("bad-template", "signed-es256", template=template)
        except Exception as error:  # noqa: BLE001
            equal(type(error).__name__, "InvalidRequest", template)
        else:
            raise AssertionError(f"{template} was accepted")
    missing(identity.read_role, "bad-template")
