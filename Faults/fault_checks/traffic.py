"""Mixed requests at a steady rate against all nodes, with ledgers of what was acknowledged (rules H1, H3).

* Secrets: each writer owns some and counts up in them, so that what is stored must be the last acknowledged number or
  one whose outcome nobody was told.
* Tokens: usable until acknowledged as revoked, and never again.
* Wrapped answers: unwrapped once at most.
"""

import http.client
import json
import random
import threading
import time
from collections import Counter

from livetest.api import API, Answer

RATE = 200
WORKERS = 32
# What a node says that knows of no leader, or lost it while it asked; whether the request was done is not known.
UNKNOWN = (500, 503)


class Connection:
    """Kept open to one node; a client that waits for so long and no longer."""

    def __init__(self, port, token, timeout=2):
        self.port, self.token, self.timeout = port, token, timeout
        self.link = None
        self.outcomes = Counter()

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
        self.outcomes[answer.status] += 1
        return answer

    def close(self):
        if self.link:
            self.link.close()
        self.link = None


class Pace:
    """When each worker's next request is due: late ones are not made up for."""

    def __init__(self, rate, workers, stop):
        self.interval, self.stop = workers / rate, stop

    def ticks(self, chance):
        due = time.monotonic() + chance.uniform(0, self.interval)
        while not self.stop.wait(max(0, due - time.monotonic())):
            yield
            due = max(due + self.interval, time.monotonic())


class Ledger:
    """What clients were told. Several workers write at once."""

    def __init__(self):
        self.lock = threading.Lock()
        self.secrets, self.doubtful = {}, {}
        self.tokens = {"live": [], "revoked": [], "doubtful": []}
        self.unwrapped = 0
        self.wrong = []
        self.requests = self.writes = 0
        # How many answers of each status, or how many requests ended in which error.
        self.outcomes = Counter()

    def acknowledged(self, path, number):
        with self.lock:
            self.secrets[path] = number
            self.writes += 1

    def doubt(self, path, number):
        """It may be stored at any later time, or never."""
        with self.lock:
            self.doubtful.setdefault(path, set()).add(number)

    def may_be(self, path, found, known):
        return found >= known or found in self.doubtful.get(path, ())

    def violation(self, text):
        with self.lock:
            self.wrong.append(text)

    def keep(self, kind, token):
        with self.lock:
            self.tokens[kind].append(token)

    def take(self, kind, chance):
        """A token of the kind, which nobody else then has; None when there is none."""
        with self.lock:
            tokens = self.tokens[kind]
            return tokens.pop(chance.randrange(len(tokens))) if tokens else None


class Traffic:
    """Runs while the block does. `lost()` compares the ledgers with what is stored."""

    def __init__(self, cluster, seed=1, rate=RATE, workers=WORKERS, mount="secret"):
        self.cluster, self.mount = cluster, mount
        self.stop = threading.Event()
        self.ledger = Ledger()
        self.began = None
        self.pace = Pace(rate, workers, self.stop)
        self.threads = [
            threading.Thread(target=self.work, args=(number, random.Random(seed * 1000 + number)), daemon=True)
            for number in range(workers)]

    def __enter__(self):
        self.began = time.monotonic()
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.stop.set()
        for thread in self.threads:
            thread.join(timeout=60)
        self.took = time.monotonic() - self.began

    def work(self, worker, chance):
        connections = [Connection(node.port, self.cluster.token) for node in self.cluster.nodes]
        number = 0
        for _ in self.pace.ticks(chance):
            number += 1
            connection = chance.choice(connections)
            action = chance.choices([self.write, self.read, self.token, self.wrap], [50, 36, 8, 6])[0]
            self.ledger.requests += 1
            try:
                action(connection, chance, worker, number)
            except (OSError, http.client.HTTPException) as error:
                self.ledger.outcomes[type(error).__name__] += 1
        for connection in connections:
            connection.close()
            self.ledger.outcomes.update(connection.outcomes)

    def write(self, connection, chance, worker, number):
        path = f"w{worker}/s{number % 5}"
        try:
            answer = connection.request("POST", f"/v1/{self.mount}/{path}", {"number": number})
        except ConnectionRefusedError:
            raise
        except (OSError, http.client.HTTPException):
            self.ledger.doubt(path, number)
            raise
        if answer.status == 204:
            self.ledger.acknowledged(path, number)
        elif answer.status in UNKNOWN:
            self.ledger.doubt(path, number)
        elif answer.status != 307:
            self.ledger.violation(f"write {path}: {answer.status} {answer.body[:200]!r}")

    def read(self, connection, chance, worker, number):
        """Of any writer: what was acknowledged to anybody before must be seen."""
        path = f"w{chance.randrange(len(self.threads))}/s{chance.randrange(5)}"
        known = self.ledger.secrets.get(path, 0)
        answer = connection.request("GET", f"/v1/{self.mount}/{path}")
        if answer.status == 200:
            found = answer.data["number"]
            if not self.ledger.may_be(path, found, known):
                self.ledger.violation(f"{path}: read {found} after {known} was acknowledged")
        elif answer.status == 404 and known:
            self.ledger.violation(f"{path}: gone after {known} was acknowledged")
        elif answer.status not in (307, 404, *UNKNOWN):
            self.ledger.violation(f"read {path}: {answer.status} {answer.body[:200]!r}")

    def token(self, connection, chance, worker, number):
        step = chance.randrange(4)
        if step == 0:
            answer = connection.request("POST", "/v1/auth/token/create", {"policies": ["default"], "ttl": "10h"})
            if answer.status == 200:
                self.ledger.keep("live", answer.json["auth"]["client_token"])
        elif step == 1:
            self.revoke(connection, chance)
        else:
            self.look_up(connection, chance, "live" if step == 2 else "revoked")

    def revoke(self, connection, chance):
        token = self.ledger.take("live", chance)
        if not token:
            return
        kind = "doubtful"
        try:
            answer = connection.request("POST", "/v1/auth/token/revoke", {"token": token})
            kind = {204: "revoked", 307: "live"}.get(answer.status, "doubtful")
        except ConnectionRefusedError:
            kind = "live"
            raise
        finally:
            self.ledger.keep(kind, token)

    def look_up(self, connection, chance, kind):
        token = self.ledger.take(kind, chance)
        if not token:
            return
        try:
            status = connection.request("GET", "/v1/auth/token/lookup-self", token=token).status
        finally:
            self.ledger.keep(kind, token)
        if status == (403 if kind == "live" else 200):
            self.ledger.violation(f"a {kind} token was answered {status}")

    def wrap(self, connection, chance, worker, number):
        made = connection.request(
            "POST", "/v1/sys/wrapping/wrap", {"number": number}, headers={"X-Vault-Wrap-TTL": "10m"})
        if made.status != 200:
            return
        token = made.json["wrap_info"]["token"]
        times = 0
        for _ in range(3):
            try:
                times += connection.request("POST", "/v1/sys/wrapping/unwrap", token=token).status == 200
            except (OSError, http.client.HTTPException) as error:
                self.ledger.outcomes[type(error).__name__] += 1
        self.ledger.unwrapped += times
        if times > 1:
            self.ledger.violation(f"an answer was unwrapped {times} times")

    def lost(self):
        """What was acknowledged and is not so."""
        api = API(self.cluster.wait_for_leader().port, self.cluster.token)
        lost = []
        for path, number in sorted(self.ledger.secrets.items()):
            answer = api.get(f"/v1/{self.mount}/{path}")
            found = answer.data["number"] if answer.status == 200 else None
            if found is None or not self.ledger.may_be(path, found, number):
                lost.append(f"{path}: {found} is stored, {number} was acknowledged")
        for kind, wanted in (("live", 200), ("revoked", 403)):
            for token in self.ledger.tokens[kind]:
                status = api.get("/v1/auth/token/lookup-self", token=token).status
                if status != wanted:
                    lost.append(f"a {kind} token is answered {status}")
        return lost

    def violations(self):
        return self.ledger.wrong + self.lost()

    def told(self):
        ledger = self.ledger
        tokens = {kind: len(tokens) for kind, tokens in ledger.tokens.items()}
        return (f"{ledger.requests} requests ({ledger.requests / self.took:.0f}/s), {ledger.writes} writes acknowledged, "
                f"{tokens['live']} tokens live, {tokens['revoked']} revoked, {ledger.unwrapped} unwrapped; answers "
                + ", ".join(f"{status}: {count}" for status, count in sorted(ledger.outcomes.items(), key=str)))


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
