"""Markdown: a short README, links that lead somewhere, decision records with a number and a title."""

import posixpath
import re
from urllib.parse import unquote

from .tree import Finding, line_of

LONGEST_README = 150
DECISIONS = "docs/decisions/"

NOT_PROSE = re.compile(r"^(?P<fence>`{3,}|~{3,}).*?(?:^(?P=fence)|\Z)|`[^`\n]+`", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(\s*<?(?P<inline>[^)\s>]+)>?(?:\s+\"[^\"]*\")?\s*\)|^\[[^\]]+\]:\s*(?P<reference>\S+)", re.MULTILINE)
ABSOLUTE = re.compile(r"[a-z][a-z0-9+.-]*:|#|//", re.IGNORECASE)
RECORD_NAME = re.compile(r"(?P<number>\d{4})-[a-z0-9-]+\.md$")


def check(tree):
    for path in tree.paths:
        if path.endswith(".md"):
            yield from broken_links(tree, path)
    yield from long_readme(tree)
    yield from decisions(tree)


def broken_links(tree, path):
    prose = NOT_PROSE.sub(lambda match: re.sub(r"[^\n]", " ", match.group()), tree.text(path))
    for match in LINK.finditer(prose):
        link = match.group("inline") or match.group("reference")
        if not ABSOLUTE.match(link) and not leads_somewhere(tree, path, link):
            yield Finding(path, line_of(prose, match.start()), "link", f"{link} leads nowhere")


def leads_somewhere(tree, path, link):
    file = unquote(link.split("#")[0].split("?")[0])
    start = "" if file.startswith("/") else posixpath.dirname(path)
    target = posixpath.normpath(posixpath.join(start, file.lstrip("/")))
    return not target.startswith("..") and tree.exists(target)


def long_readme(tree):
    if "README.md" in tree.paths:
        lines = len(tree.text("README.md").splitlines())
        if lines > LONGEST_README:
            yield Finding("README.md", lines, "readme-cap", f"{lines} lines, at most {LONGEST_README}")


def decisions(tree):
    """`docs/decisions/0007-a-name.md` begins with `# 0007: Title`; no number is used twice."""
    numbers = {}
    for path in tree.paths:
        if not path.startswith(DECISIONS):
            continue
        name = RECORD_NAME.fullmatch(path.removeprefix(DECISIONS))
        if name is None:
            yield Finding(path, 1, "decision", "is not named NNNN-words-of-the-title.md")
            continue
        number = name.group("number")
        if not re.match(rf"# {number}: \S", tree.text(path)):
            yield Finding(path, 1, "decision", f"does not begin with '# {number}: ' and a title")
        if number in numbers:
            yield Finding(path, 1, "decision", f"has the number of {numbers[number]}")
        numbers.setdefault(number, path)
