"""Metrics as Prometheus and go-metrics' readers take them, and the log stream."""

import re
import shutil
import subprocess
import tempfile
import threading
from pathlib import Path

import requests
from livetest.checks import Checks, Skip, equal, true
from livetest.server import free_port, wait_for

CHECKS = Checks("metrics")


def asked(world, path, **options):
    options.setdefault("timeout", 10)
    headers = {"X-Vault-Token": world.root_token} | options.pop("headers", {})
    return requests.get(world.server.address + path, headers=headers, **options)


@CHECKS.check("promtool finds nothing against the Prometheus form")
def _(world):
    if not shutil.which("promtool"):
        raise Skip("promtool is not installed")
    # Every kind of series that a client can make appear.
    asked(world, "/v1/sys/mounts", headers={"X-Vault-Token": "none"})
    text = asked(world, "/v1/sys/metrics?format=prometheus")
    equal(text.status_code, 200)
    true(text.headers["Content-Type"].startswith("text/plain; version=0.0.4"), text.headers["Content-Type"])
    found = subprocess.run(["promtool", "check", "metrics"], input=text.content, capture_output=True, check=False)
    equal((found.returncode, found.stderr.decode()), (0, ""), "what promtool says")


SCRAPE = """\
global: {{scrape_interval: 1s}}
scrape_configs:
  - job_name: coffer
    metrics_path: /v1/sys/metrics
    params: {{format: [prometheus]}}
    authorization: {{credentials: "{token}"}}
    static_configs: [{{targets: ["127.0.0.1:{port}"]}}]
"""


@CHECKS.check("a Prometheus server scrapes it, and finds the series by Vault's names")
def _(world):
    if not shutil.which("prometheus"):
        raise Skip("prometheus is not installed")
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="coffer-prometheus-") as folder:
        settings = Path(folder, "prometheus.yml")
        settings.write_text(SCRAPE.format(token=world.root_token, port=world.server.port))
        command = ["prometheus", f"--config.file={settings}", f"--storage.tsdb.path={folder}/data",
                   f"--web.listen-address=127.0.0.1:{port}"]
        with open(Path(folder, "log"), "wb") as log:
            prometheus = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        try:
            for name in ("vault_core_unsealed", "vault_token_count", "vault_core_handle_request_count"):
                wait_for(lambda name=name: value_of(port, name), f"no {name} in Prometheus", seconds=30)
        finally:
            prometheus.kill()
            prometheus.wait()


def value_of(port, name):
    try:
        found = requests.get(f"http://127.0.0.1:{port}/api/v1/query", params={"query": name}, timeout=5).json()
    except requests.RequestException:
        return None
    return found.get("data", {}).get("result")


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
