"""What clients were told, and what may follow from it (rule H1)."""

import threading
import time
from bisect import bisect_left

from livetest.api import API


class Ledger:
    """Several clients write at once.

    * Secrets: whoever writes one counts up in it, one write after the other, so that what is stored must be the last
      acknowledged number or one whose outcome nobody was told.
    * Tokens: usable until acknowledged as revoked, and never again.
    * Wrapped answers: unwrapped once at most.
    """

    def __init__(self, paths):
        self.lock = threading.Lock()
        # Those that nobody writes now, and the last number that was sent to each.
        self.free, self.last = list(paths), dict.fromkeys(paths, 0)
        self.paths = tuple(paths)
        self.secrets, self.doubtful = {}, {}
        self.tokens = {"live": [], "revoked": [], "doubtful": []}
        self.wrapped, self.unwrapped = [], 0
        self.wrong = []
        # When each write was acknowledged.
        self.moments = []

    @property
    def writes(self):
        return len(self.moments)

    def next_write(self, chance):
        """A path, and the number to write; `written` gives it back."""
        with self.lock:
            path = self.free.pop(chance.randrange(len(self.free)))
            self.last[path] += 1
            return path, self.last[path]

    def written(self, path, number, outcome):
        """True: acknowledged; False: surely not done; None: it may be stored at any later time, or never."""
        with self.lock:
            self.free.append(path)
            if outcome:
                self.secrets[path] = number
                self.moments.append(time.monotonic())
            elif outcome is None:
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
            return self.drawn(self.tokens[kind], chance)

    def wrap(self, token):
        with self.lock:
            self.wrapped.append([token, 0, 0])

    def take_wrapped(self, chance):
        """A wrapping token, how often it was used, and how often it gave its answer; None when there is none."""
        with self.lock:
            return self.drawn(self.wrapped, chance)

    def unwrap(self, wrapped, gave, uses=3):
        wrapped[1] += 1
        wrapped[2] += gave
        if wrapped[2] > 1:
            self.violation(f"an answer was unwrapped {wrapped[2]} times")
        with self.lock:
            self.unwrapped += gave
            if wrapped[1] < uses:
                self.wrapped.append(wrapped)

    @staticmethod
    def drawn(things, chance):
        return things.pop(chance.randrange(len(things))) if things else None

    def gap(self, since, until):
        """The longest time without an acknowledged write between the two moments."""
        with self.lock:
            first = max(bisect_left(self.moments, since) - 1, 0)
            moments = self.moments[first:bisect_left(self.moments, until) + 1]
        return max((later - before for before, later in zip(moments, moments[1:])), default=0)

    def lost(self, port, token, mount="secret"):
        """What was acknowledged and is not so, at the node there."""
        api = API(port, token)
        lost = []
        for path, number in sorted(self.secrets.items()):
            answer = api.get(f"/v1/{mount}/{path}")
            found = answer.data["number"] if answer.status == 200 else None
            if found is None or not self.may_be(path, found, number):
                lost.append(f"{path}: {found} is stored, {number} was acknowledged")
        for kind, wanted in (("live", 200), ("revoked", 403)):
            for held in self.tokens[kind]:
                status = api.get("/v1/auth/token/lookup-self", token=held).status
                if status != wanted:
                    lost.append(f"a {kind} token is answered {status}")
        return lost
