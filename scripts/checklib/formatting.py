"""Layout and style, as `swift format` judges them."""

import re
import shutil
import subprocess

from .tree import Finding

CONFIGURATION = ".swift-format"
JUDGED = ["Sources", "Tests", "Package.swift"]
FINDING = re.compile(r"(?P<path>.+?):(?P<line>\d+):\d+: (?:error|warning): (?P<message>.+)")


def is_available():
    return shutil.which("swift") is not None


def check(tree):
    command = ["swift", "format", "lint", "--strict", "--recursive", "--parallel", "--configuration", CONFIGURATION]
    command += [path for path in JUDGED if tree.exists(path)]
    done = subprocess.run(command, cwd=tree.root, capture_output=True, text=True, check=False)
    found = [FINDING.match(line) for line in done.stderr.splitlines()]
    for match in filter(None, found):
        path = match.group("path").removeprefix(f"{tree.root}/")
        yield Finding(path, int(match.group("line")), "format", match.group("message"))
    if done.returncode and not any(found):
        yield Finding(CONFIGURATION, 1, "format", done.stderr.strip() or "swift format failed")
