"""The library that is preloaded into a server to move its clock and to break its disk; see shim/faults.c."""

import errno
import mmap
import os
import struct
import subprocess
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[1] / "shim/faults.c"
KILL, FAIL, TEAR = 1, 2, 3
WRITES, SYNCS = 1, 2
FIELDS = ("clock_offset", "countdown", "action", "error", "kinds", "is_lasting", "calls")


class Shim:
    """One per server; what is set here holds for the running server at once."""

    def __init__(self, folder):
        self.folder = Path(folder)
        self.library = self.folder / "faults.so"
        subprocess.run(
            ["cc", "-O1", "-shared", "-fPIC", "-Wall", "-Werror", "-o", self.library, SOURCE, "-ldl"], check=True)
        control = self.folder / "faults.page"
        control.write_bytes(bytes(4096))
        with open(control, "r+b") as file:
            self.page = mmap.mmap(file.fileno(), 4096)
        self.environment = os.environ | {"LD_PRELOAD": str(self.library), "COFFER_FAULTS": str(control)}

    def set(self, **values):
        for name, value in values.items():
            struct.pack_into("q", self.page, 8 * FIELDS.index(name), value)

    def get(self, name):
        return struct.unpack_from("q", self.page, 8 * FIELDS.index(name))[0]

    def move_clock(self, seconds):
        self.set(clock_offset=int(seconds * 1e9))

    def arm(self, countdown, action=KILL, kinds=WRITES | SYNCS, error=errno.EIO, lasting=False):
        """The fault comes with the call of this number."""
        self.set(countdown=0)
        self.set(action=action, kinds=kinds, error=error, is_lasting=int(lasting), calls=0)
        self.set(countdown=countdown)

    def disarm(self):
        self.set(countdown=0, is_lasting=0)
