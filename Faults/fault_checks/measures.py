"""What a server takes while something is done to it, as the system tells it."""

import os
import re
import resource
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")


def memory(server, name="VmRSS"):
    """In bytes."""
    text = Path(f"/proc/{server.pid}/status").read_text()
    return int(re.search(rf"^{name}:\s+(\d+) kB", text, re.MULTILINE)[1]) * 1024


def forget_peak(server):
    """From now on VmHWM is the peak since now."""
    Path(f"/proc/{server.pid}/clear_refs").write_text("5")


def cpu(server):
    """User and system, in seconds."""
    # The name, in parentheses, may hold spaces; what is counted comes after it.
    fields = Path(f"/proc/{server.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def cpu_nanoseconds(server):
    """The same, finer."""
    tasks = Path(f"/proc/{server.pid}/task").iterdir()
    return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks)


def allow_many_files():
    """For this process; how many it may open."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    return most


@contextmanager
def busy_processors(each=4):
    """So many processes for each processor do nothing but take its time."""
    busy = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(each * os.cpu_count())]
    try:
        yield
    finally:
        for process in busy:
            process.kill()
            process.wait()


class Probe:
    """Asks for one path again and again while the block runs; how long each answer took."""

    def __init__(self, api, path="/v1/sys/health", pause=0.01):
        self.api, self.path, self.pause = api, path, pause
        self.seconds, self.statuses = [], []
        self.is_over = threading.Event()

    def run(self):
        while True:
            start = time.monotonic()
            try:
                self.statuses.append(self.api.get(self.path).status)
            except OSError as error:
                self.statuses.append(type(error).__name__)
            self.seconds.append(time.monotonic() - start)
            if self.is_over.wait(self.pause):
                return

    def __enter__(self):
        self.thread = threading.Thread(target=self.run)
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.is_over.set()
        self.thread.join()

    def quantile(self, part):
        times = sorted(self.seconds)
        return times[min(int(len(times) * part), len(times) - 1)]
