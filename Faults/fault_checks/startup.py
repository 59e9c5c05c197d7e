"""Starts that cannot succeed: a clear sentence on standard error, status 1, no stack trace."""

import contextlib
import re
import socket
import sqlite3
import subprocess

from livetest.checks import Checks, equal, true
from livetest.server import free_port

CHECKS = Checks("starts that cannot succeed")

STORAGE = 'storage "sqlite" {{ path = "{folder}/data" }}\n'
LISTENER = 'listener "tcp" {{ address = "127.0.0.1:{port}" tls_disable = true }}\n'
REST = "disable_mlock = true\n"
MINUTES = b"these are the minutes of the meeting, and nothing else\n" * 100
TRACE = re.compile(r"Fatal error|Stack dump|Thread \d+ .*crashed|^\s*#?\d+ +0x|\bat /\S+\.swift:\d+|\.swift:\d+:", re.M)


def refused(world, name, text, about, port=None):
    """Starts with that configuration, in its own folder; the message must tell of each text in `about`."""
    folder = world.folder / name
    folder.mkdir(exist_ok=True)
    file = folder / "coffer.hcl"
    file.write_text(text.format(folder=folder, port=port or free_port()))
    return refused_file(world, file, about)


def data_folder(world, name):
    (world.folder / name).mkdir()
    return world.folder / name / "data"


def refused_file(world, file, about):
    done = subprocess.run(
        [world.binary, "server", f"-config={file}"], capture_output=True, text=True, timeout=30, check=False
    )
    equal(done.returncode, 1, f"exit status (stderr: {done.stderr[-500:]!r})")
    true(done.stderr.strip(), "nothing on standard error")
    true(not TRACE.search(done.stderr + done.stdout), f"a stack trace:\n{done.stderr[-2000:]}")
    for word in about:
        true(str(word) in done.stderr, f"{word!r} is not in the message: {done.stderr[-500:]!r}")
    return done


@CHECKS.check("half a configuration names its file and its line")
def _(world):
    half = STORAGE + 'listener "tcp" {{\n  address = "127.0.0.1:{port}"\n'
    refused(world, "half", half, ["coffer.hcl: At 2:"])
    refused(world, "string", STORAGE + 'listener "tcp" {{ address = "127.0', ["coffer.hcl: At 2:"])


@CHECKS.check("a configuration that is not there is named")
def _(world):
    refused_file(world, world.folder / "nosuch.hcl", ["nosuch.hcl"])


@CHECKS.check("a configuration without storage says so")
def _(world):
    refused(world, "nostorage", LISTENER + REST, ["storage"])


@CHECKS.check("an unknown storage is answered with those that there are")
def _(world):
    refused(world, "unknown", 'storage "floppy" {{ path = "{folder}" }}\n' + LISTENER, ["coffer.hcl: At 1:", "storage", "sqlite"])


@CHECKS.check("a value of a wrong type is refused with its place")
def _(world):
    refused(world, "type", STORAGE + LISTENER + 'default_lease_ttl = "soon"\n', ["coffer.hcl: At 3:", "duration"])


@CHECKS.check("a data folder that is a file is left as it is")
def _(world):
    data = data_folder(world, "foreign")
    data.write_bytes(MINUTES)
    refused(world, "foreign", STORAGE + LISTENER + REST, [data])
    equal(data.read_bytes(), MINUTES, "content")


@CHECKS.check("a data file that is no database is left as it is")
def _(world):
    data = data_folder(world, "garbage")
    data.mkdir()
    (data / "coffer.db").write_bytes(MINUTES)
    refused(world, "garbage", STORAGE + LISTENER + REST, [data])
    equal((data / "coffer.db").read_bytes(), MINUTES, "content")


@CHECKS.check("another program's database is left as it is")
def _(world):
    data = data_folder(world, "other")
    data.mkdir()
    with contextlib.closing(sqlite3.connect(data / "coffer.db")) as other, other:
        other.execute("create table minutes (day text, words text)")
        other.execute("insert into minutes values ('monday', 'hello')")
    refused(world, "other", STORAGE + LISTENER + REST, [data])
    with contextlib.closing(sqlite3.connect(data / "coffer.db")) as other:
        equal(other.execute("select * from minutes").fetchall(), [("monday", "hello")], "its rows")
        equal(other.execute("select name from sqlite_master").fetchall(), [("minutes",)], "its tables")


@CHECKS.check("a damaged database is refused by name")
def _(world):
    server = world.new_server("damaged").start_unsealed()
    equal(server.stop(), 0, "exit status")
    with open(server.folder / "data/coffer.db", "r+b") as database:
        database.write(b"SQLITE FORMAT X\0" + b"\xff" * 4080)
    refused_file(world, server.configuration, [server.folder])


@CHECKS.check("a folder that cannot be made is named")
def _(world):
    (world.folder / "file").write_text("a file, not a folder")
    refused(world, "nofolder", 'storage "sqlite" {{ path = "{folder}/../file/data" }}\n' + LISTENER, ["file/data"])


@CHECKS.check("a port in use is named")
def _(world):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        refused(world, "taken", STORAGE + LISTENER + REST, [port], port=port)


@CHECKS.check("an address that is none is refused with its place")
def _(world):
    refused(
        world, "address", STORAGE + 'listener "tcp" {{ address = "nonsense:port" tls_disable = true }}\n',
        ["coffer.hcl: At 2:", "address", "HOST:PORT"],
    )


def tls(certificate, key):
    return STORAGE + (
        'listener "tcp" {{ address = "127.0.0.1:{port}"\n'
        f'  tls_cert_file = "{certificate}"\n  tls_key_file = "{key}" }}}}\n' + REST
    )


@CHECKS.check("TLS files that are missing, a folder, or no PEM are named")
def _(world):
    garbage = world.folder / "garbage.pem"
    garbage.write_text("not a certificate\n")
    refused(world, "tls1", tls("/nosuch/cert.pem", "/nosuch/key.pem"), ["/nosuch/"])
    refused(world, "tls2", tls(world.folder, world.folder), [world.folder])
    refused(world, "tls3", tls(garbage, garbage), [garbage])


@CHECKS.check("a listener without TLS files and without tls_disable says what is missing")
def _(world):
    refused(
        world, "tls4", STORAGE + 'listener "tcp" {{ address = "127.0.0.1:{port}" }}\n' + REST, ["tls_cert_file"]
    )


@CHECKS.check("an unknown command and an unknown flag are refused")
def _(world):
    for arguments in (["nosuchcommand"], ["server", "-nosuchflag"]):
        done = subprocess.run(
            [world.binary, *arguments], capture_output=True, text=True, timeout=30, check=False
        )
        true(done.returncode != 0 and done.stderr.strip(), f"{arguments}: status {done.returncode}")
        true(not TRACE.search(done.stderr), f"a stack trace:\n{done.stderr[-2000:]}")


@CHECKS.check("a data folder that another server uses is named, and that server goes on")
def _(world):
    first = world.new_server("shared").start_unsealed()
    first.api().must("POST", "/v1/sys/mounts/secret", {"type": "kv-v2"})
    refused(world, "shared", STORAGE + LISTENER + REST, [first.folder / "data"])
    first.api().must("POST", "/v1/secret/data/x", {"data": {"k": "v"}})
