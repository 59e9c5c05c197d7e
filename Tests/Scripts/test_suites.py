"""scripts/suites: what counts as passed, and what does not."""

import contextlib
import importlib.machinery
import importlib.util
import io
import sys
import unittest
from pathlib import Path

SCRIPT = Path(__file__).resolve().parents[2] / "scripts/suites"


def loaded():
    loader = importlib.machinery.SourceFileLoader("suites", str(SCRIPT))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("suites", loader))
    loader.exec_module(module)
    return module


suites = loaded()


class Counting(unittest.TestCase):
    def test_the_last_line_counts(self):
        self.assertEqual(suites.counted(0, ["1 passed, 0 failed", "12 passed, 0 failed", ""])[:2], (12, 0))
        self.assertEqual(suites.counted(1, ["3 passed, 2 failed"])[:2], (3, 2))

    def test_a_suite_without_counts_is_a_failure(self):
        self.assertEqual(suites.counted(0, ["all is well"])[:2], (0, 1))
        self.assertEqual(suites.counted(0, [])[:2], (0, 1))
        self.assertEqual(suites.counted(0, ["4 passed, 0 failed", "Segmentation fault"])[:2], (0, 1))

    def test_an_exit_status_counts_although_nothing_failed(self):
        self.assertEqual(suites.counted(139, ["4 passed, 0 failed"])[:2], (4, 1))

    def test_a_suite_that_ran_nothing_is_a_failure(self):
        self.assertEqual(suites.counted(0, ["0 passed, 0 failed"])[:2], (0, 1))

    def test_what_was_printed_of_a_failure_is_kept(self):
        lines = ["  ok       one", "  FAILED   two", "           why", "  ok       three", "1 passed, 1 failed"]
        self.assertEqual(suites.counted(1, lines).evidence[:2], ["  FAILED   two", "           why"])
        self.assertEqual(suites.counted(0, ["3 passed, 0 failed"]).evidence, [])
        self.assertEqual(suites.counted(139, ["4 passed, 0 failed"]).evidence, ["4 passed, 0 failed"])


class Running(unittest.TestCase):
    def setUp(self):
        self.enterContext(contextlib.redirect_stdout(io.StringIO()))

    def suite(self, run, minutes=1):
        return suites.Suite("name", "about", run, minutes)

    def attempt(self, run, minutes=1):
        return suites.attempt(self.suite(run, minutes))

    def python(self, text):
        return suites.counting(sys.executable, "-c", text)

    def test_a_program_is_run_and_counted(self):
        self.assertEqual(self.attempt(self.python("print('2 passed, 0 failed')"))[:2], (2, 0))

    def test_a_program_that_crashes_is_a_failure(self):
        text = "import os; print('2 passed, 0 failed', flush=True); os.abort()"
        self.assertEqual(self.attempt(self.python(text))[:2], (2, 1))

    def test_a_program_that_is_not_there_is_a_failure(self):
        self.assertEqual(self.attempt(suites.counting("/nosuch/program"))[:2], (0, 1))

    def test_a_program_that_takes_too_long_is_stopped(self):
        outcome = self.attempt(self.python("import time; time.sleep(60)"), minutes=0.01)
        self.assertEqual(outcome[:2], (0, 1))
        self.assertIn("stopped after", outcome.note)

    def test_one_command_is_one_test(self):
        self.assertEqual(self.attempt(suites.once("true"))[:2], (1, 0))
        self.assertEqual(self.attempt(suites.once("false"))[:2], (0, 1))

    def test_the_sum_fails_when_anything_failed_or_nothing_ran(self):
        suite = self.suite(None)
        self.assertEqual(suites.summed_up([(suite, suites.Outcome(3, 0), 1.0)]), 0)
        self.assertEqual(suites.summed_up([(suite, suites.Outcome(3, 1), 1.0)]), 1)
        self.assertEqual(suites.summed_up([]), 1)
