"""Wires between the nodes and their storage, and between the nodes, that a check can cut (faults F30)."""

import subprocess
import sys
from pathlib import Path

PROGRAM = Path(__file__).resolve().parents[1] / "wire_process.py"


class Wires:
    """One process carries all wires of a world: what is under load must not share this process's time."""

    def __init__(self, world):
        self.process = subprocess.Popen(
            [sys.executable, PROGRAM], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        world.on_exit(self.end)

    def end(self):
        self.process.kill()
        self.process.wait()

    def ask(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        return self.process.stdout.readline().strip()

    def open(self, target):
        return Wire(self, int(self.ask(f"open {target}")))


class Wire:
    """To one port; taken up at `port`."""

    def __init__(self, wires, port):
        self.wires, self.port = wires, port

    def cut(self, direction="both"):
        """`up`: what goes to the target is held; `down`: what comes from it."""
        self.wires.ask(f"cut {self.port} {direction}")

    def heal(self):
        self.wires.ask(f"heal {self.port}")
