"""Scripts: each executable file says what runs it, and parses."""

import re
import subprocess

from .tree import Finding

SHEBANG = re.compile(r"#!\s*(?:/usr/bin/env\s+(?:-S\s+)?)?(?:\S*/)?(?P<interpreter>[\w.+-]+)")
BASH_ERROR = re.compile(r"line (\d+): (.*)")


def check(tree):
    for path in tree.paths:
        if tree.is_executable(path) or path.endswith((".py", ".sh")):
            yield from findings(tree, path)


def findings(tree, path):
    if tree.is_binary(path):
        yield Finding(path, 1, "script", "an executable that is no script")
        return
    interpreter = interpreter_of(tree, path)
    if interpreter is None and tree.is_executable(path):
        yield Finding(path, 1, "script", "executable, but without a shebang")
    elif path.endswith(".py") or (interpreter or "").startswith("python"):
        yield from python_errors(tree, path)
    elif path.endswith(".sh") or interpreter in {"bash", "sh"}:
        yield from shell_errors(tree, path)


def interpreter_of(tree, path):
    match = SHEBANG.match(tree.text(path))
    return match.group("interpreter") if match else None


def python_errors(tree, path):
    """What `python3 -m py_compile` checks, without writing a cache file."""
    try:
        compile(tree.text(path), path, "exec", dont_inherit=True)
    except (SyntaxError, ValueError) as error:
        yield Finding(path, getattr(error, "lineno", None) or 1, "script", f"python: {error.args[0]}")


def shell_errors(tree, path):
    done = subprocess.run(["bash", "-n", str(tree.root / path)], capture_output=True, text=True, check=False)
    if done.returncode:
        error = BASH_ERROR.search(done.stderr)
        line, message = (int(error.group(1)), error.group(2)) if error else (1, done.stderr.strip())
        yield Finding(path, line, "script", f"bash: {message}")
