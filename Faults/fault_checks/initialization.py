"""Servers that initialise themselves: never initialised without the keys on the disk, and nothing made twice."""

import json
import random
import stat
import threading
import time

from livetest.checks import Checks, equal, true
from livetest.server import wait_for

CHECKS = Checks("self-initialisation")

STANZAS = """
initialize "first" {{
  keys {{
    folder = "{folder}/keys"
    shares = 3
    threshold = 2
    {more}
  }}
  request "policy" {{
    operation = "update"
    path = "sys/policies/acl/reader"
    data = {{ policy = "path \\"secret/*\\" {{ capabilities = [\\"read\\"] }}" }}
  }}
  request "mount" {{
    operation = "update"
    path = "sys/mounts/secret"
    data = {{
      type = "kv"
      options = {{ version = "2" }}
    }}
  }}
}}

initialize "second" {{
  request "secret" {{
    operation = "update"
    path = "secret/data/greeting"
    data = {{
      data = {{
        text = {{ eval_source = "env" env_var = "GREETING" }}
        number = 7
      }}
    }}
  }}
  request "hopeless" {{
    operation = "read"
    path = "secret/data/nothing"
    allow_failure = true
  }}
}}
"""
AUDIT = """
audit "file" "declared" {{
  description = "of the configuration"
  options {{ file_path = "{folder}/audit.log" }}
}}
"""


def self_made(world, name, more="", extra=""):
    server = world.new_server(name)
    (server.folder / "keys").mkdir()
    text = server.configuration.read_text() + (STANZAS + extra).format(folder=server.folder, more=more)
    server.configuration.write_text(text)
    return server


def key_files(server):
    return sorted((server.folder / "keys").iterdir(), key=lambda path: path.stat().st_mtime_ns)


def start(server):
    server.start(env={"GREETING": "hello"})


@CHECKS.check("an empty server initialises itself once, and its keys are in a private file")
def _(world):
    server = self_made(world, "once", "keep_root_token = true", AUDIT)
    start(server)
    equal(server.api("").get("/v1/sys/seal-status").json["sealed"], False, "sealed")
    (file,) = key_files(server)
    equal(stat.S_IMODE(file.stat().st_mode), 0o600, "mode")
    made = json.loads(file.read_text())
    server.keys, server.threshold, server.root_token = made["keys"], 2, made["root_token"]
    secret = server.api().get("/v1/secret/data/greeting")
    equal(secret.data["data"], {"text": "hello", "number": 7})
    equal(server.stop(), 0)
    start(server)
    equal(server.api("").get("/v1/sys/seal-status").json["sealed"], True, "sealed after a restart")
    server.unseal()
    equal(len(key_files(server)), 1, "key files")
    equal(server.api().get("/v1/secret/data/greeting").data["metadata"]["version"], 1, "versions")
    lines = [json.loads(line) for line in (server.folder / "audit.log").read_text().splitlines()]
    true(any(line["request"]["path"] == "secret/data/greeting" for line in lines), "the requests were audited")
    world.server = server


@CHECKS.check("no key and no token is in the log, and no root token is left but the one that was asked for")
def _(world):
    server = world.server
    log = server.log.read_text()
    for secret in [*server.keys, server.root_token, "hello"]:
        true(secret not in log, "a secret is in the log")
    accessors = server.api().request("LIST", "/v1/auth/token/accessors").data["keys"]
    equal(len(accessors), 1, "tokens")


@CHECKS.check("a declared audit device cannot be disabled, and goes when the configuration no longer has it")
def _(world):
    server = world.server
    refused = server.api().request("DELETE", "/v1/sys/audit/declared")
    equal(
        (refused.status, refused.errors),
        (400, ["the audit device is declared in the configuration file; remove it there"]),
    )
    equal(server.stop(), 0)
    server.configuration.write_text(server.configuration.read_text().split('audit "file"')[0])
    start(server)
    server.unseal()
    equal(server.api().get("/v1/sys/audit").data, {})


@CHECKS.check("R03: with no umask at all, every file is for its owner only")
def _(world):
    server = self_made(world, "modes", "", AUDIT)
    (server.folder / "keys").chmod(0o700)
    known = set(server.folder.rglob("*"))
    server.start(env={"GREETING": "hello"}, umask=0)
    made = json.loads(key_files(server)[0].read_text())
    server.keys, server.threshold = made["keys"], 2
    new = set(server.folder.rglob("*")) - known - {server.log}
    true(any(path.name == "coffer.db" for path in new), f"made: {new}")
    true(any(path.name == "audit.log" for path in new), f"made: {new}")
    for path in new:
        wanted = 0o700 if path.is_dir() else 0o600
        equal(stat.S_IMODE(path.stat().st_mode), wanted, f"mode of {path.name}")


@CHECKS.check("without keep_root_token nobody has a root token")
def _(world):
    server = self_made(world, "rootless")
    start(server)
    (file,) = key_files(server)
    true("root_token" not in json.loads(file.read_text()), "there is a root token")


@CHECKS.check("an audit device that cannot be written, or a folder that is not there, leaves the storage empty")
def _(world):
    for name, more, extra in (
        ("noaudit", "", 'audit "file" "declared" {{ options {{ file_path = "/nowhere/at/all/audit.log" }} }}\n'),
        ("nofolder", "", ""),
    ):
        server = self_made(world, name, more, extra)
        if name == "nofolder":
            (server.folder / "keys").rmdir()
        try:
            start(server)
        except AssertionError:
            pass
        else:
            raise AssertionError("the server started")
        if name == "nofolder":
            (server.folder / "keys").mkdir()
        else:
            equal(key_files(server), [], "key files")
            server.configuration.write_text(server.configuration.read_text().split('audit "file"')[0])
        start(server)
        equal(server.api("").get("/v1/sys/seal-status").json["sealed"], False, "sealed")


@CHECKS.check("a request that fails is made again at the next unsealing, after the configuration was mended")
def _(world):
    server = self_made(world, "mended")
    good = server.configuration.read_text()
    server.configuration.write_text(good.replace('path = "sys/mounts/secret"', 'path = "sys/mounts"'))
    start(server)
    true("first/mount" in server.log.read_text(), "the log names the request")
    made = json.loads(key_files(server)[0].read_text())
    server.keys, server.threshold = made["keys"], 2
    equal(server.stop(), 0)
    server.configuration.write_text(good)
    start(server)
    server.unseal()
    wait_for(lambda: "stanzas were made" in server.log.read_text(), "the rest was not made")


@CHECKS.check("killed at any moment of its first start, a server is empty or its keys are on the disk")
def _(world):
    chance = random.Random(world.seed)
    reference = self_made(world, "reference")
    began = time.monotonic()
    start(reference)
    duration = time.monotonic() - began
    outcomes = set()
    for number in range(15):
        server = self_made(world, f"killed{number}", "keep_root_token = true")
        killer = threading.Timer(chance.uniform(0, duration), lambda: server.process and server.kill())
        killer.start()
        try:
            start(server)
        except AssertionError:
            pass
        killer.join()
        if server.process.poll() is None:
            server.kill()
        start(server)
        status = server.api("").get("/v1/sys/seal-status").json
        equal(status["initialized"], True)
        outcomes.add(status["sealed"])
        # An attempt that was killed before its commit may have left an older file.
        made = json.loads(key_files(server)[-1].read_text())
        server.keys, server.threshold, server.root_token = made["keys"], 2, made["root_token"]
        if status["sealed"]:
            server.unseal()
        wait_for(
            lambda: server.api().get("/v1/secret/data/greeting").status == 200,
            f"the requests were not made: {server.log.read_text()[-2000:]}",
        )
        accessors = server.api().request("LIST", "/v1/auth/token/accessors").data["keys"]
        true(len(accessors) <= 2, "a token of each attempt is left")
        equal(server.stop(), 0)
    true(outcomes, "no outcome")
