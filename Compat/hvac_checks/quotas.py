"""Rate limit and lease count quotas."""

import requests
from livetest.checks import Checks, equal, true

from .world import bad_request, missing, no_content

CHECKS = Checks("quotas")


def asked(world, path="/v1/secret-quota/x", token=None):
    """A read without hvac's retries and errors."""
    headers = {"X-Vault-Token": world.root_token if token is None else token}
    return requests.get(world.server.address + path, headers=headers, timeout=10)


@CHECKS.check("a quota is written, read, listed and deleted")
def _(world):
    sys = world.root.sys
    missing(sys.read_quota, "q1")
    no_content(sys.create_or_update_quota("q1", rate=1000.5, interval="1m", block_interval="2m"))
    data = sys.read_quota("q1")["data"]
    equal((data["name"], data["type"], data["path"], data["role"]), ("q1", "rate-limit", "", ""))
    equal((data["rate"], data["interval"], data["block_interval"]), (1000.5, 60, 120))
    equal(sys.list_quotas()["data"]["keys"], ["q1"])
    no_content(sys.delete_quota("q1"))
    missing(sys.read_quota, "q1")


@CHECKS.check("a quota needs a rate and a mount that is there")
def _(world):
    sys = world.root.sys
    bad_request(["'rate' is invalid"], sys.create_or_update_quota, "q1", rate=0)
    bad_request(["invalid mount path \"nowhere\""], sys.create_or_update_quota, "q1", rate=1, path="nowhere")


@CHECKS.check("beyond the rate the answer is 429 with Vault's text and headers")
def _(world):
    root = world.root
    root.sys.enable_secrets_engine("kv", path="secret-quota")
    root.write("sys/quotas/config", enable_rate_limit_response_headers=True)
    root.sys.create_or_update_quota("q2", rate=2, interval="1h", path="secret-quota/")
    allowed = asked(world)
    equal(allowed.status_code, 404)
    equal((allowed.headers["X-Ratelimit-Limit"], allowed.headers["X-Ratelimit-Remaining"]), ("2", "1"))
    asked(world)
    refused = asked(world)
    equal(refused.status_code, 429)
    equal(refused.json()["errors"], ["request path \"secret-quota/x\": rate limit quota exceeded"])
    true(int(refused.headers["Retry-After"]) > 1000, "how long to wait")
    equal(asked(world, "/v1/sys/health").status_code, 200)
    root.sys.delete_quota("q2")
    equal(asked(world).status_code, 404)
    root.write("sys/quotas/config", enable_rate_limit_response_headers=False)
    root.sys.disable_secrets_engine("secret-quota")


@CHECKS.check("the settings have Vault's exempt paths")
def _(world):
    data = world.root.read("sys/quotas/config")["data"]
    equal((data["enable_rate_limit_audit_logging"], data["enable_rate_limit_response_headers"]), (False, False))
    equal(
        data["rate_limit_exempt_paths"],
        [
            "sys/generate-recovery-token/attempt", "sys/generate-recovery-token/update", "sys/generate-root/attempt",
            "sys/generate-root/update", "sys/health", "sys/seal-status", "sys/unseal",
        ],
    )


@CHECKS.check("a lease count quota refuses tokens beyond it, and root tokens never")
def _(world):
    root = world.root
    held = root.write_data("sys/quotas/lease-count/q3", data={"path": "auth/token", "max_leases": 100000})
    no_content(held)
    count = root.read("sys/quotas/lease-count/q3")["data"]["counter"]
    root.write_data("sys/quotas/lease-count/q3", data={"path": "auth/token", "max_leases": count + 1})
    kept = root.auth.token.create(policies=["default"])["auth"]["client_token"]
    refused = requests.post(
        world.server.address + "/v1/auth/token/create", json={"policies": ["default"]},
        headers={"X-Vault-Token": world.root_token}, timeout=10,
    )
    equal(refused.status_code, 429)
    equal(
        refused.json()["errors"],
        ["1 error occurred:\n\t* request path \"auth/token/create\": lease count quota exceeded\n\n"],
    )
    root.auth.token.create(policies=["root"])
    root.auth.token.revoke(kept)
    equal(root.read("sys/quotas/lease-count/q3")["data"]["counter"], count)
    equal(root.list("sys/quotas/lease-count")["data"]["keys"], ["q3"])
    root.delete("sys/quotas/lease-count/q3")
