"""Requests at a steady rate, whatever becomes of those before: whoever is free sends the next one that is due."""

import random
import threading
import time
from collections import Counter


class OpenLoop:
    """Calls `act(client, chance, number)` so many times a second while the block runs.

    A client that waits for an answer holds up nobody: there are enough of them that all can wait for `patience` seconds,
    and each takes the next moment that nobody has taken.
    """

    # A window in which the rate is looked at (seconds), and how late a request is late.
    WINDOW, LATE = 10, 0.25

    def __init__(self, rate, act, seed=1, patience=2):
        self.rate, self.act = rate, act
        self.stop = threading.Event()
        self.lock = threading.Lock()
        self.number = 0
        self.began = self.took = None
        # How many were begun in each second, and how many of them late.
        self.sent, self.late = Counter(), 0
        self.threads = [
            threading.Thread(target=self.work, args=(client, random.Random(seed * 10000 + client)), daemon=True)
            for client in range(int(rate * patience * 1.5) + 16)]

    def __enter__(self):
        self.began = time.monotonic()
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.took = time.monotonic() - self.began
        self.stop.set()
        for thread in self.threads:
            thread.join(timeout=60)

    def work(self, client, chance):
        while True:
            with self.lock:
                self.number += 1
                number = self.number
            due = self.began + number / self.rate
            if self.stop.wait(max(0, due - time.monotonic())):
                return
            now = time.monotonic()
            with self.lock:
                self.sent[int(now - self.began)] += 1
                self.late += now - due > self.LATE
            self.act(client, chance, number)

    @property
    def requests(self):
        return sum(self.sent.values())

    def offered(self):
        """A second: over the whole time, and in the window with the fewest."""
        seconds = range(int(self.took))
        windows = [sum(self.sent[second] for second in seconds[first:first + self.WINDOW]) / self.WINDOW
                   for first in range(max(1, len(seconds) - self.WINDOW + 1))] if len(seconds) >= self.WINDOW else []
        mean = self.requests / self.took
        return mean, min(windows, default=mean)

    def told(self):
        mean, least = self.offered()
        return (f"{self.requests} requests offered ({mean:.0f}/s, no {self.WINDOW} s with less than {least:.0f}/s, "
                f"{self.late} late)")
