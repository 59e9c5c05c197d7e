"""How long nobody takes a write, seen by clients that do nothing else."""

import http.client
import threading
import time

from .connections import Connection


class Heartbeat:
    """A client for each node that writes again and again; when any of them was acknowledged."""

    def __init__(self, cluster, pause=0.02):
        self.cluster, self.pause = cluster, pause
        self.stop = threading.Event()
        self.moments = []
        self.threads = [threading.Thread(target=self.beat, args=(node,), daemon=True) for node in cluster.nodes]

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.stop.set()
        for thread in self.threads:
            thread.join(timeout=10)

    def beat(self, node):
        connection = Connection(node.port, self.cluster.token, timeout=1)
        while not self.stop.wait(self.pause):
            try:
                if connection.request("POST", f"/v1/secret/beat{node.port}", {"k": "v"}).status == 204:
                    self.moments.append(time.monotonic())
            except (OSError, http.client.HTTPException):
                pass
        connection.close()

    def gap(self, since, beats=20, seconds=90):
        """The longest time without an acknowledged write since then, once writes go on; call it when somebody leads."""
        known = len(self.moments)
        end = time.monotonic() + seconds
        while len(self.moments) < known + beats:
            if time.monotonic() > end:
                raise AssertionError(f"nobody took a write for {seconds} s")
            self.stop.wait(0.02)
        moments = sorted(moment for moment in self.moments if moment >= since - 5)
        return max(later - before for before, later in zip(moments, moments[1:]) if later >= since)
