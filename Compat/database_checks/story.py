"""The life of a login that was made on demand; the same for every database."""

import time

from livetest.checks import Checks, equal, true


def story(flavour):
    """The checks for one kind of database, in the order in which they build on each other."""
    checks = Checks(flavour.name)

    @checks.check("a configuration is tried before it is stored, and its password is never read back")
    def _(world):
        world.configure("database")
        shown = world.api.must("GET", "/v1/database/config/main")
        true(world.db.superuser_password not in shown.body.decode(), "the configuration shows the password")
        equal(shown.data["connection_details"]["username"], world.db.superuser, "username")
        answer = world.api.post("/v1/database/config/wrong", {
            **flavour.details(world.db), "username": world.db.superuser, "password": "not-the-password"})
        equal(answer.status, 400, "status of a configuration with a wrong password")
        true("not-the-password" not in answer.body.decode(), "the error repeats the password")
        equal(world.api.get("/v1/database/config/wrong").status, 404, "status of a configuration that was refused")

    @checks.check("after the rotation of the root password the old one does not work")
    def _(world):
        true(world.logs_in(world.db.superuser, world.db.superuser_password), "the first password does not work")
        world.api.must("POST", "/v1/database/rotate-root/main")
        true(not world.logs_in(world.db.superuser, world.db.superuser_password), "the old password still works")
        world.api.must("POST", "/v1/database/rotate-root/main")
        world.api.must("POST", "/v1/database/reset/main")

    @checks.check("a login is made, works, and is refused and gone when its lease expires")
    def _(world):
        world.role("database", "short", default_ttl="2s")
        user, password, _ = world.credentials("database", "short")
        true(world.logs_in(user, password), "the new login does not work")
        true(user in world.db.users(), "the new user is not listed")
        world.wait_until_gone(user)
        true(not world.logs_in(user, password), "the login works after its lease")

    @checks.check("a login is gone when its lease is revoked")
    def _(world):
        user, password, lease = world.credentials("database")
        world.api.must("PUT", "/v1/sys/leases/revoke", {"lease_id": lease, "sync": True})
        true(user not in world.db.users(), "the user is still there")
        true(not world.logs_in(user, password), "the login still works")

    @checks.check("all logins below a prefix are gone when the prefix is revoked")
    def _(world):
        users = [world.credentials("database")[0] for _ in range(3)]
        world.api.must("PUT", "/v1/sys/leases/revoke-prefix/database/creds/app")
        for user in users:
            world.wait_until_gone(user)

    @checks.check("a login is gone when the token that asked for it is revoked")
    def _(world):
        token = world.token(policies=[world.reader("database")])
        user, _, _ = world.credentials("database", token=token)
        true(user in world.db.users(), "the new user is not listed")
        world.api.must("POST", "/v1/auth/token/revoke", {"token": token})
        world.wait_until_gone(user)

    @checks.check("a login is gone when its token has no use left (T03)")
    def _(world):
        token = world.token(policies=[world.reader("database")], num_uses=1)
        user, _, _ = world.credentials("database", token=token)
        world.wait_until_gone(user, seconds=5)

    @checks.check("a login ends with the batch token that asked for it (T02)")
    def _(world):
        token = world.token(policies=[world.reader("database")], type="batch", ttl="3s")
        began = time.monotonic()
        answer = world.server.api(token).must("GET", "/v1/database/creds/app").json
        true(answer["lease_duration"] <= 3, f"the lease lasts {answer['lease_duration']} s")
        world.wait_until_gone(answer["data"]["username"], seconds=8 - (time.monotonic() - began))

    @checks.check("a mount with a dot in its name revokes by id, by prefix and by expiry (T04)")
    def _(world):
        # The root password of the first mount is nobody's any more; this mount gets an account of its own.
        world.db_account_for("db.prod")
        first, _, lease = world.credentials("db.prod")
        second, _, _ = world.credentials("db.prod")
        world.role("db.prod", "short", default_ttl="2s")
        third, _, _ = world.credentials("db.prod", "short")
        world.api.must("PUT", "/v1/sys/leases/revoke", {"lease_id": lease, "sync": True})
        world.wait_until_gone(first)
        world.api.must("PUT", "/v1/sys/leases/revoke-prefix/db.prod/creds/app")
        world.wait_until_gone(second)
        world.wait_until_gone(third)

    @checks.check("a renewed login lives as long as its renewed lease")
    def _(world):
        world.role("database", "renewed", default_ttl="3s", max_ttl="1h")
        user, password, lease = world.credentials("database", "renewed")
        answer = world.api.must("PUT", "/v1/sys/leases/renew", {"lease_id": lease, "increment": "7s"}).json
        equal(answer["lease_duration"], 7, "renewed lease_duration")
        time.sleep(4.5)
        true(world.logs_in(user, password), "the renewed login does not work any more")
        world.wait_until_gone(user)

    @checks.check("a login whose server is killed meanwhile is gone all the same")
    def _(world):
        world.role("database", "short", default_ttl="2s")
        user, _, _ = world.credentials("database", "short")
        other, _, lease = world.credentials("database")
        world.server.kill()
        world.server.start()
        world.server.unseal()
        world.wait_until_gone(user)
        true(other in world.db.users(), "a login whose lease has not ended is gone")
        world.api.must("PUT", "/v1/sys/leases/revoke", {"lease_id": lease, "sync": True})
        world.wait_until_gone(other)

    @checks.check("a static account gets a password at once, by hand and by its period")
    def _(world):
        world.make_account("fixed", "its-first-password")
        world.api.must("POST", "/v1/database/static-roles/fixed", {
            "db_name": "main", "username": "fixed", "rotation_period": "5s"})
        seen = ["its-first-password"]
        for step in ("at once", "by hand", "by its period"):
            if step == "by hand":
                world.api.must("POST", "/v1/database/rotate-role/fixed")
            if step == "by its period":
                time.sleep(6)
            data = world.api.must("GET", "/v1/database/static-creds/fixed").data
            true(data["password"] not in seen, f"no new password {step}")
            true(world.logs_in("fixed", data["password"]), f"the password set {step} does not work")
            true(not world.logs_in("fixed", seen[-1]), f"the password before the one set {step} still works")
            seen.append(data["password"])
        world.api.must("DELETE", "/v1/database/static-roles/fixed")

    @checks.check("nothing in the server's log is a password")
    def _(world):
        log = world.server.log.read_text(errors="replace")
        for secret in (world.db.superuser_password, "its-first-password", "not-the-password"):
            true(secret not in log, "the log holds a password")

    return checks
