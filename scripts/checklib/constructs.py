"""Constructs that Sources may not hold, each a pattern over masked code with its exceptions."""

import re
from fnmatch import fnmatchcase
from typing import NamedTuple

from . import layers, secrets_compared
from .tree import Finding, line_of

DECLARES = (
    r"(?:\(set\)\s|\s+(?:@|(?:final|class|struct|enum|actor|protocol|extension|typealias|associatedtype|indirect|func"
    r"|var|let|init|subscript|static|override|required|convenience|lazy|mutating|nonisolated|import|macro)\b))"
)


class Construct(NamedTuple):
    """A forbidden pattern; `allowed` maps a path pattern to the reason why it may stand there."""

    rule: str
    pattern: re.Pattern
    message: str
    allowed: dict = {}


CONSTRUCTS = [
    Construct("access", re.compile(rf"(?<![\w.`])(?:public|open){DECLARES}"), "there is no public API: use package"),
    Construct("force-try", re.compile(r"\btry!"), "handle the error"),
    Construct("force-cast", re.compile(r"\bas!"), "use as? and handle nil"),
    Construct("unsafe-isolation", re.compile(r"\bnonisolated\s*\(\s*unsafe\s*\)"), "use Mutex or an atomic"),
    Construct(
        "unchecked-sendable",
        re.compile(r"@unchecked\s+Sendable\b"),
        "outside CofferBase use Mutex from Synchronization",
        {"Sources/Base/CofferBase/*": "the lock-free and thread-owning primitives that the rest builds on"},
    ),
    Construct(
        "foundation",
        re.compile(r"\bimport\s+(?:(?:struct|class|enum|protocol|func)\s+)?Foundation(?!\w)"),
        "FoundationEssentials at most: full Foundation adds 50 MB",
    ),
    Construct(
        "unstructured-task",
        re.compile(r"(?<![\w.`])Task(?:<[^>{}]*>)?(?:\.(?:detached|immediate))?\s*(?:\([^()]*\)\s*)?\{|\bTask\.detached\b"),
        "tasks without an owner live in services only",
        {
            "Sources/Services/*": "a service owns the tasks that it starts",
            "Sources/Core/CofferCore/Cluster/*": "a node's part in its cluster lives as long as it is open",
            "Sources/coffer/Coffer.swift": "the program itself; see its comment",
            "Sources/HTTP/CofferHTTP/Server/EventLoopTasks.swift": "one task per request, on its event loop",
        },
    ),
    Construct(
        "boxed-function",
        re.compile(r"\b(?:Mutex|Snapshot|Optional)<\(?\(*@?[^<>{}=\[]*->"),
        "a function read from a generic box is wrapped once more at each access: put it into a struct",
    ),
    Construct(
        "clock",
        re.compile(
            r"(?<![\w.])Date\(\)|\bDate\.now\b|\b(?:Continuous|Suspending)Clock\b|\bDispatchTime\.now\b"
            r"|(?<![\w.])(?:clock_gettime|gettimeofday)\s*\(|(?<![\w.])time\(nil\)"
        ),
        "time comes from the injected clock",
        {
            "Sources/Base/CofferBase/*": "the system clock is read here, once",
            "Sources/Base/TimingProbe/*": "time is what it measures",
        },
    ),
]

WORDS = re.compile(
    r"\b(?:to-?do|fix-?me|unimplemented|not implemented|stub(?:s|bed)?|placeholders?|for now)\b", re.IGNORECASE
)
# Places where one of the words is what the text must say.
WORDS_ALLOWED = {"Sources/HTTP/CofferHTTP/Server/HTTPReason.swift": "the reason phrase of status 501"}

PRINT = re.compile(r"(?<![\w.`])(?<!func )(?:debugPrint|print|dump)\s*\(")
FATAL = re.compile(r"(?<![\w.`])fatalError\s*\(")
SENTENCE = re.compile(r'\s*"(?:[^"\\]|\\.)*\S\s+\S+\s+\S(?:[^"\\]|\\.)*"')


def check(tree):
    for path in tree.swift("Sources"):
        code = tree.code(path)
        for construct in CONSTRUCTS:
            if not is_allowed(path, construct.allowed):
                yield from found(path, code, construct.pattern, construct.rule, construct.message)
        yield from unfinished_words(tree, path)
        yield from unexplained_fatal_errors(tree, path)
        if not is_program(path):
            yield from found(path, code, PRINT, "print", "only programs write to the terminal")
        for offset, message in secrets_compared.comparisons(path, code):
            yield Finding(path, line_of(code, offset), "secret-compared", message)


def found(path, text, pattern, rule, message):
    for match in pattern.finditer(text):
        yield Finding(path, line_of(text, match.start()), rule, f"`{' '.join(match.group().split())}`: {message}")


def is_allowed(path, allowed):
    return any(fnmatchcase(path, pattern) for pattern in allowed)


def is_program(path):
    module = layers.module_of(path)
    return module is not None and module.layer == layers.PROGRAMS


def unfinished_words(tree, path):
    if not is_allowed(path, WORDS_ALLOWED):
        yield from found(path, tree.text(path), WORDS, "unfinished", "finish it, or take it out")


def unexplained_fatal_errors(tree, path):
    """A broken invariant is explained, by its message or by a comment in the line above."""
    text = tree.text(path)
    lines = text.splitlines()
    for match in FATAL.finditer(tree.code(path)):
        line = line_of(text, match.start())
        commented = line > 1 and lines[line - 2].lstrip().startswith("//")
        if not commented and not SENTENCE.match(text, match.end()):
            yield Finding(path, line, "fatal-error", "say in a sentence which invariant is broken")
