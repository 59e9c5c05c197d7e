"""Sizes of files and functions."""

from .functions import functions
from .tree import Finding

LONGEST_FILE = 600
LONG_FILE = 350
LONGEST_FUNCTION = 60
LONG_FUNCTION = 30
# How much of Sources may be longer than the two "long" marks above.
LONG_SHARE = 0.10


def check(tree):
    yield from file_caps(tree)
    yield from function_caps(tree)


def file_caps(tree):
    for path in tree.swift():
        lines = length(tree, path)
        if lines > LONGEST_FILE:
            yield Finding(path, 1, "file-cap", f"{lines} lines, at most {LONGEST_FILE}")
    sizes = [(length(tree, path), path, 1) for path in tree.swift("Sources")]
    yield from share("file-share", "files", sizes, LONG_FILE)


def function_caps(tree):
    sizes = []
    for path in tree.swift("Sources"):
        for function in functions(tree.code(path)):
            sizes.append((function.lines, path, function.line))
            if function.lines > LONGEST_FUNCTION:
                message = f"{function.name} has {function.lines} lines, at most {LONGEST_FUNCTION}"
                yield Finding(path, function.line, "function-cap", message)
    yield from share("function-share", "functions", sizes, LONG_FUNCTION)


def share(rule, noun, sizes, mark):
    """One finding, at the longest, when too many of (lines, path, line) reach the mark."""
    reaching = [size for size in sizes if size[0] >= mark]
    if len(reaching) <= LONG_SHARE * len(sizes):
        return
    _, path, line = max(reaching)
    message = f"{len(reaching)} of {len(sizes)} {noun} have {mark} lines or more, at most {LONG_SHARE:.0%} may"
    yield Finding(path, line, rule, message)


def length(tree, path):
    return len(tree.text(path).splitlines())
