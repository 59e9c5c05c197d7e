"""scripts/check: every rule is tripped by its cases and left alone by the others."""

import ast
import subprocess
import sys
import unittest
from pathlib import Path

import cases
import checklib
from checklib import formatting, functions, swift_source
from checklib.tree import Tree
from trees import findings, folder

CHECKLIB = Path(checklib.__file__).parent
CHECK = CHECKLIB.parent / "check"
# In which argument of which call the families name a rule.
NAMES_A_RULE = {"Finding": 2, "Construct": 0, "found": 3, "share": 0}


def rules_named_in(file):
    for call in ast.walk(ast.parse(file.read_text())):
        if isinstance(call, ast.Call) and getattr(call.func, "id", None) in NAMES_A_RULE:
            place = NAMES_A_RULE[call.func.id]
            if len(call.args) > place and isinstance(call.args[place], ast.Constant):
                yield call.args[place].value


def arguments(case):
    return case if "files" in case else {"files": case}


class EveryRule(unittest.TestCase):
    def test_every_rule_has_cases_of_both_kinds(self):
        named = {name for file in CHECKLIB.glob("*.py") for name in rules_named_in(file)}
        named -= {"format"}  # needs swift; FormatRule below
        self.assertGreater(len(named), 25)
        self.assertEqual(named, set(cases.TRIPS))
        self.assertEqual(named, set(cases.PASSES))

    def test_the_smallest_repository_has_no_findings(self):
        self.assertEqual(findings({}), [])


def trip(rule, case):
    def test(self):
        found = findings(**arguments(case))
        self.assertIn(rule, {finding.rule for finding in found}, f"nothing found in {str(case)[:300]}")
        for finding in found:
            self.assertRegex(str(finding), r"^[^:]+:\d+: [a-z-]+: .+")

    return test


def leave_alone(rule, case):
    def test(self):
        found = [str(finding) for finding in findings(**arguments(case)) if finding.rule == rule]
        self.assertEqual(found, [])

    return test


for kind, table, maker in (("trips", cases.TRIPS, trip), ("passes", cases.PASSES, leave_alone)):
    for rule, members in table.items():
        for number, case in enumerate(members, start=1):
            setattr(EveryRule, f"test_{rule.replace('-', '_')}_{kind}_{number}", maker(rule, case))


class TheScript(unittest.TestCase):
    def run_check(self, root):
        return subprocess.run(
            [sys.executable, CHECK, "--no-format", "--root", root], capture_output=True, text=True, check=False
        )

    def test_a_clean_tree_ends_with_status_0(self):
        with folder({}) as root:
            done = self.run_check(root)
        self.assertEqual((done.returncode, done.stdout), (0, "check: 5 files, clean\n"))

    def test_findings_are_sorted_counted_and_end_with_status_1(self):
        tree = {"Sources/Engines/A/B.swift": "let a = try! f()\n", "Sources/Engines/A/A.swift": "public let a = 1\n"}
        with folder(tree) as root:
            done = self.run_check(root)
        self.assertEqual(done.returncode, 1)
        lines = done.stdout.splitlines()
        self.assertTrue(lines[0].startswith("Sources/Engines/A/A.swift:1: access: "), lines)
        self.assertTrue(lines[1].startswith("Sources/Engines/A/B.swift:1: force-try: "), lines)
        self.assertEqual(lines[2], "check: 2 findings")

    def test_ignored_files_are_not_judged(self):
        tree = {".gitignore": "/made/\n", "made/a.md": "[a](nosuch.md)\n"}
        with folder(tree, tracked=False) as root:
            subprocess.run(["git", "-C", root, "init", "--quiet"], check=True)
            done = self.run_check(root)
        self.assertEqual(done.returncode, 0, done.stdout)


class FormatRule(unittest.TestCase):
    CONFIGURATION = '{"version": 1, "lineLength": 120, "indentation": {"spaces": 4}}\n'

    def setUp(self):
        if not formatting.is_available():
            self.skipTest("swift is not on the path")

    def found(self, text):
        tree = {".swift-format": self.CONFIGURATION, "Sources/A/A.swift": text}
        with folder(tree) as root:
            return [(finding.path, finding.rule) for finding in formatting.check(Tree(root))]

    def test_badly_laid_out_code_is_found(self):
        self.assertIn(("Sources/A/A.swift", "format"), self.found("let  a=1\n"))

    def test_well_laid_out_code_is_not(self):
        self.assertEqual(self.found("let a = 1\n"), [])


class Masking(unittest.TestCase):
    def test_comments_and_literals_are_blanked_and_lines_stay(self):
        for text, wanted in (
            ('a("x") // y', 'a(" ")     '),
            ('#"\\(b)"# + c', ' "    "  + c'),
            ("/* a /* b */ c */ d", "                  d"),
            ("a / b / c", "a / b / c"),
            ("let r = /[a-z]/", "let r =        "),
            ('"""\na\n""" + b', '"""\n \n""" + b'),
        ):
            self.assertEqual(swift_source.mask(text), wanted)

    def test_interpolated_code_stays_visible(self):
        self.assertIn("try!", swift_source.mask('"\\(try! f())"'))
        self.assertNotIn("try!", swift_source.mask('"try!"'))


class Functions(unittest.TestCase):
    def lengths(self, text):
        return [(function.name, function.lines) for function in functions.functions(swift_source.mask(text))]

    def test_each_kind_of_body_is_measured(self):
        self.assertEqual(self.lengths("func f() {\n    g()\n}"), [("func f", 3)])
        self.assertEqual(self.lengths("init() {\n}"), [("init", 2)])
        self.assertEqual(self.lengths("deinit {\n}"), [("deinit", 2)])
        self.assertEqual(self.lengths("var a: Int {\n    1\n}"), [("var a", 3)])
        self.assertEqual(self.lengths("var a: Int {\n    get { 1 }\n    set { b = newValue }\n}"), [("get", 1), ("set", 1)])

    def test_what_has_no_body_is_not(self):
        self.assertEqual(self.lengths("protocol P {\n    func f() -> Int\n    var a: Int { get }\n}"), [])
        self.assertEqual(self.lengths("let a = 1\nvar b: Int = 2\n"), [])
