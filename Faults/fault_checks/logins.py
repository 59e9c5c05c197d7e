"""What the time of a login tells, and what a kill leaves of a lockout."""

import os

from livetest.checks import Checks, equal, true

CHECKS = Checks("logins")
ROUNDS, EACH = 10, 8


@CHECKS.check("a server with a user, and nobody is locked out")
def _(world):
    server = world.server = world.new_server("logins")
    server.start_unsealed()
    world.api = server.api()
    world.api.must("POST", "/v1/sys/auth/userpass", {"type": "userpass"})
    world.api.must("POST", "/v1/auth/userpass/users/bob", {"password": "right"})
    lockout = {"user_lockout_config": {"lockout_disable": True}}
    world.api.must("POST", "/v1/sys/auth/userpass/tune", lockout)


def cpu_time(pid):
    """Seconds of work that the process has done: unlike time on the clock it does not depend on the neighbours."""
    with open(f"/proc/{pid}/stat", encoding="ascii") as stat:
        fields = stat.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@CHECKS.check("a name that does not exist costs the same work as a wrong password (U01, U05)")
def _(world):
    spent, bodies = {"bob": 0.0, "nobody": 0.0}, set()
    for _ in range(ROUNDS):
        for name in spent:
            before = cpu_time(world.server.pid)
            for _ in range(EACH):
                answer = world.api.post(f"/v1/auth/userpass/login/{name}", {"password": "wrong"}, token="")
                bodies.add((answer.status, answer.body))
            spent[name] += cpu_time(world.server.pid) - before
    equal(len(bodies), 1, f"different answers: {bodies}")
    ratio = spent["nobody"] / spent["bob"]
    true(0.95 < ratio < 1.05, f"the work differs: {spent}")
    true(spent["bob"] > ROUNDS * EACH * 0.01, "that was no bcrypt")


@CHECKS.check("a lock stands after the server was killed and started again (N01)")
def _(world):
    world.api.must("POST", "/v1/sys/auth/userpass/tune", {"user_lockout_config": {"lockout_disable": False}})
    for name in ("bob", "bob", "BOB", "BOB", "Bob"):
        answer = world.api.post(f"/v1/auth/userpass/login/{name}", {"password": "wrong"}, token="")
        equal(answer.status, 400, "status")
    right = {"password": "right"}
    equal(world.api.post("/v1/auth/userpass/login/bob", right, token="").status, 403, "status before")
    world.server.kill()
    world.server.start()
    world.server.unseal()
    answer = world.api.post("/v1/auth/userpass/login/bob", right, token="")
    equal((answer.status, answer.errors), (403, ["permission denied"]), "answer after")
    equal(world.api.get("/v1/sys/locked-users").data["total"], 1, "locked users")


@CHECKS.check("a used one-time code stays used after a kill (M03)")
def _(world):
    world.api.must("POST", "/v1/sys/mounts/totp", {"type": "totp"})
    # A day: the check must not fall on the end of the code's time.
    key = {"key": "JBSWY3DPEHPK3PXP", "period": 86400}
    world.api.must("POST", "/v1/totp/keys/k", key)
    code = {"code": world.api.must("GET", "/v1/totp/code/k").data["code"]}
    equal(world.api.must("POST", "/v1/totp/code/k", code).data, {"valid": True})
    world.server.kill()
    world.server.start()
    world.server.unseal()
    answer = world.api.post("/v1/totp/code/k", code)
    equal((answer.status, answer.errors), (400, ["code already used; wait until the next time period"]), "answer")
