"""Rules for the tests: they do not sleep, they expect something, they stand where their subject stands."""

import re

from .tree import Finding, line_of

SLEEP = re.compile(r"\b(?:Task|Thread)\.sleep\b|(?<![\w.])(?<!func )(?:u|nano)?sleep\s*\(")
TEST = re.compile(r"@Test\b")
EXPECTATION = re.compile(r"#expect\b|#require\b|\bIssue\.record\b|\bconfirmation\s*\(")
# Areas of Tests that mirror no area of Sources.
UNMIRRORED = {"FuzzTargetsTests", "Scripts", "Support"}


def check(tree):
    for path in tree.swift("Tests"):
        code = tree.code(path)
        for match in SLEEP.finditer(code):
            yield Finding(path, line_of(code, match.start()), "test-sleeps", "use ManualClock or wait for the event")
        test = TEST.search(code)
        if test and not EXPECTATION.search(code):
            yield Finding(path, line_of(code, test.start()), "test-expects-nothing", "no expectation in the file")
    yield from unmirrored(tree)


def unmirrored(tree):
    """Tests/<folders>/<Target>Tests needs Sources/<folders>/<Target>."""
    seen = set()
    for path in tree.swift("Tests"):
        folder = target_folder(path)
        if path.split("/")[1] in UNMIRRORED or folder in seen:
            continue
        seen.add(folder)
        if folder is None:
            yield Finding(path, 1, "test-folder", "stands in no folder that ends in Tests")
            continue
        source = "Sources" + folder.removeprefix("Tests").removesuffix("Tests")
        if not tree.exists(source):
            yield Finding(path, 1, "test-folder", f"{folder} mirrors {source}, which does not exist")


def target_folder(path):
    parts = path.split("/")
    for depth in range(2, len(parts)):
        if parts[depth - 1].endswith("Tests"):
            return "/".join(parts[:depth])
    return None
