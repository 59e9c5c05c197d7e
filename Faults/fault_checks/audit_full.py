"""The only audit device is full: nothing is executed, and service resumes when there is space again."""

import json
import os
import resource
import signal
import subprocess
import threading
from http.client import HTTPException

from livetest.checks import Checks, equal, true
from livetest.server import wait_for

CHECKS = Checks("audit disk full")

DISK = 1 << 20
# Longer than what a page of the full disk may still hold: each value is hashed to 76 bytes.
LONG = {f"field-{number:03}": "v" for number in range(400)}


class Disk:
    """A small tmpfs; the audit file is on it, and a filler takes all space that is left."""

    how = "a tmpfs of 1 MiB"

    def __init__(self, folder, server):
        self.folder = folder

    @staticmethod
    def mount(folder):
        command = ["mount", "-t", "tmpfs", "-o", f"size={DISK},mode=0700", "coffer-faults", str(folder)]
        return subprocess.run(command, capture_output=True, check=False).returncode == 0

    @property
    def audit_file(self):
        return self.folder / "audit.log"

    def fill(self):
        with open(self.folder / "filler", "wb", buffering=0) as filler:
            try:
                while filler.write(b"x" * 4096):
                    pass
            except OSError:
                pass

    def free(self):
        (self.folder / "filler").unlink()


class SizeLimit:
    """No right to mount: a limit on the size of files stops the audit file, which is begun far above all others."""

    how = "a limit on the size of files, because mounting is not allowed here"
    begun = 64 << 20

    def __init__(self, folder, server):
        self.folder = folder
        self.server = server
        with open(self.audit_file, "wb") as file:
            file.truncate(self.begun)

    @property
    def audit_file(self):
        return self.folder / "audit.log"

    def fill(self):
        size = self.audit_file.stat().st_size
        resource.prlimit(self.server.pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))

    def free(self):
        unlimited = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
        resource.prlimit(self.server.pid, resource.RLIMIT_FSIZE, unlimited)


def audit_lines(world):
    return whole_lines(world.disk.audit_file)


def whole_lines(file):
    text = file.read_bytes().lstrip(b"\0").decode()
    true(text.endswith("\n"), "the last line is whole")
    return [json.loads(line) for line in text.splitlines()]


@CHECKS.check("a server is set up with its only audit file on a small disk")
def _(world):
    folder = world.folder / "disk"
    folder.mkdir()
    server = world.server = world.new_server("server")
    # SIGXFSZ stays ignored, so that the limit shows as an error of write.
    server.start(restore_signals=False)
    server.initialize()
    server.unseal()
    kind = Disk if Disk.mount(folder) else SizeLimit
    if kind is Disk:
        world.on_exit(subprocess.run, ["umount", "--lazy", str(folder)])
    world.disk = kind(folder, server)
    print(f"           (with {kind.how})", flush=True)
    api = world.api = server.api()
    api.must("POST", "/v1/sys/mounts/secret", {"type": "kv-v2"})
    api.must("POST", "/v1/secret/data/before", {"data": {"k": "v"}})
    api.must("POST", "/v1/sys/audit/file", {"type": "file", "options": {"file_path": str(world.disk.audit_file)}})
    api.must("GET", "/v1/secret/data/before")
    world.token = api.must("POST", "/v1/auth/token/create", {"ttl": "1h"}).json["auth"]


@CHECKS.check("with the disk full every request gets 500")
def _(world):
    world.disk.fill()
    # Short lines may still fit into the file's last page.
    wait_for(lambda: world.api.get("/v1/secret/data/before").status == 500, "reads are still served")
    for method, path, body in (
        ("POST", "/v1/secret/data/during", {"data": LONG}),
        ("POST", "/v1/auth/token/create", {"meta": LONG, "id": "made-during"}),
        ("POST", "/v1/auth/token/revoke", {"token": world.token["client_token"], **LONG}),
        ("POST", "/v1/sys/policies/acl/during", {"policy": 'path "x" { capabilities = ["read"] }', **LONG}),
        ("POST", "/v1/sys/mounts/during", {"type": "kv", **LONG}),
        ("PUT", "/v1/cubbyhole/during", LONG),
    ):
        answer = world.api.request(method, path, body)
        equal(answer.status, 500, f"status of {method} {path}")
        equal(len(answer.errors), 1, "number of errors")


@CHECKS.check("denied requests get 500 as well: they could not be recorded")
def _(world):
    answer = world.server.api("hvs.unknown").request("POST", "/v1/secret/data/x", LONG)
    equal(answer.status, 500, "status")


@CHECKS.check("health still answers: it is not audited")
def _(world):
    equal(world.api.get("/v1/sys/health").status, 200, "status")


@CHECKS.check("when space is free again service resumes without a restart")
def _(world):
    pid = world.server.pid
    world.disk.free()
    equal(world.api.get("/v1/secret/data/before").status, 200, "status of the first request")
    equal(world.server.process.poll(), None, "the server is the same process")
    equal(world.server.pid, pid, "process")


@CHECKS.check("nothing that got 500 was executed")
def _(world):
    api = world.api
    equal(api.get("/v1/secret/metadata/during").status, 404, "the secret")
    equal(world.server.api("made-during").get("/v1/auth/token/lookup-self").status, 403, "the token")
    token = world.token["client_token"]
    equal(world.server.api(token).get("/v1/auth/token/lookup-self").status, 200, "the token not revoked")
    equal(api.get("/v1/sys/policies/acl/during").status, 404, "the policy")
    true("during/" not in api.must("GET", "/v1/sys/mounts").data, "the mount is not there")
    equal(api.get("/v1/cubbyhole/during").status, 404, "the cubbyhole")


@CHECKS.check("the file holds whole lines only, and each answer belongs to a request")
def _(world):
    lines = audit_lines(world)
    requests = {line["request"].get("id") for line in lines if line["type"] == "request"}
    for line in lines:
        # The request that enabled the device was there before the device.
        if line["type"] == "response" and line["request"]["path"] != "sys/audit/file":
            true(line["request"]["id"] in requests, f"no request line for {line['request']}")


@CHECKS.check("one full device of two does not stop the service, and the other one has every line")
def _(world):
    second = world.folder / "second.log"
    world.api.must(
        "POST", "/v1/sys/audit/second", {"type": "file", "options": {"file_path": str(second)}}
    )
    if isinstance(world.disk, SizeLimit):
        # The limit is the process's; the second file is small and stays below it.
        true(second.stat().st_size < SizeLimit.begun, "the second file is below the limit")
    world.disk.fill()
    before = len(second.read_text().splitlines())
    for number in range(10):
        world.api.must("POST", f"/v1/secret/data/both/{number}", {"data": LONG})
    equal(len(second.read_text().splitlines()), before + 20, "lines in the second file")
    world.disk.free()


@CHECKS.check("rotation under load, a rename and SIGHUP, loses no line and tears none")
def _(world):
    before = len(audit_lines(world))
    statuses = []
    threads = [threading.Thread(target=read_often, args=(world, statuses)) for _ in range(4)]
    for thread in threads:
        thread.start()
    old = world.disk.folder / "audit.log.1"
    os.rename(world.disk.audit_file, old)
    os.kill(world.server.pid, signal.SIGHUP)
    for thread in threads:
        thread.join()
    equal(set(statuses), {200}, "statuses")
    wait_for(world.disk.audit_file.exists, "SIGHUP did not make the file anew")
    world.api.must("GET", "/v1/secret/data/before")
    lines = whole_lines(old) + audit_lines(world)
    equal(len(lines) - before, 2 * (len(statuses) + 1), "lines of both files")


def read_often(world, statuses):
    for _ in range(50):
        try:
            statuses.append(world.server.api().get("/v1/secret/data/before").status)
        except (OSError, HTTPException) as error:
            statuses.append(type(error).__name__)


@CHECKS.check("a deleted audit file is made anew by itself")
def _(world):
    world.disk.audit_file.unlink()

    def is_there():
        world.api.must("GET", "/v1/secret/data/before")
        return world.disk.audit_file.exists()

    wait_for(is_there, "the file is not made anew")
    true(audit_lines(world), "the new file has lines")
