"""Connections that are kept open, to one node each."""

import http.client
import json
import threading
from collections import Counter

from livetest.api import Answer


class Connection:
    """A client that waits for so long and no longer."""

    def __init__(self, port, token, timeout=2):
        self.port, self.token, self.timeout = port, token, timeout
        self.link = None

    def request(self, method, path, body=None, token=None, headers=None):
        if self.link is None:
            self.link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=self.timeout)
        fields = {"X-Vault-Request": "true", "X-Vault-Token": token or self.token} | (headers or {})
        try:
            self.link.request(method, path, None if body is None else json.dumps(body), fields)
            response = self.link.getresponse()
            answer = Answer(response.status, dict(response.getheaders()), response.read())
        except (OSError, http.client.HTTPException):
            self.close()
            raise
        if response.will_close:
            self.close()
        return answer

    def close(self):
        if self.link:
            self.link.close()
        self.link = None


class Connections:
    """To one node, for many clients: a request goes over one that is idle, or a new one."""

    def __init__(self, port, token):
        self.port, self.token = port, token
        self.lock = threading.Lock()
        self.idle = []
        # How many answers of each status, or how many requests ended in which error.
        self.outcomes = Counter()

    def request(self, method, path, body=None, **more):
        with self.lock:
            connection = self.idle.pop() if self.idle else Connection(self.port, self.token)
        outcome = None
        try:
            answer = connection.request(method, path, body, **more)
            outcome = answer.status
            return answer
        except (OSError, http.client.HTTPException) as error:
            outcome = type(error).__name__
            raise
        finally:
            with self.lock:
                self.outcomes[outcome] += 1
                self.idle.append(connection)

    def close(self):
        for connection in self.idle:
            connection.close()
