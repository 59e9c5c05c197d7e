"""Why a request was denied: each cause is brought about on a server of its own, and its explanation asked for.

The client learns what Vault tells, byte for byte; the operator learns the cause from `sys/policies/denials`.
"""

import tempfile
import urllib.parse
from contextlib import contextmanager

from livetest.checks import Checks, equal, true
from livetest.server import Server, wait_for

from .second_factors import code

CHECKS = Checks("denials")

DENIED = (403, {"errors": ["1 error occurred:\n\t* permission denied\n\n"]})
INVALID = (403, {"errors": ["2 errors occurred:\n\t* permission denied\n\t* invalid token\n\n"]})
PLAIN = (403, {"errors": ["permission denied"]})
FACTOR = (403, {"errors": ["login MFA validation failed"]})


def bad(text):
    return 400, {"errors": [text]}


class Denials:
    """A server with one of everything, and the causes that were seen."""

    def __init__(self, server):
        self.server = server
        self.root = server.api()
        self.seen = {}
        self.made = 0
        must = self.root.must
        must("POST", "/v1/sys/mounts/secret", {"type": "kv", "options": {"version": "2"}})
        must("POST", "/v1/secret/data/there", {"data": {"k": "v"}})
        for name in ("userpass", "approle"):
            must("POST", f"/v1/sys/auth/{name}", {"type": name})
        must("POST", "/v1/auth/userpass/users/bob", {"password": "pw"})
        accessor = must("GET", "/v1/sys/auth").data["userpass/"]["accessor"]
        self.userpass = accessor

    def explained(self, name, answer, wanted, cause):
        """The answer is Vault's, and the explanation names the cause."""
        equal((answer.status, answer.json), wanted, f"the answer to {name}")
        told = self.root.must("GET", f"/v1/sys/policies/denials/{answer.headers['X-Coffer-Deny-Id']}").data
        equal(told["cause"], cause, f"the cause of {name}")
        equal(told["allowed"], False)
        true(told["explanation"].endswith("."), f"a sentence about {name}")
        true(name not in self.seen, f"{name} is named once")
        self.seen[name] = cause
        return told

    def token(self, policies=("none",), **more):
        body = {"policies": list(policies), "no_default_policy": True, **more}
        return self.root.must("POST", "/v1/auth/token/create", body).json["auth"]["client_token"]

    def holder(self, rules, **more):
        """A token with a policy of these rules and no other."""
        self.made += 1
        self.root.must("PUT", f"/v1/sys/policies/acl/p{self.made}", {"policy": rules})
        return self.token([f"p{self.made}"], **more)

    def policy(self, name, rules, cause, method="GET", path="secret/data/app", body=None, headers=None):
        token = self.holder(rules)
        answer = self.root.request(method, f"/v1/{path}", body, token=token, headers=headers)
        return self.explained(name, answer, DENIED, cause)

    def login(self, user="bob", password="pw", header=None, path="userpass"):
        headers = {"X-Vault-MFA": header} if header else None
        return self.root.request(
            "POST", f"/v1/auth/{path}/login/{user}", {"password": password}, token="", headers=headers)


@contextmanager
def denials(world):
    with tempfile.TemporaryDirectory(prefix="coffer-denials-") as folder:
        with Server(world.server.binary, folder) as server:
            yield Denials(server.start_unsealed())


def by_policies(it):
    read = 'capabilities = ["read"]'
    create = 'capabilities = ["create"]'
    it.policy("no rule names the path", 'path "other" { %s }' % read, "no_matching_rule")
    told = it.policy("data/ is missing", 'path "secret/app" { %s }' % read, "no_matching_rule", path="secret/app2")
    true("secret/data/app2" in told["notes"][0], "a note that names the right path")
    it.policy("an exact denial", 'path "secret/data/app" { capabilities = ["deny"] }', "explicit_deny")
    it.policy(
        "a denial by a wildcard", 'path "secret/data/app" { %s }\npath "secret/*" { capabilities = ["deny"] }' % read,
        "explicit_deny", path="secret/data/b")
    rule = 'path "secret/*" { capabilities = ["%s"] }'
    it.policy("read is missing", rule % "list", "missing_capability")
    data = {"data": {"a": 1}}
    it.policy("create is missing", rule % "update", "missing_capability", "POST", body=data)
    it.policy("update is missing", rule % "create", "missing_capability", "POST", "secret/data/there", data)
    it.policy(
        "patch is missing", rule % "update", "missing_capability", "PATCH", "secret/data/there", data,
        {"Content-Type": "application/merge-patch+json"})
    it.policy("delete is missing", rule % "read", "missing_capability", "DELETE")
    it.policy("list is missing", rule % "read", "missing_capability", "LIST", "secret/metadata")
    it.policy(
        "a folder that a list may not show",
        'path "secret/metadata/*" { capabilities = ["list"] }\n'
        'path "secret/metadata/private/*" { capabilities = ["deny"] }',
        "explicit_deny", "LIST", "secret/metadata/private")
    it.policy("sudo is missing", 'path "sys/seal" { capabilities = ["update"] }', "missing_sudo", "PUT", "sys/seal")
    it.policy("sudo where nothing matches", 'path "a" { %s }' % read, "no_matching_rule", "PUT", "sys/seal")
    box = 'path "cubbyhole/x" { ' + create
    it.policy(
        "a required parameter", box + ' required_parameters = ["b"] }', "parameter_missing", "POST", "cubbyhole/x",
        {"a": "1"})
    it.policy(
        "a denied parameter", box + ' denied_parameters = { "a" = [] } }', "parameter_denied", "POST", "cubbyhole/x",
        {"a": "1"})
    it.policy(
        "a denied value", box + ' denied_parameters = { "a" = ["1"] } }', "parameter_denied", "POST", "cubbyhole/x",
        {"a": "1"})
    it.policy(
        "a parameter that is not allowed", box + ' allowed_parameters = { "b" = [] } }', "parameter_not_allowed",
        "POST", "cubbyhole/x", {"a": "1"})
    it.policy(
        "a value that is not allowed", box + ' allowed_parameters = { "a" = ["2"] } }', "parameter_not_allowed",
        "POST", "cubbyhole/x", {"a": "1"})
    wrapped = 'path "secret/data/app" { %s %s }'
    it.policy("wrapping is required", wrapped % (read, 'min_wrapping_ttl = "1m"'), "wrapping_required")
    it.policy(
        "wrapping is too short", wrapped % (read, 'min_wrapping_ttl = "1m"'), "wrapping_ttl_too_short",
        headers={"X-Vault-Wrap-TTL": "5s"})
    it.policy(
        "wrapping is too long", wrapped % (read, 'max_wrapping_ttl = "1h"'), "wrapping_ttl_too_long",
        headers={"X-Vault-Wrap-TTL": "2h"})
    it.policy(
        "a list without a limit", 'path "secret/metadata/" { capabilities = ["list"] pagination_limit = 10 }',
        "page_too_large", "LIST", "secret/metadata?limit=11")
    it.policy(
        "a denying template that cannot be filled in",
        'path "secret/*" { %s }\npath "secret/data/{{identity.entity.name}}" { capabilities = ["deny"] }' % read,
        "template_failed")


def by_tokens(it):
    def ask(name, token, wanted, cause):
        it.explained(name, it.root.request("GET", "/v1/secret/data/app", token=token), wanted, cause)

    ask("no token", "", PLAIN, "missing_token")
    ask("a token that nobody made", "hvs.CAESIUnknown", INVALID, "unknown_token")
    ask("a token that is none", "not/a token", INVALID, "unknown_token")
    ask("a batch token that was changed", "hvb.AAAAAQKchanged", INVALID, "unknown_token")
    short = it.token(["default"], no_default_policy=False, ttl="1s")
    batch = it.token(["default"], no_default_policy=False, ttl="1s", type="batch")

    def is_over(token):
        return it.root.request("GET", "/v1/auth/token/lookup-self", token=token).status == 403

    for name, token in (("an expired token", short), ("an expired batch token", batch)):
        wait_for(lambda token=token: is_over(token), "the token does not expire", seconds=20)
        ask(name, token, INVALID, "expired_token")
    revoked = it.token()
    it.root.must("POST", "/v1/auth/token/revoke", {"token": revoked})
    ask("a revoked token", revoked, INVALID, "revoked_token")
    parent = it.token(["root"])
    body = {"policies": ["none"]}
    child = it.server.api(parent).must("POST", "/v1/auth/token/create", body).json["auth"]["client_token"]
    it.root.must("POST", "/v1/auth/token/revoke", {"token": parent})
    ask("a token whose parent was revoked", child, INVALID, "revoked_token")
    once = it.token(num_uses=1)
    it.root.request("GET", "/v1/secret/data/app", token=once)
    ask("a token without uses", once, INVALID, "used_up_token")
    it.root.must("POST", "/v1/auth/token/roles/bound", {"token_bound_cidrs": "10.0.0.0/8"})
    bound = it.root.must("POST", "/v1/auth/token/create/bound", {"policies": ["default"]}).json["auth"]["client_token"]
    ask("a token of other networks", bound, INVALID, "address_not_bound")
    answer = it.root.request("GET", "/v1/secret/data/there", headers={"X-Vault-Wrap-TTL": "1m"})
    wrapping = answer.json["wrap_info"]["token"]
    it.root.must("POST", "/v1/sys/wrapping/unwrap", token=wrapping)
    it.explained(
        "a wrapping token that was opened", it.root.request("POST", "/v1/sys/wrapping/unwrap", token=wrapping),
        bad("wrapping token is not valid or does not exist"), "invalid_wrapping_token")


def by_identity(it):
    must = it.root.must
    must("POST", "/v1/auth/userpass/users/eve", {"password": "pw"})
    held = it.login("eve").json["auth"]
    token, entity = held["client_token"], held["entity_id"]
    must("PUT", "/v1/sys/policies/acl/no", {"policy": 'path "cubbyhole/*" { capabilities = ["deny"] }'})
    must("POST", f"/v1/identity/entity/id/{entity}", {"policies": ["no"]})
    told = it.explained(
        "a denial by the entity's policy", it.root.request("GET", "/v1/cubbyhole/x", token=token), DENIED,
        "explicit_deny")
    equal([rule["policies"] for rule in told["rules"] if rule["decides"]], [["default", "no"]])
    rules = 'path "secret/data/{{identity.entity.metadata.team}}/*" { capabilities = ["read"] }'
    must("PUT", "/v1/sys/policies/acl/no", {"policy": rules})
    must("POST", f"/v1/identity/entity/id/{entity}", {"metadata": {"team": "*"}})
    it.explained(
        "a template whose value is a pattern", it.root.request("GET", "/v1/secret/data/app", token=token), DENIED,
        "template_failed")
    must("POST", f"/v1/identity/entity/id/{entity}", {"disabled": True})
    ask = ("GET", "/v1/auth/token/lookup-self")
    it.explained("a disabled entity", it.root.request(*ask, token=token), DENIED, "disabled_entity")
    it.explained("a login of a disabled entity", it.login("eve"), DENIED, "disabled_entity")
    must("DELETE", f"/v1/identity/entity/id/{entity}")
    it.explained("a deleted entity", it.root.request(*ask, token=token), DENIED, "unknown_entity")
    told = it.root.must("POST", "/v1/sys/policies/explain", {"method": "read", "path": "a", "entity_id": entity}).data
    equal(told["cause"], "unknown_entity", "what an entity is told to be")


def by_logins(it):
    must = it.root.must
    wrong = bad("invalid username or password")
    it.explained("an unknown user", it.login("nobody"), wrong, "unknown_user")
    it.explained("a wrong password", it.login(password="x"), wrong, "wrong_password")
    must("POST", "/v1/auth/userpass/users/far", {"password": "pw", "token_bound_cidrs": "10.0.0.0/8"})
    it.explained("a user of other networks", it.login("far"), DENIED, "address_not_bound")
    must("POST", "/v1/auth/userpass/users/shut", {"password": "pw"})
    for _ in range(5):
        it.login("shut", "x")
    it.explained("a user who is locked out", it.login("shut"), PLAIN, "locked_out")

    def app(name, **role):
        must("POST", f"/v1/auth/approle/role/{name}", role)
        return must("GET", f"/v1/auth/approle/role/{name}/role-id").data["role_id"]

    def enter(role_id, secret_id=""):
        body = {"role_id": role_id, "secret_id": secret_id}
        return it.root.request("POST", "/v1/auth/approle/login", body, token="")

    wrong = bad("invalid role or secret ID")
    it.explained("an unknown role id", enter("none", "x"), wrong, "unknown_role_id")
    one = app("one", secret_id_num_uses=1)
    it.explained("a wrong secret id", enter(one, "x"), wrong, "wrong_secret_id")
    it.explained("no secret id", enter(one), bad("missing secret_id"), "incomplete_login")
    secret = must("POST", "/v1/auth/approle/role/one/secret-id", {}).data["secret_id"]
    equal(enter(one, secret).status, 200)
    it.explained("a secret id without uses", enter(one, secret), wrong, "wrong_secret_id")
    text = 'source address "127.0.0.1" unauthorized through CIDR restrictions on the '
    body = {"cidr_list": ["10.0.0.0/8"]}
    app("two")
    secret = must("POST", "/v1/auth/approle/role/two/secret-id", body).data["secret_id"]
    two = must("GET", "/v1/auth/approle/role/two/role-id").data["role_id"]
    it.explained("a secret id of other networks", enter(two, secret), bad(text + "secret ID"), "address_not_bound")
    three = app("three", secret_id_bound_cidrs="10.0.0.0/8")
    secret = must("POST", "/v1/auth/approle/role/three/secret-id", {}).data["secret_id"]
    it.explained("a role of other networks", enter(three, secret), bad(text + "role"), "address_not_bound")


def by_second_factors(it):
    must = it.root.must
    fields = {"method_name": "phone", "issuer": "Coffer", "max_validation_attempts": 3}
    method = must("POST", "/v1/identity/mfa/method/totp", fields).data["method_id"]
    body = {"mfa_method_ids": [method], "auth_method_accessors": [it.userpass]}
    must("POST", "/v1/identity/mfa/login-enforcement/it", body)
    it.explained("a second factor that is not set up", it.login(header="phone:1"), FACTOR, "second_factor_not_set_up")
    it.explained("another second factor than asked for", it.login(header="x:1"), FACTOR, "second_factor_missing")
    held = it.login().json["auth"]
    requirement = held["mfa_requirement"]["mfa_request_id"]
    entity = must("GET", "/v1/identity/entity/name/" + entity_name(it)).data["id"]
    body = {"method_id": method, "entity_id": entity}
    made = must("POST", "/v1/identity/mfa/method/totp/admin-generate", body).data["url"]
    secret = urllib.parse.parse_qs(urllib.parse.urlparse(made).query)["secret"][0]
    passcode = code(secret)
    equal(it.login(header=f"phone:{passcode}").status, 200)
    it.explained("a passcode that was used", it.login(header=f"phone:{passcode}"), FACTOR, "used_passcode")
    payload = {"mfa_request_id": requirement, "mfa_payload": {method: ["x"]}}
    answer = it.root.request("POST", "/v1/sys/mfa/validate", payload, token="")
    it.explained("a wrong passcode", answer, FACTOR, "wrong_passcode")
    it.login(header="phone:x")
    it.explained("too many wrong passcodes", it.login(header="phone:x"), FACTOR, "second_factor_closed")
    payload["mfa_request_id"] = "none"
    it.explained(
        "an unknown request for a second factor", it.root.request("POST", "/v1/sys/mfa/validate", payload, token=""),
        (403, {"errors": ["invalid or expired MFA request"]}), "unknown_mfa_request")
    fields = {"method_name": "duo", "secret_key": "s", "integration_key": "i", "api_hostname": "127.0.0.1:1"}
    duo = must("POST", "/v1/identity/mfa/method/duo", fields).data["method_id"]
    body = {"mfa_method_ids": [duo], "auth_method_accessors": [it.userpass]}
    must("POST", "/v1/identity/mfa/login-enforcement/it", body)
    it.explained("a service that is down", it.login(header="duo"), FACTOR, "second_factor_unreachable")
    must("DELETE", "/v1/identity/mfa/login-enforcement/it")


def entity_name(it):
    body = {"alias_name": "bob", "alias_mount_accessor": it.userpass}
    return it.root.must("POST", "/v1/identity/lookup/entity", body).data["name"]


def by_creation(it):
    allowed = 'path "auth/token/*" { capabilities = ["create", "update"] }'

    def create(name, token, body, text, cause, path="create"):
        answer = it.root.request("POST", f"/v1/auth/token/{path}", body, token=token)
        it.explained(name, answer, bad(text), cause)

    batch = it.holder(allowed, type="batch")
    create("a batch token that makes tokens", batch, {}, "batch tokens cannot create more tokens", "batch_token")
    create("a batch token that is to be revoked", None, {"token": batch}, "batch tokens cannot be revoked",
           "batch_token", "revoke")
    create("a token of few uses that makes others", it.holder(allowed, num_uses=5), {},
           "restricted use token cannot generate child tokens", "restricted_token")
    maker = it.holder(allowed)
    create("a policy that the caller lacks", maker, {"policies": ["root2"]}, "child policies must be subset of parent",
           "policy_not_owned")
    create("a period without sudo", maker, {"period": "1h"},
           "root or sudo privileges required to create periodic token", "missing_sudo")
    it.root.must("POST", "/v1/auth/token/roles/r", {"disallowed_policies": "x", "allowed_entity_aliases": "web-*"})
    create("a policy that the role forbids", None, {"policies": ["x"]}, "a token policy is disallowed by this role",
           "policy_not_allowed", "create/r")
    create("an alias that the role does not allow", None, {"entity_alias": "db"}, "invalid 'entity_alias' value",
           "entity_alias_not_allowed", "create/r")


def by_the_server(it):
    must = it.root.must
    must("POST", "/v1/sys/quotas/rate-limit/q", {"rate": 1, "path": "secret/", "interval": "1h"})
    it.root.request("GET", "/v1/secret/data/there")
    text = 'request path "secret/data/there": rate limit quota exceeded'
    it.explained(
        "a rate quota", it.root.request("GET", "/v1/secret/data/there"), (429, {"errors": [text]}), "rate_quota")
    must("DELETE", "/v1/sys/quotas/rate-limit/q")
    must("POST", "/v1/sys/quotas/lease-count/l", {"max_leases": 1, "path": "auth/userpass/"})
    for _ in range(2):
        answer = it.login()
    text = '1 error occurred:\n\t* request path "auth/userpass/login/bob": lease count quota exceeded\n\n'
    it.explained("a lease quota", answer, (429, {"errors": [text]}), "lease_quota")
    must("DELETE", "/v1/sys/quotas/lease-count/l")
    must("PUT", "/v1/sys/seal")
    sealed = it.root.request("GET", "/v1/secret/data/there")
    it.server.unseal()
    it.explained("a sealed server", sealed, (503, {"errors": ["Vault is sealed"]}), "sealed")


def by_namespaces(it):
    must = it.root.must
    for name in ("one", "two"):
        must("POST", f"/v1/sys/namespaces/{name}", {})
    body = {"policies": ["default"]}
    ours = must("POST", "/v1/one/auth/token/create", body).json["auth"]["client_token"]
    ask = ("GET", "/v1/two/auth/token/lookup-self")
    it.explained("a token of another namespace", it.root.request(*ask, token=ours), DENIED, "foreign_namespace")
    answer = it.root.request("GET", "/v1/one/cubbyhole/x", token=it.token(["default"], no_default_policy=False))
    it.explained("a policy of the namespace above", answer, DENIED, "no_matching_rule")
    key = must("POST", "/v1/sys/namespaces/api-lock/lock/one", {}).data["unlock_key"]
    text = "API access to this namespace has been locked by an administrator"
    answer = it.root.request("GET", "/v1/one/auth/token/lookup-self", token=ours)
    equal((answer.status, text in str(answer.errors)), (503, True), "the answer of a locked namespace")
    it.explained("a locked namespace", answer, (503, answer.json), "locked_namespace")
    must("POST", "/v1/sys/namespaces/api-lock/unlock/one", {"unlock_key": key})


PARTS = [
    by_policies, by_tokens, by_identity, by_logins, by_second_factors, by_creation, by_namespaces, by_the_server,
]


@CHECKS.check("sixty causes of a denial are each named, and the client learns no more than from Vault")
def _(world):
    with denials(world) as it:
        for part in PARTS:
            part(it)
        true(len(it.seen) >= 60, f"{len(it.seen)} causes were walked through")
