#!/usr/bin/env python3
"""Counts allocations: of one request to a whole server, and of the hot pieces. They are the same on a busy machine.

Each figure has a limit in allocations.json; where there is a target as well, that is what it shall come to one day.
The last line is "N passed, N failed".
"""

import argparse
import http.client
import json
import subprocess
import sys
import tempfile
from pathlib import Path

sys.dont_write_bytecode = True
ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "scripts"), str(ROOT / "Benchmarks")]

from benchlib import workloads  # noqa: E402
from benchlib.mallocs import Mallocs  # noqa: E402
from livetest.server import Server, binary_from  # noqa: E402

LIMITS = json.loads((ROOT / "Benchmarks/allocations.json").read_text())
ROUNDS, REQUESTS = 4, 100
# Times that a piece is run beyond the thousand of the run it is compared with.
TIMES = 10_000


def main():
    options = parsed_options()
    found = []
    with tempfile.TemporaryDirectory(prefix="coffer-allocations-") as folder:
        if options.pieces:
            found += [("piece", name, *figures) for name, figures in pieces(options.pieces, Path(folder))]
        found += [("request", name, calls, None) for name, calls in requests(binary_from(options.binary), Path(folder))]
    failed = sum(not judged(*one) for one in found)
    print(f"{len(found) - failed} passed, {failed} failed")
    return 1 if failed or not found else 0


def requests(binary, folder):
    """For each load, of one request: the least of some rounds, since what runs beside it only adds."""
    mallocs = Mallocs(folder)
    with Server(binary, folder) as server:
        server.start(env=mallocs.environment)
        server.initialize()
        server.unseal()
        audit = {"type": "file", "options": {"file_path": f"{folder}/audit.log"}}
        server.api().must("POST", "/v1/sys/audit/file", audit)
        token, loads = workloads.prepare(server.api())
        for load in loads:
            if load.name in LIMITS["requests"]:
                yield load.name, min(one_round(server, load, token, mallocs) for _ in range(ROUNDS))


def one_round(server, load, token, mallocs):
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    fields = dict(load.headers) | ({"X-Vault-Token": token} if load.is_authenticated else {})

    def ask(number):
        path = load.path.replace("%d", str(number % workloads.KEYS))
        connection.request("POST" if load.text else "GET", path, load.text or None, fields)
        answer = connection.getresponse()
        answer.read()
        if answer.status not in (200, 204):
            raise AssertionError(f"{load.name}: {answer.status}")

    ask(0)
    before = mallocs.calls
    for number in range(REQUESTS):
        ask(number)
    counted = mallocs.calls - before
    connection.close()
    return counted / REQUESTS


def pieces(program, folder):
    """Allocations of one and its nanoseconds; the least of some runs, as above: hash tables differ from one to the next."""
    mallocs = Mallocs(folder)
    names = subprocess.run([program, "--list"], capture_output=True, text=True, check=True).stdout.split()
    for name in names:
        fewer, more = ([one_run(program, name, times, mallocs) for _ in range(ROUNDS)] for times in (1000, 1000 + TIMES))
        calls = min(calls for calls, _ in more) - min(calls for calls, _ in fewer)
        # The start of a process takes a few more or less.
        yield name, (round(calls / TIMES, 2), min(nanoseconds for _, nanoseconds in fewer + more))


def one_run(program, name, times, mallocs):
    before = mallocs.calls
    done = subprocess.run(
        [program, name, str(times)], env=mallocs.environment, capture_output=True, text=True, check=True)
    return mallocs.calls - before, int(done.stdout)


def judged(kind, name, calls, nanoseconds):
    limit = LIMITS[f"{kind}s"].get(name, {"limit": 0})
    is_good = calls <= limit["limit"]
    shown = f"{kind} {name}: {calls:.1f} allocations, at most {limit['limit']:g}"
    if calls > limit.get("target", limit["limit"]):
        shown += f", target {limit['target']:g}" if "target" in limit else ""
    print(f"  {'ok      ' if is_good else 'FAILED  '} {shown}" + (f" ({nanoseconds} ns)" if nanoseconds else ""), flush=True)
    return is_good


def parsed_options():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--binary", help="the coffer program; this repository's release build by default")
    parser.add_argument("--pieces", help="the HotPieces program, built for release; without it only requests are counted")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
