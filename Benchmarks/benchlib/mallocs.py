"""Counts the allocations of an unmodified program, through a small library that is preloaded into it."""

import mmap
import os
import struct
import subprocess
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[1] / "mallocs/mallocs.c"


class Mallocs:
    """One for each process; counts from its start."""

    def __init__(self, folder):
        library, counts = Path(folder, "mallocs.so"), Path(folder, "mallocs.page")
        subprocess.run(["cc", "-O2", "-shared", "-fPIC", "-Wall", "-Werror", "-o", library, SOURCE], check=True)
        counts.write_bytes(bytes(mmap.PAGESIZE))
        with open(counts, "r+b") as file:
            self.page = mmap.mmap(file.fileno(), mmap.PAGESIZE)
        self.environment = os.environ | {"LD_PRELOAD": str(library), "COFFER_MALLOCS": str(counts)}

    @property
    def calls(self):
        return struct.unpack_from("Q", self.page)[0]
