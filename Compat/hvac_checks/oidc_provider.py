"""The OpenID provider, seen by Authlib as a relying party."""

import hashlib
import json

import requests
from authlib.common.security import generate_token
from authlib.integrations.base_client.errors import OAuthError
from authlib.integrations.requests_client import OAuth2Session
from authlib.jose import JsonWebKey, JsonWebToken
from authlib.oidc.core import CodeIDToken
from livetest.checks import Checks, equal, true

from .identity_tokens import person

CHECKS = Checks("OIDC provider")

CALLBACK = "https://app.example/callback"


class Party:
    """A relying party that has read the discovery document of the provider `app`."""

    def __init__(self, world, client="app"):
        self.world = world
        base = f"{world.server.address}/v1/identity/oidc/provider/app"
        self.metadata = requests.get(f"{base}/.well-known/openid-configuration", timeout=10).json()
        data = world.root.read(f"identity/oidc/client/{client}")["data"]
        self.id = data["client_id"]
        self.secret = data.get("client_secret")

    def session(self, **options):
        return OAuth2Session(
            self.id, self.secret, redirect_uri=CALLBACK, scope="openid profile groups",
            code_challenge_method="S256", **options,
        )

    def login(self, user, session, **parameters):
        """What the page at the authorization endpoint does for a user who is logged in to the server."""
        verifier = generate_token(48)
        url, state = session.create_authorization_url(
            self.metadata["authorization_endpoint"], code_verifier=verifier, **parameters
        )
        query = requests.Request("GET", url).prepare().url.split("?", 1)[1]
        answer = requests.get(
            f"{self.world.server.address}/v1/identity/oidc/provider/app/authorize?{query}",
            headers={"X-Vault-Token": user.token}, timeout=10,
        )
        body = answer.json()
        if "code" not in body:
            raise OAuthError(body["error"], body.get("error_description"))
        equal(body["state"], state, "state")
        return f"{CALLBACK}?code={body['code']}&state={state}", verifier

    def fetch(self, session, callback, verifier):
        return session.fetch_token(
            self.metadata["token_endpoint"], authorization_response=callback, code_verifier=verifier
        )

    def claims(self, token, nonce):
        keys = JsonWebKey.import_key_set(requests.get(self.metadata["jwks_uri"], timeout=10).json())
        options = {
            "iss": {"essential": True, "value": self.metadata["issuer"]},
            "aud": {"essential": True, "value": self.id},
        }
        claims = JsonWebToken(self.metadata["id_token_signing_alg_values_supported"]).decode(
            token["id_token"], keys, claims_cls=CodeIDToken, claims_options=options,
            claims_params={"nonce": nonce, "client_id": self.id, "access_token": token["access_token"]},
        )
        claims.validate()
        return claims


def set_up(world):
    root = world.root
    address = world.server.address
    root.write("identity/oidc/key/app", algorithm="ES256", allowed_client_ids="*", rotation_period="1h",
               verification_ttl="1h")
    root.write("identity/oidc/scope/profile", template='{"name": {{identity.entity.name}}, "meta": {{identity.entity.metadata}}}')
    root.write("identity/oidc/scope/groups", template='{"groups": {{identity.entity.groups.names}}}')
    root.write("identity/oidc/client/app", key="app", redirect_uris=CALLBACK, assignments="allow_all",
               id_token_ttl="30m", access_token_ttl="1h")
    root.write("identity/oidc/client/native", key="app", redirect_uris=[CALLBACK, "http://127.0.0.1/cb"],
               assignments="allow_all", client_type="public", id_token_ttl="30m")
    root.write("identity/oidc/provider/app", issuer=address, allowed_client_ids="*", scopes_supported="profile,groups")


@CHECKS.check("a provider describes itself")
def _(world):
    set_up(world)
    party = Party(world)
    issuer = f"{world.server.address}/v1/identity/oidc/provider/app"
    equal(party.metadata["issuer"], issuer)
    equal(party.metadata["token_endpoint"], f"{issuer}/token")
    equal(sorted(party.metadata["scopes_supported"]), ["groups", "openid", "profile"])
    equal(party.metadata["code_challenge_methods_supported"], ["plain", "S256"])
    true(len(requests.get(party.metadata["jwks_uri"], timeout=10).json()["keys"]) >= 2, "keys are published")
    true("default" in world.root.list("identity/oidc/provider")["data"]["keys"], "the default provider is there")
    info = world.root.list("identity/oidc/client")["data"]["key_info"]["app"]
    true("client_secret" not in info and info["client_id"] == party.id, "lists tell no secret")


@CHECKS.check("a relying party logs a user in: code, PKCE, id token, userinfo")
def _(world):
    party = Party(world)
    user, entity = person(world, "oidc-user", metadata={"team": "red"})
    world.root.secrets.identity.create_or_update_group("oidc-group", member_entity_ids=[entity])
    for method in ("client_secret_basic", "client_secret_post"):
        session = party.session(token_endpoint_auth_method=method)
        callback, verifier = party.login(user, session, nonce="n-1", max_age=3600)
        token = party.fetch(session, callback, verifier)
        equal((token["token_type"], token["expires_in"]), ("Bearer", 3600))
        claims = party.claims(token, "n-1")
        equal((claims["sub"], claims["exp"] - claims["iat"]), (entity, 1800))
        equal((claims["groups"], claims["meta"]), (["oidc-group"], {"team": "red"}))
        true(claims["auth_time"] <= claims["iat"], "auth_time")
        info = session.get(party.metadata["userinfo_endpoint"]).json()
        equal((info["sub"], info["groups"], info["name"]), (entity, ["oidc-group"], claims["name"]))
        # The token of the relying party opens nothing else here.
        equal(session.get(f"{world.server.address}/v1/auth/token/lookup-self").status_code, 403)


@CHECKS.check("a public client needs PKCE, and no secret")
def _(world):
    party = Party(world, "native")
    equal(party.secret, None)
    user, entity = person(world, "oidc-native")
    session = party.session(token_endpoint_auth_method="none")
    callback, verifier = party.login(user, session)
    equal(party.claims(party.fetch(session, callback, verifier), None)["sub"], entity)
    for wrong in (generate_token(48), None):
        callback, _ = party.login(user, session)
        try:
            party.fetch(session, callback, wrong)
        except OAuthError as error:
            equal(error.error, "invalid_grant")
        else:
            raise AssertionError("a code was exchanged without its verifier")
    answer = requests.get(
        f"{world.server.address}/v1/identity/oidc/provider/app/authorize", timeout=10,
        headers={"X-Vault-Token": user.token},
        params={"client_id": party.id, "scope": "openid", "response_type": "code", "redirect_uri": CALLBACK},
    )
    equal((answer.status_code, answer.json()["error"]), (400, "invalid_request"))


@CHECKS.check("a code is exchanged once, by its client, for its address")
def _(world):
    party = Party(world)
    other = Party(world, "native")
    user, _ = person(world, "oidc-once")
    session = party.session()
    callback, verifier = party.login(user, session)
    party.fetch(session, callback, verifier)
    refusals = []
    for attempt in (
        lambda: party.fetch(session, callback, verifier),
        lambda: other.fetch(other.session(token_endpoint_auth_method="none"), party.login(user, session)[0], verifier),
    ):
        try:
            attempt()
        except OAuthError as error:
            refusals.append(error.error)
    equal(refusals, ["invalid_grant", "invalid_grant"])
    party.secret = "hvo_secret_" + hashlib.sha256(b"x").hexdigest()
    wrong = party.session()
    try:
        party.fetch(wrong, *party.login(user, wrong))
    except OAuthError as error:
        equal(error.error, "invalid_client")
    else:
        raise AssertionError("a wrong secret was accepted")


@CHECKS.check("an address that is not registered gets no code and no redirect")
def _(world):
    party = Party(world)
    user, _ = person(world, "oidc-redirect")
    for address in (
        CALLBACK + "/", CALLBACK + "?x=1", CALLBACK.upper(), "https://evil.example/callback", "//evil.example",
        "javascript:alert(1)", CALLBACK + "#x", "http://127.0.0.1:99/other",
    ):
        answer = requests.get(
            f"{world.server.address}/v1/identity/oidc/provider/app/authorize", allow_redirects=False, timeout=10,
            headers={"X-Vault-Token": user.token},
            params={"client_id": party.id, "scope": "openid", "response_type": "code", "redirect_uri": address,
                    "prompt": "none"},
        )
        equal((answer.status_code, answer.json()["error"]), (400, "invalid_redirect_uri"), address)
        true("Location" not in answer.headers, "no redirect")
    native = Party(world, "native")
    answer = requests.get(
        f"{world.server.address}/v1/identity/oidc/provider/app/authorize", timeout=10,
        headers={"X-Vault-Token": user.token},
        params={"client_id": native.id, "scope": "openid", "response_type": "code", "code_challenge_method": "S256",
                "redirect_uri": "http://127.0.0.1:45678/cb", "code_challenge": "a" * 43},
    )
    equal(answer.status_code, 200, "a native application chooses its port")


@CHECKS.check("assignments say who may log in to a client")
def _(world):
    party = Party(world)
    user, entity = person(world, "oidc-assigned")
    world.root.write("identity/oidc/assignment/few", entity_ids=[], group_ids=[])
    world.root.write("identity/oidc/client/app", assignments="few")
    session = party.session()
    try:
        party.login(user, session)
    except OAuthError as error:
        equal(error.error, "access_denied")
    else:
        raise AssertionError("a stranger was let in")
    world.root.write("identity/oidc/assignment/few", entity_ids=[entity])
    callback, verifier = party.login(user, session)
    token = party.fetch(session, callback, verifier)
    world.root.write("identity/oidc/assignment/few", entity_ids=[])
    equal(session.get(party.metadata["userinfo_endpoint"]).status_code, 401, "userinfo after the assignment ended")
    true(token["access_token"], "there was a token")
    world.root.write("identity/oidc/client/app", assignments="allow_all")
    world.root.delete("identity/oidc/assignment/few")


@CHECKS.check("a confidential client gets a token for itself, which tells about nobody")
def _(world):
    party = Party(world)
    session = party.session()
    token = session.fetch_token(party.metadata["token_endpoint"], grant_type="client_credentials")
    true("id_token" not in token, "no id token")
    equal(session.get(party.metadata["userinfo_endpoint"]).status_code, 401)
    keys = JsonWebKey.import_key_set(requests.get(party.metadata["jwks_uri"], timeout=10).json())
    claims = JsonWebToken(["ES256"]).decode(token["access_token"], keys)
    equal((claims["sub"], claims["aud"]), (party.id, party.id))
    equal(claims.header["typ"], "at+jwt")


@CHECKS.check("what is in use cannot be deleted, and what is built in stays")
def _(world):
    for path, text in {
        "key/app": "unable to delete key \"app\" because it is currently referenced by these clients: app, native",
        "scope/profile": "unable to delete scope \"profile\" because it is currently referenced by these providers: app",
        "provider/default": 'deletion of OIDC provider "default" not allowed',
        "assignment/allow_all": 'deletion of assignment "allow_all" not allowed',
    }.items():
        answer = requests.delete(
            f"{world.server.address}/v1/identity/oidc/{path}", headers={"X-Vault-Token": world.root_token}, timeout=10
        )
        equal((answer.status_code, answer.json()), (400, {"errors": [text]}), path)
    equal(json.loads(requests.get(
        f"{world.server.address}/v1/identity/oidc/provider/none/.well-known/openid-configuration", timeout=10
    ).text), {"errors": []})
