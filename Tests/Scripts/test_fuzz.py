"""scripts/fuzz: what is counted, what is a finding, and what is kept; with programs that act as libFuzzer does."""

import contextlib
import io
import tempfile
import unittest
from pathlib import Path

from fuzzlib import kept, runs

QUIET = """#!/bin/sh
echo "stat::number_of_executed_units: 1200"
echo "stat::new_units_added:          7"
echo "stat::peak_rss_mb:              33"
sleep 0.2
"""
FAILING = """#!/bin/sh
echo "artifact_prefix='x'; Test unit written to /found/json-crash-1" >&2
echo "stat::number_of_executed_units: 5" >&2
exit 77
"""
MERGING = """#!/bin/sh
for last; do :; done
head -c 3000 /dev/zero > "$4/long"; echo new > "$4/0123456789abcdef"
"""


class Fuzz(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)

    def place(self, program):
        root = Path(self.folder.name)
        file = root / "program"
        file.write_text(program)
        file.chmod(0o700)
        place = runs.Place(file, root / "home", root / "work")
        (place.start("json") / "first").write_text("{}")
        return place

    def test_executions_are_counted(self):
        with contextlib.redirect_stdout(io.StringIO()) as out:
            result = runs.fuzz_one(self.place(QUIET), "json", 1)
        self.assertEqual((result.executions, result.added, result.peak, result.corpus), (1200, 7, 33, 1))
        self.assertEqual(result.findings, [])
        self.assertIn("1,200", out.getvalue())

    def test_a_failure_is_a_finding_and_the_rest_of_the_time_goes_on(self):
        with contextlib.redirect_stdout(io.StringIO()) as out:
            status = runs.fuzz(self.place(FAILING), ["json"], 3, 1)
        self.assertEqual(status, 1)
        self.assertEqual(out.getvalue().count("/found/json-crash-1"), 3)
        self.assertIn("15 executions, 1 targets with failures", out.getvalue())

    def test_a_kept_input_that_fails_is_told(self):
        with contextlib.redirect_stdout(io.StringIO()) as out:
            self.assertEqual(runs.replay(self.place(FAILING), ["json"]), 1)
            self.assertEqual(runs.replay(self.place(QUIET), ["json"]), 0)
        self.assertIn("1 inputs  FAILED", out.getvalue())

    def test_small_inputs_that_cover_more_are_kept(self):
        place = self.place(MERGING)
        with contextlib.redirect_stdout(io.StringIO()):
            kept.merge(place, ["json"])
        names = sorted(path.name for path in place.start("json").iterdir())
        self.assertEqual(names, ["0123456789ab", "first"])


if __name__ == "__main__":
    unittest.main()
