"""Audit devices, and what they write."""

import json

from livetest.checks import Checks, equal, true

from .world import bad_request, denied, no_content

CHECKS = Checks("audit devices")


def lines(world):
    text = (world.server.folder / "audit.log").read_text()
    return [json.loads(line) for line in text.splitlines()]


@CHECKS.check("a file device is enabled and listed")
def _(world):
    sys = world.root.sys
    options = {"file_path": str(world.server.folder / "audit.log")}
    no_content(sys.enable_audit_device("file", description="for the checks", options=options))
    answer = sys.list_enabled_audit_devices()
    wanted = {
        "type": "file", "path": "file/", "description": "for the checks", "options": options, "local": False,
    }
    equal(answer["data"], {"file/": wanted})
    equal(answer["file/"], wanted, "at the top level")


@CHECKS.check("each request has a line, and each answer one with the same id")
def _(world):
    world.root.write_data("cubbyhole/audited", data={"password": "never in the file"})
    request, response = lines(world)[-2:]
    equal((request["type"], response["type"]), ("request", "response"))
    equal(request["request"]["id"], response["request"]["id"])
    equal((request["request"]["path"], request["request"]["operation"]), ("cubbyhole/audited", "create"))
    equal(request["auth"]["policies"], ["root"])
    true("never in the file" not in json.dumps([request, response]), "the value is not shown")


@CHECKS.check("the hash of a value is what stands in the lines")
def _(world):
    wanted = world.root.sys.calculate_hash("file", "never in the file")["data"]["hash"]
    true(wanted.startswith("hmac-sha256:") and len(wanted) == 76, f"hash {wanted}")
    found = [line for line in lines(world) if line["request"]["path"] == "cubbyhole/audited"]
    equal(found[0]["request"]["data"]["password"], wanted)
    token = world.root.sys.calculate_hash("file", world.root_token)["data"]["hash"]
    equal(found[0]["request"]["client_token"], token)


@CHECKS.check("a denied request is written too, with its error")
def _(world):
    client = world.child(policies=["default"])
    denied(client.sys.list_mounted_secrets_engines)
    line = lines(world)[-1]
    equal((line["type"], line["request"]["path"]), ("response", "sys/mounts"))
    true("permission denied" in line["error"], "the error is told")


@CHECKS.check("keys that a mount is tuned to show are shown")
def _(world):
    root = world.root
    root.sys.enable_secrets_engine("kv", path="shown")
    root.sys.tune_mount_configuration("shown", audit_non_hmac_request_keys=["user"])
    root.secrets.kv.v1.create_or_update_secret("s", secret={"user": "bob", "password": "x"}, mount_point="shown")
    data = lines(world)[-1]["request"]["data"]
    equal(data["user"], "bob")
    true(data["password"].startswith("hmac-sha256:"), "the other is hashed")


@CHECKS.check("a path in use, an unknown type and a bad file are refused")
def _(world):
    sys = world.root.sys
    options = {"file_path": str(world.server.folder / "other.log")}
    bad_request(["path already in use"], sys.enable_audit_device, "file", options=options)
    for kind, path, bad in (
        ("nosuch", "a", options), ("file", "b", {}), ("file", "c", {"file_path": "/nosuch/folder/audit.log"}),
    ):
        try:
            sys.enable_audit_device(kind, path=path, options=bad)
        except Exception as error:
            equal(type(error).__name__, "InvalidRequest", f"error of {kind} at {path}")
        else:
            raise AssertionError(f"{kind} at {path} was enabled")
    equal(list(sys.list_enabled_audit_devices()["data"]), ["file/"])


@CHECKS.check("audit devices need sudo")
def _(world):
    client = world.child_with('path "sys/audit*" { capabilities = ["read", "update", "delete"] }', "no-sudo-on-audit")
    denied(client.sys.list_enabled_audit_devices)
    denied(client.sys.disable_audit_device, "file")


@CHECKS.check("devices are still there after sealing and unsealing")
def _(world):
    world.root.sys.seal()
    world.client("").sys.submit_unseal_keys(world.keys[:3])
    count = len(lines(world))
    world.root.auth.token.lookup_self()
    equal(len(lines(world)), count + 2, "number of lines")


@CHECKS.check("a disabled device gets no more lines")
def _(world):
    no_content(world.root.sys.disable_audit_device("file"))
    count = len(lines(world))
    world.root.auth.token.lookup_self()
    equal(len(lines(world)), count, "number of lines")
    equal(world.root.sys.list_enabled_audit_devices()["data"], {})
