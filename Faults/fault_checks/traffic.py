"""Mixed requests at a steady rate against all nodes, with a ledger of what was acknowledged (rules H1, H3)."""

import http.client
import time
from collections import Counter

from .connections import Connections
from .ledger import Ledger
from .open_loop import OpenLoop

RATE = 200
# Below this share of it what was seen is not what happens under that load.
ENOUGH = 0.95
# What a node says that knows of no leader, or lost it while it asked; whether the request was done is not known.
UNKNOWN = (500, 503)


class Traffic:
    """Runs while the block does. `violations()` compares the ledger with what was answered and what is stored."""

    def __init__(self, cluster, seed=1, rate=RATE, mount="secret"):
        self.cluster, self.mount = cluster, mount
        # More than can be under way at once.
        self.ledger = Ledger([f"w{number % 40}/s{number // 40}" for number in range(4 * rate)])
        self.loop = OpenLoop(rate, self.request, seed)
        self.stop = self.loop.stop
        self.nodes = []

    def __enter__(self):
        self.nodes = [Connections(node.port, self.cluster.token) for node in self.cluster.nodes]
        self.loop.__enter__()
        return self

    def __exit__(self, *error):
        self.loop.__exit__(*error)
        for node in self.nodes:
            node.close()

    def request(self, _, chance, __):
        """One, at a node of chance."""
        node = chance.choice(self.nodes)
        act = chance.choices((self.write, self.read, self.token, self.wrap), (50, 36, 8, 6))[0]
        try:
            act(node, chance)
        except (OSError, http.client.HTTPException):
            # The ledger knows what that means, and the connections count it.
            pass

    def write(self, node, chance):
        path, number = self.ledger.next_write(chance)
        outcome = None
        try:
            answer = node.request("POST", f"/v1/{self.mount}/{path}", {"number": number})
            outcome = {204: True, 307: False}.get(answer.status)
        except ConnectionRefusedError:
            outcome = False
            raise
        finally:
            self.ledger.written(path, number, outcome)
        if answer.status not in (204, 307, *UNKNOWN):
            self.ledger.violation(f"write {path}: {answer.status} {answer.body[:200]!r}")

    def read(self, node, chance):
        """What was acknowledged to anybody before must be seen."""
        path = chance.choice(self.ledger.paths)
        known = self.ledger.secrets.get(path, 0)
        answer = node.request("GET", f"/v1/{self.mount}/{path}")
        if answer.status == 200:
            found = answer.data["number"]
            if not self.ledger.may_be(path, found, known):
                self.ledger.violation(f"{path}: read {found} after {known} was acknowledged")
        elif answer.status == 404 and known:
            self.ledger.violation(f"{path}: gone after {known} was acknowledged")
        elif answer.status not in (307, 404, *UNKNOWN):
            self.ledger.violation(f"read {path}: {answer.status} {answer.body[:200]!r}")

    def token(self, node, chance):
        step = chance.choice(("create", "revoke", "live", "revoked"))
        token = None if step == "create" else self.ledger.take("live" if step == "revoke" else step, chance)
        if token is None:
            self.create(node)
        elif step == "revoke":
            self.revoke(node, token)
        else:
            self.look_up(node, step, token)

    def create(self, node):
        answer = node.request("POST", "/v1/auth/token/create", {"policies": ["default"], "ttl": "10h"})
        if answer.status == 200:
            self.ledger.keep("live", answer.json["auth"]["client_token"])

    def revoke(self, node, token):
        kind = "doubtful"
        try:
            answer = node.request("POST", "/v1/auth/token/revoke", {"token": token})
            kind = {204: "revoked", 307: "live"}.get(answer.status, "doubtful")
        except ConnectionRefusedError:
            kind = "live"
            raise
        finally:
            self.ledger.keep(kind, token)

    def look_up(self, node, kind, token):
        try:
            status = node.request("GET", "/v1/auth/token/lookup-self", token=token).status
        finally:
            self.ledger.keep(kind, token)
        if status == (403 if kind == "live" else 200):
            self.ledger.violation(f"a {kind} token was answered {status}")

    def wrap(self, node, chance):
        wrapped = self.ledger.take_wrapped(chance) if chance.random() < 0.7 else None
        if wrapped is None:
            made = node.request("POST", "/v1/sys/wrapping/wrap", {"k": "v"}, headers={"X-Vault-Wrap-TTL": "10m"})
            if made.status == 200:
                self.ledger.wrap(made.json["wrap_info"]["token"])
            return
        gave = False
        try:
            gave = node.request("POST", "/v1/sys/wrapping/unwrap", token=wrapped[0]).status == 200
        finally:
            self.ledger.unwrap(wrapped, gave)

    def gap(self, since, writes=20, seconds=90):
        """The longest time without an acknowledged write since then, once writes go on; call it when somebody leads."""
        known, now = self.ledger.writes, time.monotonic()
        while self.ledger.writes < known + writes:
            if time.monotonic() > now + seconds:
                raise AssertionError(f"nobody took a write for {seconds} s")
            self.stop.wait(0.02)
        return self.ledger.gap(since, time.monotonic())

    def lost(self):
        """What was acknowledged and is not so."""
        return self.ledger.lost(self.cluster.wait_for_leader().port, self.cluster.token, self.mount)

    def violations(self):
        """Of the ledger; and that the load was none."""
        rate, _ = self.loop.offered()
        slow = [f"only {rate:.0f} requests a second were offered"] if rate < ENOUGH * self.loop.rate else []
        return slow + self.ledger.wrong + self.lost()

    def told(self):
        ledger, outcomes = self.ledger, sum((node.outcomes for node in self.nodes), start=Counter())
        tokens = {kind: len(tokens) for kind, tokens in ledger.tokens.items()}
        answered = sum(count for outcome, count in outcomes.items() if isinstance(outcome, int))
        return (f"{self.loop.told()}, {answered} answered ({answered / self.loop.took:.0f}/s): {ledger.writes} writes "
                f"acknowledged, {tokens['live']} tokens live, {tokens['revoked']} revoked, {ledger.unwrapped} unwrapped; "
                + ", ".join(f"{outcome}: {count}" for outcome, count in sorted(outcomes.items(), key=str)))
