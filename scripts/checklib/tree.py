"""The files of the repository as the rules see them: what git tracks or would track."""

import os
import subprocess
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from . import swift_source


class Finding(NamedTuple):
    path: str
    line: int
    rule: str
    message: str

    def __str__(self):
        return f"{self.path}:{self.line}: {self.rule}: {self.message}"


class Tree:
    """A working tree; texts and masked Swift code are read once and kept."""

    def __init__(self, root):
        self.root = Path(root)
        self._texts = {}
        self._codes = {}

    @cached_property
    def paths(self):
        """Existing regular files, tracked or about to be, relative to the root and sorted."""
        listed = self._git("--cached", "--others", "--exclude-standard")
        if listed is None:
            listed = self._walked()
        return sorted(path for path in listed if self._is_plain_file(path))

    @cached_property
    def tracked(self):
        """Paths in git's index; empty outside a git repository."""
        return self._git("--cached") or set()

    def swift(self, *folders):
        """Swift files under the given top folders, or all of them."""
        prefixes = tuple(folder + "/" for folder in folders)
        return [path for path in self.paths if path.endswith(".swift") and (not folders or path.startswith(prefixes))]

    def text(self, path):
        if path not in self._texts:
            self._texts[path] = (self.root / path).read_bytes().decode("utf-8", errors="replace")
        return self._texts[path]

    def code(self, path):
        """The Swift text with comments and literals blanked, every offset and line kept."""
        if path not in self._codes:
            self._codes[path] = swift_source.mask(self.text(path))
        return self._codes[path]

    def exists(self, path):
        return (self.root / path).exists()

    def is_executable(self, path):
        return os.access(self.root / path, os.X_OK)

    def is_binary(self, path):
        with open(self.root / path, "rb") as file:
            return b"\0" in file.read(8192)

    def size(self, path):
        return (self.root / path).stat().st_size

    def _is_plain_file(self, path):
        full = self.root / path
        return full.is_file() and not full.is_symlink()

    def _git(self, *flags):
        if not (self.root / ".git").exists():
            return None
        command = ["git", "-C", str(self.root), "ls-files", "-z", *flags]
        done = subprocess.run(command, capture_output=True, check=True)
        return {name for name in done.stdout.decode().split("\0") if name}

    def _walked(self):
        for folder, _, names in os.walk(self.root):
            for name in names:
                yield (Path(folder) / name).relative_to(self.root).as_posix()


def line_of(text, offset):
    """The 1-based line that holds the offset."""
    return text.count("\n", 0, offset) + 1
