"""Named checks, run in the order in which they are written, and the line that counts them."""

import sys
import traceback


class Skip(Exception):
    """Raised by a check that cannot be made here; it counts neither as passed nor as failed."""


class Checks:
    """A group of checks; each is a function of one world (the server and what belongs to it)."""

    def __init__(self, title):
        self.title = title
        self.members = []

    def check(self, sentence):
        def register(function):
            if any(known == sentence for known, _ in self.members):
                raise ValueError(f"two checks are called {sentence!r}")
            self.members.append((sentence, function))
            return function

        return register

    def only(self, wanted):
        """The group with the checks whose sentence is wanted."""
        return self.with_members([member for member in self.members if wanted(member[0])])

    def over(self, what):
        """The group, with what it runs over in its title."""
        return self.with_members(self.members, f"{self.title} over {what}" if what else self.title)

    def with_members(self, members, title=None):
        group = Checks(title or self.title)
        group.members = members
        return group


class Tally:
    """Counts over all groups of one program."""

    def __init__(self, out=sys.stdout):
        self.passed = 0
        self.failed = []
        self.skipped = []
        self.out = out

    def run(self, group, world):
        self.say(f"\n{group.title}")
        for sentence, function in group.members:
            self.run_one(f"{group.title}: {sentence}", sentence, function, world)

    def run_one(self, name, sentence, function, world):
        try:
            function(world)
        except Skip as reason:
            self.skipped.append(name)
            self.say(f"  skipped  {sentence} ({reason})")
        except Exception as error:  # one failure must not hide the checks that follow
            self.fail(name, f"{sentence}\n{explained(error)}")
        else:
            self.passed += 1
            self.say(f"  ok       {sentence}")

    def fail(self, name, text):
        self.failed.append(name)
        self.say(f"  FAILED   {text}")

    def finish(self):
        """Prints the last line; returns the exit status."""
        if self.failed:
            self.say("\nfailed:")
            for name in self.failed:
                self.say(f"  {name}")
        if self.skipped:
            self.say(f"\n{len(self.skipped)} skipped")
        self.say(f"\n{self.passed} passed, {len(self.failed)} failed")
        return 1 if self.failed else 0

    def say(self, text):
        print(text, file=self.out, flush=True)


def explained(error):
    """The error and the lines of ours that led to it."""
    lines = traceback.format_exception(type(error), error, error.__traceback__)
    return "".join("           " + line for line in "".join(lines).splitlines(keepends=True)[-12:]).rstrip()


def equal(found, wanted, what="value"):
    if found != wanted:
        raise AssertionError(f"{what} is {found!r}, not {wanted!r}")


def true(condition, what):
    if not condition:
        raise AssertionError(what)
