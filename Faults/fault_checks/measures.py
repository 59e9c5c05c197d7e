"""What a server takes while something is done to it, as the system tells it."""

import os
import resource
import subprocess
import sys
import threading
import time
from contextlib import contextmanager

from livetest import process


def memory(server, name="VmRSS"):
    """In bytes."""
    return process.memory(server.pid, name)


def forget_peak(server):
    """From now on VmHWM is the peak since now."""
    process.forget_peak(server.pid)


def cpu(server):
    """User and system, in seconds."""
    return process.cpu_seconds(server.pid)


def cpu_nanoseconds(server):
    """The same, finer."""
    return process.cpu_nanoseconds(server.pid)


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
        for hog in busy:
            hog.kill()
            hog.wait()


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
