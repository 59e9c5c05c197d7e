"""Health, leader, key status, rotation and reloading."""

import os
import re
import signal

from livetest.checks import Checks, equal, true
from livetest.server import wait_for

from .world import denied

CHECKS = Checks("status")


@CHECKS.check("health of an active server is 200, by HEAD and by GET")
def _(world):
    client = world.client("")
    head = client.sys.read_health_status()
    equal((head.status_code, head.content), (200, b""))
    health = client.sys.read_health_status(method="GET")
    equal((health["initialized"], health["sealed"], health["standby"]), (True, False, False))
    equal(health["enterprise"], False, "enterprise")
    true(health["server_time_utc"] > 1_700_000_000, "the time is in seconds")


@CHECKS.check("health answers with the code that was asked for")
def _(world):
    equal(world.client("").sys.read_health_status(method="GET", active_code=299).status_code, 299)


@CHECKS.check("the version is one that clients can parse")
def _(world):
    status = world.client("").sys.read_seal_status()
    true(re.fullmatch(r"\d+\.\d+\.\d+", status["version"]), f"version {status['version']}")
    equal(world.client("").sys.read_health_status(method="GET")["version"], status["version"])
    equal(world.client("").seal_status["version"], status["version"])


@CHECKS.check("a single server says that it is not highly available")
def _(world):
    leader = world.client("").sys.read_leader_status()
    equal((leader["ha_enabled"], leader["is_self"], leader["leader_address"]), (False, False, ""))
    equal(leader["active_time"], "0001-01-01T00:00:00Z")


@CHECKS.check("the key status shows the term and when it began")
def _(world):
    status = world.root.sys.get_encryption_key_status()
    equal(status["data"]["term"], status["term"], "term at the top level")
    true(status["data"]["term"] >= 1, "terms count from 1")
    true(re.fullmatch(r"\d{4}-\d\d-\d\dT.*Z", status["data"]["install_time"]), "the time is RFC 3339 in UTC")


@CHECKS.check("rotate begins a new term and old secrets stay readable")
def _(world):
    root = world.root
    root.sys.enable_secrets_engine("kv", path="rotated")
    root.secrets.kv.v1.create_or_update_secret("before", secret={"k": "v"}, mount_point="rotated")
    before = root.sys.get_encryption_key_status()["data"]["term"]
    root.sys.rotate_encryption_key()
    equal(root.sys.get_encryption_key_status()["data"]["term"], before + 1, "term")
    read = root.secrets.kv.v1.read_secret("before", mount_point="rotated")
    equal(read["data"], {"k": "v"})


@CHECKS.check("rotate needs sudo")
def _(world):
    client = world.child_with('path "sys/rotate" { capabilities = ["update"] }', "rotate-without-sudo")
    denied(client.sys.rotate_encryption_key)


@CHECKS.check("is_authenticated tells a good token from a bad one")
def _(world):
    true(world.root.is_authenticated(), "root is authenticated")
    true(not world.client("hvs.nosuchtoken").is_authenticated(), "an unknown token is not")
    true(not world.client("").is_authenticated(), "no token is not")


@CHECKS.check("a single node stays what it is when it steps down")
def _(world):
    equal(world.root.sys.step_down().status_code, 204, "status")
    equal(world.client("").sys.is_sealed(), False, "sealed")


@CHECKS.check("SIGHUP reads the headers of answers anew, and a broken file changes nothing")
def _(world):
    server, client = world.server, world.client("")
    text = server.configuration.read_text()
    rule = 'custom_response_headers { "default" = { "X-Reloaded" = ["yes"] } }'

    def shown():
        return client.sys.read_health_status().headers.get("X-Reloaded")

    equal(shown(), None)
    server.configuration.write_text(text.replace("tls_disable = true", "tls_disable = true\n" + rule))
    os.kill(server.pid, signal.SIGHUP)
    wait_for(lambda: shown() == "yes", "the header does not come")
    server.configuration.write_text("listener {")
    os.kill(server.pid, signal.SIGHUP)
    wait_for(lambda: "could not be read anew" in server.log.read_text(), "the log does not tell")
    equal(shown(), "yes")
    server.configuration.write_text(text)
    os.kill(server.pid, signal.SIGHUP)
    wait_for(lambda: shown() is None, "the header does not go")
