"""Which methods of hvac's core classes the other checks have called; those they have not are named with a reason."""

import functools
import inspect

from hvac.api import system_backend
from hvac.api.auth_methods import Token
from hvac.api.secrets_engines import Database, KvV1, KvV2
from livetest.checks import Checks, equal, true

CHECKS = Checks("coverage of hvac")

CALLED = set()

# Why no check calls a method. A method that one does call may stand here, too.
NOT_CALLED = {
    **dict.fromkeys(
        (
            "Raft.read_raft_auto_snapshot_status", "Raft.read_raft_auto_snapshot_config",
            "Raft.list_raft_auto_snapshot_configs", "Raft.create_or_update_raft_auto_snapshot_config",
            "Raft.delete_raft_auto_snapshot_config",
        ),
        "Enterprise only",
    ),
}


def core_classes():
    own = [kind for kind in vars(system_backend).values() if inspect.isclass(kind)]
    return [kind for kind in own if kind.__module__.startswith("hvac.api.system_backend.")] + [Token, KvV1, KvV2, Database]


def methods():
    """Every public method of the core classes, as `Class.method`."""
    for kind in core_classes():
        for name, function in vars(kind).items():
            if inspect.isfunction(function) and not name.startswith("_"):
                yield kind, name, function


def record():
    """Makes every method note that it was called; before any client is made."""
    for kind, name, function in list(methods()):
        setattr(kind, name, noting(f"{kind.__name__}.{name}", function))


def noting(title, function):
    @functools.wraps(function)
    def wrapper(*arguments, **named):
        CALLED.add(title)
        return function(*arguments, **named)

    return wrapper


@CHECKS.check("every method of the core is called by a check, or named with the reason why not")
def _(world):
    known = {f"{kind.__name__}.{name}" for kind, name, _ in methods()}
    true(len(known) > 100, f"only {len(known)} methods were found")
    equal(sorted(known - CALLED - NOT_CALLED.keys()), [], "methods that no check calls")
    equal(sorted(NOT_CALLED.keys() - known), [], "names of methods that hvac does not have")
