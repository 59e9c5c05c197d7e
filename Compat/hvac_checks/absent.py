"""What this server does not have: clear answers to clients that ask for it."""

from hvac import exceptions
from livetest.checks import Checks, equal, true

from .world import refused

CHECKS = Checks("what is not there")

UNSUPPORTED = ["1 error occurred:\n\t* unsupported path\n\n"]


@CHECKS.check("Sentinel policies, which are Enterprise's, have no path")
def _(world):
    sys = world.root.sys
    for kind in ("rgp", "egp"):
        refused(exceptions.InvalidPath, UNSUPPORTED, getattr(sys, f"list_{kind}_policies"))
        refused(exceptions.InvalidPath, UNSUPPORTED, getattr(sys, f"read_{kind}_policy"), "x")
        refused(exceptions.InvalidPath, UNSUPPORTED, getattr(sys, f"delete_{kind}_policy"), "x")
        more = {"paths": ["*"]} if kind == "egp" else {}
        refused(
            exceptions.InvalidPath, UNSUPPORTED, getattr(sys, f"create_or_update_{kind}_policy"), "x", "main = rule",
            "soft-mandatory", **more,
        )


@CHECKS.check("namespaces are made, listed and deleted, or have no path at all")
def _(world):
    sys = world.root.sys
    try:
        sys.create_namespace("hvac")
    except exceptions.InvalidPath as error:
        equal(error.errors, UNSUPPORTED, "errors")
        refused(exceptions.InvalidPath, UNSUPPORTED, sys.list_namespaces)
        refused(exceptions.InvalidPath, UNSUPPORTED, sys.delete_namespace, "hvac")
        return
    true("hvac/" in sys.list_namespaces()["data"]["keys"], "the new namespace is listed")
    sys.delete_namespace("hvac")
