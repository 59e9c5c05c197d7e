"""scripts/bench and scripts/soak: what counts as growth, and what as too slow."""

import json
import random
import sys
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "Benchmarks"))

from benchlib import report, series, workloads  # noqa: E402
from benchlib.generators import Figures  # noqa: E402


def samples(memory, minutes=30, noise=0.0):
    """One every ten seconds; `memory` gives bytes for a minute."""
    chance = random.Random(1)
    still = {"disk": 10 << 20, "open files": 32, "threads": 15, "leases": 500}
    return [
        (second, still | {"memory": memory(second / 60) + chance.gauss(0, noise)})
        for second in range(0, minutes * 60, 10)
    ]


def growth(found, name="memory"):
    return next(one for one in found if one.name == name)


class Series(unittest.TestCase):
    def test_the_slope_is_that_of_the_line(self):
        self.assertAlmostEqual(series.slope([0, 1, 2, 3], [5, 7, 9, 11]), 2)
        self.assertAlmostEqual(series.slope([0, 1, 2, 3], [1, -1, 1, -1]), -0.4)
        self.assertEqual(series.slope([1], [5]), 0)
        self.assertEqual(series.slope([1, 1], [5, 6]), 0)

    def test_a_leak_is_found_under_the_noise(self):
        leak = 16 * 200 * 60  # bytes in a minute: sixteen for each of two hundred requests a second
        found = growth(series.growths(samples(lambda minute: (60 << 20) + leak * minute, noise=300_000), 300))
        self.assertTrue(found.is_too_much)
        self.assertAlmostEqual(found.per_hour, 11, delta=1)

    def test_noise_alone_is_no_leak(self):
        found = list(series.growths(samples(lambda _: 60 << 20, noise=300_000), 300))
        self.assertEqual([one.name for one in found if one.is_too_much], [])
        self.assertEqual({one.name for one in found}, set(series.LIMITS))

    def test_what_a_server_takes_at_its_start_does_not_count(self):
        def filling(minute):
            return (30 << 20) + min(minute, 4) * (5 << 20)

        self.assertFalse(growth(series.growths(samples(filling), 300)).is_too_much)
        self.assertTrue(growth(series.growths(samples(filling), 0)).is_too_much)

    def test_every_figure_has_a_limit_that_trips(self):
        for name, limit in series.LIMITS.items():
            rising = [(second, {name: 2 * limit.per_hour * limit.scale * second / 3600}) for second in range(0, 1800, 10)]
            whole = [(second, dict.fromkeys(series.LIMITS, 0) | figures) for second, figures in rising]
            self.assertTrue(growth(series.growths(whole, 300), name).is_too_much, name)


class Limits(unittest.TestCase):
    def row(self, load, cpu, connections=16, storage="sqlite", protocol="h1", p50=1.0, p99=2.0):
        floor = Figures(1000, 1, 2, 10)
        return report.Row(load, storage, protocol, connections, Figures(1000, p50, p99, cpu), floor)

    def found(self, *rows, memory=None):
        return {one.name: one.verdict for one in report.findings(rows, memory)}

    def test_each_limit_belongs_to_a_load(self):
        limits = json.loads(report.LIMITS.read_text())
        self.assertEqual(set(limits["cpu"]) - set(workloads.NAMES), set())
        groups = [limits["cpu"], limits["latency"], limits["memory"]]
        self.assertTrue(all(one["target"] <= one["limit"] for group in groups for one in group.values()))

    def test_a_figure_above_its_limit_fails_and_one_above_its_target_is_told(self):
        limit = json.loads(report.LIMITS.read_text())["cpu"]["kv v2 write"]
        name = "kv v2 write, × floor"
        self.assertEqual(self.found(self.row("kv v2 write", limit["limit"] * 10 + 1))[name], "TOO MUCH")
        self.assertEqual(self.found(self.row("kv v2 write", limit["target"] * 10 - 1))[name], "")
        if limit["target"] < limit["limit"]:
            middle = (limit["target"] + limit["limit"]) * 5
            self.assertEqual(self.found(self.row("kv v2 write", middle))[name], "target missed")

    def test_the_limits_are_for_one_storage_and_protocol(self):
        self.assertEqual(self.found(self.row("kv v2 write", 1e6, storage="postgresql")), {})
        self.assertEqual(self.found(self.row("kv v2 write", 1e6, protocol="tls-h2")), {})

    def test_the_slowest_load_at_128_connections_counts(self):
        rows = [self.row("health", 10, 128, p99=2), self.row("list", 10, 128, p99=900), self.row("userpass login", 1, 128, p99=9000)]
        self.assertEqual(list(self.found(*rows).items()), [("p99 / p50 at 128 connections (list)", "TOO MUCH")])

    def test_memory_has_limits(self):
        self.assertEqual(set(self.found(memory=report.Memory(10_000, 10_000)).values()), {"TOO MUCH"})

    def test_of_rounds_the_one_with_the_median_ratio_counts_and_the_median_latencies(self):
        def one(cpu, floor, p99):
            return Figures(1000, 1, p99, cpu), Figures(1000, 1, 2, floor)

        row = report.row("health", "sqlite", ("h1", 16), [one(30, 10, 2), one(28, 14, 900), one(25, 10, 3)])
        self.assertEqual((row.ratio, row.figures.cpu, row.floor.cpu), (2.5, 25, 10))
        self.assertEqual((row.figures.p50, row.figures.p99, row.other), (1, 3, None))
        beside = report.row("health", "sqlite", ("h1", 16), [one(30, 10, 2)], [Figures(9, 1, 5, None)])
        self.assertEqual((beside.other.p99, beside.other.cpu), (5, None))

    def test_a_row_is_complete_as_json(self):
        made = json.loads(json.dumps(self.row("health", 20).as_json()))
        self.assertEqual((made["ratio"], made["connections"], made["per_second"]), (2, 16, 1000))


class Loads(unittest.TestCase):
    def test_every_load_has_a_name_of_the_list_and_every_name_a_load(self):
        role = {"role_id": "a", "secret_id": "b"}
        made = workloads.loads({"service": role, "batch": role, "ciphertext": "c"})
        self.assertEqual([load.name for load in made], workloads.NAMES)

    def test_the_large_secret_is_of_four_kibibytes(self):
        self.assertAlmostEqual(len(json.dumps(workloads.LARGE)), 4096, delta=100)
        self.assertAlmostEqual(len(json.dumps(workloads.SMALL)), 100, delta=30)


if __name__ == "__main__":
    unittest.main()
