"""What every seal must do for a server, from its first start to the migration away from it."""

from livetest.checks import Checks, equal, true
from livetest.server import wait_for


def story(service):
    checks = Checks(f"seal {service.name}")
    opening(checks, service)
    if service.can_be_down:
        outage(checks)
    ceremonies(checks)
    migration(checks)
    extras(checks, service)
    return checks


def opening(checks, service):
    @checks.check("a new server says which seal it has, and that it is not initialised")
    def _(world):
        world.server.configure(world.service.stanza())
        world.server.start()
        status = world.server.status()
        equal((status["type"], status["recovery_seal"], status["initialized"]), (service.name, True, False))

    @checks.check("initialising gives recovery keys and no unseal keys, and the server is open")
    def _(world):
        made = world.server.initialize()
        equal((made["keys"], made["keys_base64"], len(made["recovery_keys"])), ([], [], 3))
        status = world.server.status()
        equal((status["sealed"], status["t"], status["n"]), (False, 2, 3))
        equal(status["recovery_seal_type"], "shamir")
        world.server.api().must("POST", "/v1/sys/mounts/kv", {"type": "kv"})
        world.server.write("a", "kept")

    @checks.check("a restarted server serves without hands")
    def _(world):
        world.server.restart()
        world.server.wait_until_open()
        equal(world.server.read("a"), "kept")

    @checks.check("a killed server serves without hands")
    def _(world):
        world.server.write("b", "kept too")
        world.server.kill()
        world.server.start()
        world.server.wait_until_open()
        equal((world.server.read("a"), world.server.read("b")), ("kept", "kept too"))

    @checks.check("the state of the seal is told")
    def _(world):
        found = world.server.api("").must("GET", "/v1/sys/seal-backend-status").json
        equal(found, {"healthy": True, "backends": [{"name": service.name, "healthy": True}], "fully_wrapped": True})

    @checks.check("status names the seal and the recovery keys' shares")
    def _(world):
        text = world.server.cli("status")
        for row in (f"Seal Type                {service.name}", "Total Recovery Shares    3"):
            true(row in text, f"{row!r} is missing in {text}")


def outage(checks):
    @checks.check("while the seal's service is down a restarted server stays sealed and says so")
    def _(world):
        world.service.stop()
        world.server.restart()
        wait_for(
            lambda: not world.server.api("").must("GET", "/v1/sys/seal-backend-status").json["healthy"],
            "the seal counts as healthy", 30)
        equal(world.server.api("").get("/v1/sys/health").status, 503)
        equal(world.server.status()["sealed"], True)

    @checks.check("it opens by itself when the service is back")
    def _(world):
        world.service.start()
        world.server.wait_until_open(20)
        equal(world.server.read("a"), "kept")
        equal(world.server.api("").must("GET", "/v1/sys/seal-backend-status").json["healthy"], True)


def ceremonies(checks):
    @checks.check("a server sealed by hand stays sealed until recovery keys open it")
    def _(world):
        world.server.cli("operator", "seal")
        equal(world.server.status()["sealed"], True)
        for key in world.server.recovery_keys[:2]:
            world.server.cli("operator", "unseal", key)
        equal(world.server.read("a"), "kept")

    @checks.check("recovery keys make a root token")
    def _(world):
        api = world.server.api()
        begun = api.must("PUT", "/v1/sys/generate-root/attempt", {}).json
        for key in world.server.recovery_keys[1:]:
            done = api.must("PUT", "/v1/sys/generate-root/update", {"key": key, "nonce": begun["nonce"]}).json
        token = world.server.cli(
            "operator", "generate-root", f"-decode={done['encoded_token']}", f"-otp={begun['otp']}").strip()
        equal(world.server.api(token).must("GET", "/v1/auth/token/lookup-self").data["policies"], ["root"])

    @checks.check("recovery keys are replaced by their holders")
    def _(world):
        api = world.server.api()
        begun = api.must("PUT", "/v1/sys/rekey-recovery-key/init", {"secret_shares": 3, "secret_threshold": 2}).json
        for key in world.server.recovery_keys[:2]:
            done = api.must("PUT", "/v1/sys/rekey-recovery-key/update", {"key": key, "nonce": begun["nonce"]}).json
        equal((done["complete"], len(done["keys_base64"])), (True, 3))
        world.server.recovery_keys = done["keys_base64"]

    @checks.check("the root key is replaced, and the server still opens by itself")
    def _(world):
        api = world.server.api()
        begun = api.must("PUT", "/v1/sys/rekey/init", {"secret_shares": 1, "secret_threshold": 1}).json
        for key in world.server.recovery_keys[:2]:
            done = api.must("PUT", "/v1/sys/rekey/update", {"key": key, "nonce": begun["nonce"]}).json
        equal((done["complete"], done["keys"]), (True, []))
        world.server.restart()
        world.server.wait_until_open()
        equal(world.server.read("b"), "kept too")


def migration(checks):
    @checks.check("with its stanza disabled the server waits for a migration to shares")
    def _(world):
        world.server.restart(world.service.stanza('disabled = "true"'))
        status = world.server.status()
        equal((status["type"], status["sealed"], status["migration"]), ("shamir", True, True))
        text = world.server.cli("operator", "unseal", world.server.recovery_keys[0], status=2)
        true("migrate option not provided and seal migration is pending" in text, text)

    @checks.check("recovery keys migrate it, and are its unseal keys from then on")
    def _(world):
        for key in world.server.recovery_keys[:2]:
            world.server.cli("operator", "unseal", "-migrate", key)
        equal((world.server.read("a"), world.server.read("b")), ("kept", "kept too"))
        world.server.restart("")
        for key in world.server.recovery_keys[1:]:
            world.server.cli("operator", "unseal", key)
        equal(world.server.read("a"), "kept")
        equal(world.server.status()["recovery_seal"], False)

    @checks.check("the way back: unseal keys put the server under the seal, and are recovery keys again")
    def _(world):
        world.server.restart(world.service.stanza())
        equal(world.server.status()["migration"], True)
        for key in world.server.recovery_keys[:2]:
            world.server.cli("operator", "unseal", "-migrate", key)
        equal(world.server.status()["migration"], False)
        world.server.restart()
        world.server.wait_until_open()
        equal((world.server.read("a"), world.server.read("b")), ("kept", "kept too"))

    @checks.check("no log shows a key, a token or a credential")
    def _(world):
        log = world.server.log.read_text(errors="replace")
        for secret in [*world.service.secrets, *world.server.recovery_keys, world.server.root_token]:
            true(secret not in log, "a secret is in the log")


def extras(checks, service):
    if service.name == "transit":

        @checks.check("the seal's token is renewed at the start")
        def _(world):
            ttl, renewed = world.service.renewals()
            true(ttl > 3500 and renewed > 0, f"it lives {ttl} s more, renewed at {renewed}")

        @checks.check("after the transit key was rotated, the root key is wrapped anew at the next start")
        def _(world):
            world.service.server.api().must("POST", "/v1/transit/keys/unseal/rotate", {})
            world.server.cli("write", "-f", "sys/sealwrap/rewrap")
            config = {"min_decryption_version": 2}
            world.service.server.api().must("POST", "/v1/transit/keys/unseal/config", config)
            world.server.restart()
            world.server.wait_until_open()
            equal(world.server.read("a"), "kept")

    if service.name == "pkcs11":

        @checks.check("an RSA key takes over from the AES key, and the server opens by it")
        def _(world):
            rsa = world.service.stanza('rsa_oaep_hash = "sha1"', key="rsa")
            world.server.restart(rsa, world.service.stanza('disabled = "true"'))
            for key in world.server.recovery_keys[:2]:
                world.server.cli("operator", "unseal", "-migrate", key)
            world.server.restart(rsa)
            world.server.wait_until_open()
            equal(world.server.read("a"), "kept")
