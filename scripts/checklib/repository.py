"""What may be in the repository at all: no build output, no large binaries, no traces of the workplace."""

import re

from .tree import Finding

REQUIRED = ["CHANGELOG.md", "LICENSE", "README.md", "SECURITY.md", ".ci/run"]
CI_CALLS = "./test"
LARGEST_BINARY = 512 * 1024

GENERATED = re.compile(r"(?:^|/)\.build[^/]*/|(?:^|/)Package\.resolved$|(?:^|/)__pycache__/")

# Each pattern is written so that it does not match its own text.
TRACES = [
    (re.compile(r"/(?:wor[k]|far[m])/|/\.librar[y]\b|/tmp/[w]/"), "a path of one machine"),
    (re.compile(r"\bsub[a]gents?\b|\bhelper[-][0-9]", re.IGNORECASE), "a word about how the project is made"),
    (
        re.compile(
            r"\b(?:(?:files\.)?pypi\.or[g]|files\.pythonhosted\.or[g]|proxy\.golang\.or[g]|sum\.golang\.or[g]"
            r"|registry\.npmjs\.or[g]|index\.crates\.i[o]|deb\.debian\.or[g]|security\.debian\.or[g])\b"
        ),
        "the host of a package registry",
    ),
]
TRACES_ALLOWED = {".gitignore"}


def check(tree):
    yield from missing(tree)
    for path in sorted(tree.tracked):
        if GENERATED.search(path):
            yield Finding(path, 1, "generated", "build output is tracked")
    for path in tree.paths:
        if tree.is_binary(path):
            yield from large_binary(tree, path)
        elif path not in TRACES_ALLOWED:
            yield from traces(tree, path)


def missing(tree):
    for path in REQUIRED:
        if not tree.exists(path):
            yield Finding(path, 1, "required-file", "is missing")
    if tree.exists(".ci/run") and CI_CALLS not in tree.text(".ci/run"):
        yield Finding(".ci/run", 1, "ci", f"does not call {CI_CALLS}")


def large_binary(tree, path):
    size = tree.size(path)
    if size > LARGEST_BINARY:
        yield Finding(path, 1, "large-binary", f"{size // 1024} KiB, at most {LARGEST_BINARY // 1024}")


def traces(tree, path):
    for number, line in enumerate(tree.text(path).splitlines(), start=1):
        for pattern, what in TRACES:
            if match := pattern.search(line):
                yield Finding(path, number, "trace", f"`{match.group()}` is {what}")
