"""Load generators: wrk for HTTP/1.1, h2load for HTTP/2. Each keeps a number of connections busy."""

import os
import re
import subprocess
import tempfile
from pathlib import Path
from typing import NamedTuple

from livetest import process

from .workloads import KEYS

WRK = Path(__file__).resolve().parents[1] / "wrk"
RESULT = re.compile(r"^RESULT (.*)$", re.MULTILINE)
PACKAGES = ["wrk:wrk", "nghttp2-client:h2load"]


class Figures(NamedTuple):
    """Milliseconds and, of the server's processor, microseconds for one request; those are unknown when it runs elsewhere
    or has answered none."""

    per_second: float
    p50: float
    p99: float
    cpu: float | None


class BenchError(Exception):
    pass


def measured(load, target, protocol, connections, seconds, warms=True):
    """One run, after a short one that warms; the time of the processor is the server's own, user and system."""
    # A bcrypt takes a twentieth of a second of a processor.
    seconds = max(seconds, 5) if load.is_slow else seconds
    run = {"h1": with_wrk, "tls-h2": with_h2load}[protocol]
    if warms:
        run(load, target, connections, 1, is_warm_up=True)
    before = target.pid and process.cpu_seconds(target.pid)
    requests, per_second, p50, p99 = run(load, target, connections, seconds)
    spent = target.pid and process.cpu_seconds(target.pid) - before
    return Figures(per_second, p50, p99, spent / requests * 1e6 if target.pid and requests else None)


def headers(load, target):
    fields = [("X-Vault-Request", "true"), *load.headers]
    if load.is_authenticated:
        fields.append(("X-Vault-Token", target.token))
    return [f"{name}: {value}" for name, value in fields]


def with_wrk(load, target, connections, seconds, is_warm_up=False):
    environment = os.environ | {
        "BENCH_FOLDER": str(WRK), "BENCH_PATH": load.path, "BENCH_BODY": load.text, "BENCH_KEYS": str(KEYS),
        "BENCH_HEADERS": "\n".join(headers(load, target)),
    }
    done = subprocess.run(
        ["wrk", "--threads", "1", "--connections", str(connections), "--timeout", "30s", "--script", WRK / "requests.lua",
         "--duration", f"{seconds}s", target.address], env=environment, capture_output=True, text=True)
    result = RESULT.search(done.stdout)
    if done.returncode or not result:
        raise BenchError(f"wrk said nothing of {load.name}:\n{done.stdout}{done.stderr}")
    value = {name: int(number) for name, number in (part.split("=") for part in result[1].split())}
    if value["refused"] or value["broken"] or not (value["requests"] or is_warm_up or load.is_slow):
        raise BenchError(f"{load.name}: {result[1]}")
    return value["requests"], value["requests"] / value["microseconds"] * 1e6, value["p50"] / 1000, value["p99"] / 1000


def with_h2load(load, target, connections, seconds, is_warm_up=False):
    with tempfile.TemporaryDirectory(prefix="coffer-h2load-") as folder:
        addresses, body, log = (Path(folder, name) for name in ("addresses", "body", "log"))
        paths = [load.path.replace("%d", str(key)) for key in range(KEYS if "%d" in load.path else 1)]
        addresses.write_text("".join(f"{target.tls_address}{path}\n" for path in paths))
        body.write_text(load.text)
        fields = [part for field in headers(load, target) for part in ("-H", field)]
        done = subprocess.run(
            ["h2load", "--threads=1", f"--clients={connections}", "--max-concurrent-streams=1", f"--duration={seconds}",
             f"--log-file={log}", f"--input-file={addresses}", *fields, *(["--data", body] if load.text else [])],
            capture_output=True, text=True)
        if done.returncode:
            raise BenchError(f"h2load failed at {load.name}:\n{done.stdout}{done.stderr}")
        # Start, status and duration of each request, both in microseconds.
        answers = [line.split("\t") for line in log.read_text().splitlines()]
    refused = {status for _, status, _ in answers if not status.startswith("2")}
    if not answers and (is_warm_up or load.is_slow):
        return 0, 0, 0, 0
    if refused or not answers:
        raise BenchError(f"{load.name}: {len(answers)} answers, among them the status {refused}\n{done.stdout}")
    times = sorted(int(duration) / 1000 for _, _, duration in answers)
    return len(times), len(times) / seconds, times[len(times) // 2], times[int(len(times) * 0.99)]
