"""Small repositories in a temporary folder, for scripts/check to judge."""

import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path

from checklib import caps, constructs, documents, executables, layers, repository, test_files
from checklib.tree import Tree

FAMILIES = [caps, layers, constructs, test_files, repository, executables, documents]

# What every repository has to have; a tree of a case is added to it.
BASE = {
    "README.md": "# Name\n",
    "LICENSE": "text\n",
    "CHANGELOG.md": "# Changes\n",
    "SECURITY.md": "# Security\n",
    ".ci/run": "#!/usr/bin/env bash\n./test\n",
}

SWIFT = "Sources/Engines/TOTPEngine/TOTP.swift"


def code(text):
    """A tree with one Swift file of an engine."""
    return {SWIFT: text + "\n"}


@contextmanager
def folder(files, executable=(), tracked=False):
    """Writes BASE and the files; a value of None takes a file of BASE away."""
    with tempfile.TemporaryDirectory(prefix="check-") as name:
        root = Path(name)
        for path, content in (BASE | files).items():
            if content is None:
                continue
            file = root / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content if isinstance(content, bytes) else content.encode())
            file.chmod(0o755 if path in executable else 0o644)
        if tracked:
            subprocess.run(["git", "-C", name, "init", "--quiet"], check=True)
            subprocess.run(["git", "-C", name, "add", "--force", "."], check=True)
        yield root


def findings(files, **more):
    with folder(files, **more) as root:
        tree = Tree(root)
        return [finding for family in FAMILIES for finding in family.check(tree)]
