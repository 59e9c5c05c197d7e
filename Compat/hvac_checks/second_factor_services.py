"""Logins that Duo, Okta or PingID confirm: a server of its own that trusts the stand-ins' authority."""

import os
import tempfile
from contextlib import contextmanager
from pathlib import Path

import requests
from livetest.checks import Checks, equal, true
from livetest.server import Server

from .factor_services import DUO, OKTA_TOKEN, FactorServices, pingid_settings

CHECKS = Checks("second factors by services")

FAILED = {"errors": ["login MFA validation failed"]}


class Story:
    """A server with userpass, a user `bob` with an entity, and the services."""

    def __init__(self, server, services):
        self.server, self.services, self.api = server, services, server.api()
        self.api.must("POST", "/v1/sys/auth/userpass", {"type": "userpass"})
        self.api.must("POST", "/v1/auth/userpass/users/bob", {"password": "pw"})
        self.entity = self.login().json()["auth"]["entity_id"]
        self.accessor = self.api.must("GET", "/v1/sys/auth").data["userpass/"]["accessor"]

    def login(self, header=None):
        headers = {"X-Vault-MFA": header} if header else {}
        return requests.post(
            f"{self.server.address}/v1/auth/userpass/login/bob", json={"password": "pw"}, headers=headers, timeout=30)

    def enforce(self, kind, **fields):
        made = self.api.must("POST", f"/v1/identity/mfa/method/{kind}", {"method_name": kind, **fields})
        method = made.data["method_id"]
        self.api.must(
            "POST", "/v1/identity/mfa/login-enforcement/it",
            {"mfa_method_ids": [method], "auth_method_accessors": [self.accessor]})
        return method

    def cause(self, answer):
        denied = answer.headers["X-Coffer-Deny-Id"]
        return self.api.must("GET", f"/v1/sys/policies/denials/{denied}").data["cause"]

    def two_phases(self, method):
        held = self.login().json()["auth"]
        equal(held["client_token"], "", "a token before the second factor")
        equal(held["mfa_requirement"]["mfa_constraints"]["it"]["any"][0]["uses_passcode"], False)
        answer = requests.post(
            f"{self.server.address}/v1/sys/mfa/validate", timeout=30,
            json={"mfa_request_id": held["mfa_requirement"]["mfa_request_id"], "mfa_payload": {method: []}})
        equal((answer.status_code, answer.json()["auth"]["entity_id"]), (200, self.entity))

    def one_phase(self, kind):
        """A yes, a no, and the refusal that does not tell which."""
        answer = self.login(kind)
        equal(answer.status_code, 200, f"a login that {kind} confirms")
        true(answer.json()["auth"]["client_token"], "a token")
        self.services.says = False
        refused = self.login(kind)
        equal((refused.status_code, refused.json()), (403, FAILED), f"a login that {kind} refuses")
        equal(self.cause(refused), "second_factor_refused")
        self.services.says = True


@contextmanager
def story(world):
    with tempfile.TemporaryDirectory(prefix="coffer-factors-") as folder:
        with FactorServices(Path(folder)) as services, Server(world.server.binary, folder) as server:
            server.start(env={**os.environ, "SSL_CERT_FILE": str(services.authority)})
            server.initialize()
            server.unseal()
            yield Story(server, services)
            equal(services.mistakes, [], "requests that were not as documented")


@CHECKS.check("Duo is asked in both phases, by push and by passcode, with signed requests")
def _(world):
    with story(world) as it:
        method = it.enforce("duo", api_hostname=it.services.place, push_info="from=coffer", **DUO)
        it.services.waits = 1
        it.one_phase("duo")
        it.two_phases(method)
        equal(it.login("duo:123456").status_code, 200, "a passcode")
        users = [(user, factor, code) for service, user, factor, code in it.services.asked]
        push = ("bob", "push", None)
        equal(users, [push, push, push, ("bob", "passcode", "123456")])
        shown = it.api.must("GET", f"/v1/identity/mfa/method/duo/{method}").data
        true("secret_key" not in shown and DUO["secret_key"] not in str(shown), "the key is not shown")


@CHECKS.check("Okta is asked in both phases, by push and by passcode")
def _(world):
    with story(world) as it:
        # Together they are the host: 127.0.0.1 and a port.
        first, _, rest = it.services.place.partition(".")
        method = it.enforce(
            "okta", org_name=first, base_url=rest, api_token=OKTA_TOKEN,
            username_format="{{identity.entity.aliases.%s.name}}@example.com" % it.accessor)
        it.services.waits = 1
        it.one_phase("okta")
        it.two_phases(method)
        equal(it.login("okta:123456").status_code, 200, "a passcode")
        equal(it.services.asked[-1], ("okta", "00u1", "passcode", "123456"))


@CHECKS.check("PingID is asked in both phases, and both sides sign")
def _(world):
    with story(world) as it:
        method = it.enforce("pingid", settings_file_base64=pingid_settings(it.services.place))
        it.one_phase("pingid")
        it.two_phases(method)
        equal(set(it.services.asked), {("pingid", "bob", "CONFIRM", None)})
        shown = it.api.must("GET", f"/v1/identity/mfa/method/pingid/{method}").data
        equal((shown["org_alias"], shown["use_signature"]), ("org-1", True))


@CHECKS.check("a service that is not trusted is not asked, and attempts stay counted over a restart")
def _(world):
    with story(world) as it:
        it.enforce("duo", api_hostname=it.services.place, **DUO)
        it.services.says = False
        for _ in range(5):
            equal(it.login("duo").status_code, 403)
        it.server.stop()
        # Without the authority: whoever answers there is not believed.
        it.server.start()
        it.server.unseal()
        it.services.says = True
        asked = len(it.services.asked)
        closed = it.login("duo")
        equal((closed.json(), it.cause(closed)), (FAILED, "second_factor_closed"))
        it.api.must("POST", "/v1/auth/userpass/users/eve", {"password": "pw"})
        answer = requests.post(
            f"{it.server.address}/v1/auth/userpass/login/eve", json={"password": "pw"},
            headers={"X-Vault-MFA": "duo"}, timeout=30)
        equal((answer.status_code, it.cause(answer)), (403, "second_factor_unreachable"))
        equal(len(it.services.asked), asked, "requests to a service that is not trusted")
