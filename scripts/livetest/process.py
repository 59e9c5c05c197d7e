"""What a running process takes, as the system tells it."""

import os
import re
from pathlib import Path


def memory(pid, name="VmRSS"):
    """In bytes; VmHWM is the peak."""
    text = Path(f"/proc/{pid}/status").read_text()
    return int(re.search(rf"^{name}:\s+(\d+) kB", text, re.MULTILINE)[1]) * 1024


def forget_peak(pid):
    """From now on VmHWM is the peak since now."""
    Path(f"/proc/{pid}/clear_refs").write_text("5")

TICKS = os.sysconf("SC_CLK_TCK")


def cpu_seconds(pid):
    """User and system, of threads that have ended too."""
    # The name, in parentheses, may hold spaces; what is counted comes after it.
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def cpu_nanoseconds(pid):
    """The same, finer, but only of threads that live."""
    tasks = Path(f"/proc/{pid}/task").iterdir()
    return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks)


def open_files(pid):
    return len(os.listdir(f"/proc/{pid}/fd"))


def threads(pid):
    return len(os.listdir(f"/proc/{pid}/task"))
