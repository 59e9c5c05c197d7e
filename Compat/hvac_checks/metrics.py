"""Metrics as Prometheus and go-metrics' readers take them, and the log stream."""

import re
import shutil
import subprocess
import threading

import requests
from livetest.checks import Checks, Skip, equal, true
from livetest.server import wait_for

CHECKS = Checks("metrics")

# Vault's names, which dashboards use, are not what the linter of Prometheus would choose.
VAULTS_NAMES = re.compile(
    r'^\S+ (counter metrics should have "_total" suffix'
    r'|non-histogram and non-summary metrics should not have "_count" suffix)$'
)


def asked(world, path, **options):
    options.setdefault("timeout", 10)
    headers = {"X-Vault-Token": world.root_token} | options.pop("headers", {})
    return requests.get(world.server.address + path, headers=headers, **options)


@CHECKS.check("promtool finds nothing against the Prometheus form but Vault's own names")
def _(world):
    if not shutil.which("promtool"):
        raise Skip("promtool is not installed")
    text = asked(world, "/v1/sys/metrics?format=prometheus")
    equal(text.status_code, 200)
    true(text.headers["Content-Type"].startswith("text/plain; version=0.0.4"), text.headers["Content-Type"])
    found = subprocess.run(["promtool", "check", "metrics"], input=text.content, capture_output=True, check=False)
    true(found.returncode in (0, 3), f"status {found.returncode}: {found.stderr.decode()[-500:]}")
    others = [line for line in found.stderr.decode().splitlines() if not VAULTS_NAMES.match(line)]
    equal(others, [], "findings of promtool")


@CHECKS.check("the series that dashboards for Vault read are there")
def _(world):
    lines = asked(world, "/v1/sys/metrics?format=prometheus").text.splitlines()
    for start in [
        'vault_core_unsealed{cluster="', 'vault_token_count{namespace="root"}', "vault_expire_num_leases ",
        "vault_core_handle_request_count ", 'vault_core_handle_request{quantile="0.99"}', "vault_barrier_get_sum ",
        "vault_audit_log_request_count ", "vault_sqlite_put_count ", "vault_runtime_alloc_bytes ",
        "process_resident_memory_bytes ", "vault_route_read_sys__count ",
    ]:
        true(any(line.startswith(start) for line in lines), f"no {start}")


@CHECKS.check("a scraper that asks for OpenMetrics gets text, everybody else JSON")
def _(world):
    accepted = {"Accept": "application/openmetrics-text; version=0.0.1,text/plain;version=0.0.4;q=0.5"}
    true(asked(world, "/v1/sys/metrics", headers=accepted).text.startswith("# HELP"), "text")
    summary = asked(world, "/v1/sys/metrics").json()
    equal(sorted(summary), ["Counters", "Gauges", "Points", "Samples", "Timestamp"])
    equal(asked(world, "/v1/sys/metrics", headers={"X-Vault-Token": "none"}).status_code, 403)


@CHECKS.check("the log is streamed while it is written")
def _(world):
    lines = []

    def watch():
        with asked(world, "/v1/sys/monitor?log_level=trace", stream=True, timeout=20) as answer:
            equal(answer.status_code, 200)
            for line in answer.iter_lines():
                lines.append(line.decode())
                return

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()

    def has_line():
        # A refused request is worth a line of the level debug.
        asked(world, "/v1/sys/mounts", headers={"X-Vault-Token": "none"})
        requests.post(world.server.address + "/v1/sys/mounts/x", data="{", timeout=10)
        return bool(lines)

    wait_for(has_line, "no line came")
    true(re.match(r"\d{4}-\d\d-\d\dT\S+Z \[(TRACE|DEBUG|INFO|WARN|ERROR)\] ", lines[0]), lines[0])
    watcher.join(timeout=10)
