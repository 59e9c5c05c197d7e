"""Finds the functions of a Swift file by matching braces in its masked code."""

import re
from typing import NamedTuple

ACCESSOR = r"(?:get|set|willSet|didSet|_read|_modify)"
EFFECTS = r"(?:\s*\(\w+\))?(?:\s+(?:async|throws(?:\(\w+\))?))*"
DECLARATION = re.compile(
    r"(?<![\w.`])(?:"
    r"(?P<function>func\s+(?:`\w+`|\w+|[^\s\w(]+)|init[?!]?(?=\s*[<(])|deinit(?=\s*\{))"
    r"|(?P<holder>subscript(?=\s*[<(])|var\s+`?\w+`?\s*:)"
    rf"|(?P<accessor>{ACCESSOR}(?={EFFECTS}\s*\{{))"
    r")"
)
FIRST_ACCESSOR = re.compile(rf"\{{\s*(?:@\w+\s+)*(?:mutating\s+|nonmutating\s+)?{ACCESSOR}\b{EFFECTS}\s*[{{}}a-z_]")
MARK = re.compile(r"[()\[\]{};=\n]")
CONTINUES = re.compile(r"\s*(?:->|where\b|async\b|throws\b|rethrows\b|\{)")
CONTINUED = (",", "->", "&", "==", ":", "where", "async", "throws")


class Function(NamedTuple):
    name: str
    line: int
    lines: int


def functions(code):
    """Every function, initialiser, accessor and computed property that has a body."""
    closers = brace_pairs(code)
    for match in DECLARATION.finditer(code):
        opener = body_start(code, match.end(), is_variable=match.group().startswith("var"))
        if opener is None or opener not in closers:
            continue
        if match.group("holder") and FIRST_ACCESSOR.match(code, opener):
            continue
        first = code.count("\n", 0, match.start()) + 1
        lines = code.count("\n", match.start(), closers[opener]) + 1
        yield Function(match.group().rstrip(" :"), first, lines)


def brace_pairs(code):
    """Offset of each opening brace to the offset of its closing one."""
    pairs, open_braces = {}, []
    for match in re.finditer(r"[{}]", code):
        if match.group() == "{":
            open_braces.append(match.start())
        elif open_braces:
            pairs[open_braces.pop()] = match.start()
    return pairs


def body_start(code, at, is_variable):
    """Offset of the brace that opens the body; None for a requirement or a stored property."""
    depth = 0
    for match in MARK.finditer(code, at):
        mark = match.group()
        if mark in "([":
            depth += 1
        elif mark in ")]":
            depth -= 1
        elif depth == 0 and ends_declaration(code, match, is_variable):
            return None
        elif depth == 0 and mark == "{":
            return match.start()
        if depth < 0:
            return None
    return None


def ends_declaration(code, match, is_variable):
    mark = match.group()
    if mark == "=":
        return is_variable
    if mark == "\n":
        goes_on = CONTINUES.match(code, match.end()) or code[: match.start()].rstrip()[-8:].endswith(CONTINUED)
        return is_variable or not goes_on
    return mark in "};"
