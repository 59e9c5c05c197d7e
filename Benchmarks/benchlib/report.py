"""What a run found: as a table, as JSON, and against the limits."""

import json
import statistics
from pathlib import Path
from typing import NamedTuple

from .generators import Figures
from .workloads import SLOW

LIMITS = Path(__file__).resolve().parents[1] / "limits.json"


class Row(NamedTuple):
    load: str
    storage: str
    protocol: str
    connections: int
    figures: Figures
    floor: Figures | None
    # Of the other server, with --compare.
    other: Figures | None = None

    @property
    def ratio(self):
        return self.figures.cpu / self.floor.cpu if self.floor and self.figures.cpu else None

    def as_json(self):
        found = {"load": self.load, "storage": self.storage, "protocol": self.protocol, "connections": self.connections}
        found |= self.figures._asdict()
        if self.floor:
            found |= {"ratio": self.ratio, "floor_cpu": self.floor.cpu}
        return found | ({"other": self.other._asdict()} if self.other else {})


def row(load, storage, place, rounds, theirs=()):
    """Of rounds, each with the floor around it: the one whose ratio is the median, with the medians of the latencies."""
    ordered = sorted(rounds, key=lambda one: one[0].cpu / one[1].cpu if one[0].cpu and one[1].cpu else 0)
    ours, floor = ordered[len(ordered) // 2]
    return Row(load, storage, *place, medians([one for one, _ in rounds])._replace(cpu=ours.cpu), floor,
               medians(theirs) if theirs else None)


def medians(runs):
    return Figures(*(statistics.median(values) if None not in values else None for values in zip(*runs)))


class Memory(NamedTuple):
    """In MiB."""

    idle: float
    peak: float


class Finding(NamedTuple):
    """One figure with a limit, and what it shall come to one day."""

    name: str
    value: float
    limit: float
    target: float

    @property
    def verdict(self):
        if self.value > self.limit:
            return "TOO MUCH"
        return "" if self.value <= self.target else "target missed"


def findings(rows, memory):
    """Ratios and latencies over SQLite and HTTP/1.1, which the limits are for."""
    limits = json.loads(LIMITS.read_text())
    plain = [row for row in rows if row.storage == "sqlite" and row.protocol == "h1"]
    for row in plain:
        limit = limits["cpu"].get(row.load)
        if limit and row.connections == 16 and row.ratio:
            yield Finding(f"{row.load}, × floor", row.ratio, **limit)
    tails = [(row.figures.p99 / row.figures.p50, row.load) for row in plain
             if row.connections == 128 and row.load not in SLOW and row.figures.p50]
    for name, limit in limits["latency"].items():
        if tails:
            yield Finding(f"{name} ({max(tails)[1]})", max(tails)[0], **limit)
    if memory:
        yield Finding("MiB when idle", memory.idle, **limits["memory"]["idle"])
        yield Finding("MiB under load", memory.peak, **limits["memory"]["under load"])


def print_head(compares):
    more = f"{'theirs/s':>10}{'p50 ms':>9}{'p99 ms':>9}" if compares else f"{'CPU µs':>9}{'× floor':>9}"
    print(f"{'':26}{'storage':12}{'protocol':9}{'conn.':>6}{'req/s':>9}{'p50 ms':>9}{'p99 ms':>9}{more}")


def print_row(row):
    one = row.figures
    text = f"{row.load:26}{row.storage:12}{row.protocol:9}{row.connections:6}{one.per_second:9.0f}{one.p50:9.2f}{one.p99:9.2f}"
    if row.other:
        text += f"{row.other.per_second:10.0f}{row.other.p50:9.2f}{row.other.p99:9.2f}"
    elif one.cpu:
        text += f"{one.cpu:9.1f}" + (f"{row.ratio:9.2f}" if row.floor else "")
    print(text, flush=True)


def print_findings(found):
    print(f"\n{'':50}{'found':>9}{'limit':>9}{'target':>9}")
    for one in found:
        print(f"{one.name:50}{one.value:9.2f}{one.limit:9.2f}{one.target:9.2f}  {one.verdict}")


def write_json(path, rows, memory, found):
    data = {
        "rows": [row.as_json() for row in rows], "memory": memory._asdict() if memory else None,
        "limits": [one._asdict() | {"verdict": one.verdict} for one in found],
    }
    Path(path).write_text(json.dumps(data, indent=2) + "\n")
