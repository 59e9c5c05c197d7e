"""Runs of targets, and what libFuzzer says of them at their end."""

import os
import re
import subprocess
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

# Inputs are small, so that a second is a hang and 64 MiB are growth; the margin is for a busy machine.
LIMITS = ["-max_len=8192", "-timeout=10", "-malloc_limit_mb=64", "-rss_limit_mb=2048"]
# A target that fails at once again and again has been heard.
MOST_FINDINGS = 20
STATISTIC = re.compile(r"^stat::(\w+):\s+(\d+)", re.MULTILINE)
ARTIFACT = re.compile(r"Test unit written to (\S+)")

printing = threading.Lock()


@dataclass
class Place:
    """The program, the folder of the committed corpora and of findings, and that of what the runs find."""

    program: Path
    home: Path
    work: Path

    def start(self, name):
        return made(self.home / "Corpus" / name)

    def found(self, name):
        return made(self.work / "corpora" / name)

    def findings(self):
        return made(self.home / ".findings")

    def run(self, name, *arguments, log=None):
        """What the program says; the exit status is not 0 when an input failed."""
        environment = os.environ | {"SWIFT_BACKTRACE": "enable=no"}
        done = subprocess.run(
            [self.program, name, *map(str, arguments)], env=environment, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
        text = done.stdout.decode(errors="replace")
        if log:
            with open(log, "a", encoding="utf-8") as file:
                file.write(text)
        return done.returncode, text


@dataclass
class Result:
    """What came of one target."""

    name: str
    executions: int = 0
    added: int = 0
    peak: int = 0
    seconds: float = 0
    corpus: int = 0
    findings: list = field(default_factory=list)

    HEAD = f"{'target':<18}{'executions':>13}{'per second':>12}{'seconds':>9}{'new':>7}{'corpus':>8}{'MiB':>6}{'failed':>8}"

    def row(self):
        pace = self.executions / self.seconds if self.seconds else 0
        return (f"{self.name:<18}{self.executions:>13,}{pace:>12,.0f}{self.seconds:>9.0f}{self.added:>7}"
                f"{self.corpus:>8}{self.peak:>6}{len(self.findings):>8}")


def made(folder):
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def fuzz_one(place, name, seconds):
    """A finding ends libFuzzer; the rest of the time goes to another run."""
    result = Result(name)
    log = made(place.work / "logs") / f"{name}.log"
    while (rest := int(seconds - result.seconds)) > 0 and len(result.findings) < MOST_FINDINGS:
        start = time.monotonic()
        status, text = place.run(
            name, *LIMITS, f"-max_total_time={rest}", f"-artifact_prefix={place.findings()}/{name}-",
            "-print_final_stats=1", place.found(name), place.start(name), log=log)
        result.seconds += max(time.monotonic() - start, 1)
        numbers = {key: int(value) for key, value in STATISTIC.findall(text)}
        result.executions += numbers.get("number_of_executed_units", 0)
        result.added += numbers.get("new_units_added", 0)
        result.peak = max(result.peak, numbers.get("peak_rss_mb", 0))
        if status:
            result.findings.append((ARTIFACT.findall(text) or [f"status {status}, see {log}"])[-1])
    result.corpus = sum(1 for folder in (place.found(name), place.start(name)) for _ in folder.iterdir())
    with printing:
        print(result.row(), flush=True)
        for finding in result.findings:
            print(f"    {finding}", flush=True)
    return result


def fuzz(place, names, seconds, jobs):
    print(Result.HEAD, flush=True)
    with ThreadPoolExecutor(jobs) as pool:
        results = list(pool.map(lambda name: fuzz_one(place, name, seconds), names))
    failed = [result for result in results if result.findings]
    executions = sum(result.executions for result in results)
    print(f"{len(results)} targets, {executions:,} executions, {len(failed)} targets with failures", flush=True)
    return 1 if failed else 0


def replay(place, names):
    failed = 0
    for name in names:
        files = sorted(place.start(name).iterdir())
        status, text = place.run(name, *LIMITS, *files) if files else (0, "")
        failed += status != 0
        print(f"{name:<18}{len(files):>5} inputs{'  FAILED' if status else ''}", flush=True)
        if status:
            print(text[-3000:], flush=True)
    return 1 if failed else 0
