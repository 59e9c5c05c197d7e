"""Storage that is damaged, older than it was, full, failing, or wanted by two servers."""

import contextlib
import errno
import random
import shutil
import sqlite3
import subprocess
import time

from livetest.checks import Checks, Skip, equal, true
from livetest.server import wait_for

from .shim import FAIL, SYNCS, WRITES, Shim

CHECKS = Checks("storage (F06 to F09, F40)")

SECRETS = 100


def database(server):
    return server.folder / "data/coffer.db"


@contextlib.contextmanager
def entries(server):
    """Direct access to a stopped server's entries."""
    with contextlib.closing(sqlite3.connect(database(server))) as connection:
        connection.text_factory = bytes
        yield connection
        connection.commit()


def copy_of(world, name):
    """A server of its own with the prepared data, not started."""
    server = world.new_server(name)
    shutil.copytree(world.server.folder / "data", server.folder / "data")
    server.keys, server.root_token, server.threshold = list(world.server.keys), world.server.root_token, 1
    return server


def flipped(value, chooser):
    changed = bytearray(value)
    changed[chooser.randrange(len(changed))] ^= 1 << chooser.randrange(8)
    return bytes(changed)


@CHECKS.check("a server with a hundred secrets, a user, a policy and an audit device")
def _(world):
    server = world.server = world.new_server("base").start_unsealed()
    api = server.api()
    api.must("POST", "/v1/sys/mounts/secret", {"type": "kv"})
    for number in range(SECRETS):
        api.must("POST", f"/v1/secret/s{number}", {"number": number})
    api.must("PUT", "/v1/sys/policies/acl/reader", {"policy": 'path "secret/*" { capabilities = ["read"] }'})
    api.must("POST", "/v1/sys/auth/userpass", {"type": "userpass"})
    api.must("POST", "/v1/auth/userpass/users/u", {"password": "p", "token_policies": "reader"})
    api.must("POST", "/v1/sys/quotas/rate-limit/all", {"rate": 100_000})
    world.token = api.must("POST", "/v1/auth/userpass/login/u", {"password": "p"}).json["auth"]["client_token"]
    equal(server.stop(), 0, "exit status")


@CHECKS.check("a changed secret, a removed one and two swapped ones are told from each other, and all others are served (F06)")
def _(world):
    server = copy_of(world, "secrets")
    chooser = random.Random(world.seed)
    with entries(server) as connection:
        keys = {}
        for (key,) in connection.execute("SELECT key FROM entries"):
            if key.startswith(b"logical/") and b"/s" in key:
                keys[int(key.rpartition(b"/s")[2])] = key
        equal(len(keys), SECRETS, "secrets found")
        changed, removed, swapped = list(range(0, 60)), [60, 61], (62, 63)
        for number in changed:
            (value,) = connection.execute("SELECT value FROM entries WHERE key = ?", (keys[number],)).fetchone()
            connection.execute("UPDATE entries SET value = ? WHERE key = ?", (flipped(value, chooser), keys[number]))
        for number in removed:
            connection.execute("DELETE FROM entries WHERE key = ?", (keys[number],))
        values = [connection.execute("SELECT value FROM entries WHERE key = ?", (keys[n],)).fetchone()[0] for n in swapped]
        for number, value in zip(swapped, reversed(values)):
            connection.execute("UPDATE entries SET value = ? WHERE key = ?", (value, keys[number]))
    server.start()
    server.unseal()
    api = server.api()
    for number in range(SECRETS):
        wanted = 500 if number in changed or number in swapped else 404 if number in removed else 200
        answer = api.get(f"/v1/secret/s{number}")
        equal(answer.status, wanted, f"status of secret {number}")
        if wanted == 200:
            equal(answer.data["number"], number)
    # A damaged one is removed, and can then be written anew.
    api.must("DELETE", "/v1/secret/s0")
    api.must("POST", "/v1/secret/s0", {"number": 0})
    equal(api.must("GET", "/v1/secret/s0").data["number"], 0)
    equal(server.stop(), 0, "exit status")


@CHECKS.check("each core entry, changed or swapped: named and refused, or reported, and never taken for nothing (F06)")
def _(world):
    with entries(world.server) as connection:
        core = [key for (key,) in connection.execute("SELECT key FROM entries ORDER BY key")
                if not key.startswith(b"logical/")]
    true(len(core) > 15, f"core entries: {core}")
    chooser = random.Random(world.seed)
    outcomes = {}
    for number, key in enumerate(core):
        # The seal's configuration is plain text: another number in it is not told from the right one.
        for kind in ("changed", "swapped") if key != b"core/seal-config" else ("swapped",):
            outcome = core_outcome(world, f"core-{number}-{kind}", key, core[number - 1], kind, chooser)
            outcomes.setdefault(outcome, []).append(f"{key.decode(errors='replace')} {kind}")
    print("           (" + "; ".join(f"{len(found)} {outcome}" for outcome, found in outcomes.items()) + ")", flush=True)
    equal(outcomes.get("unnoticed", []), [], "entries whose damage shows nowhere")
    equal(outcomes.get("unnamed", []), [], "entries whose damage keeps the server sealed without a name")


def core_outcome(world, name, key, other, kind, chooser):
    server = copy_of(world, name)
    with entries(server) as connection:
        read = "SELECT value FROM entries WHERE key = ?"
        (value,), (second,) = connection.execute(read, (key,)).fetchone(), connection.execute(read, (other,)).fetchone()
        new = flipped(value, chooser) if kind == "changed" else second
        connection.execute("UPDATE entries SET value = ? WHERE key = ?", (new, key))
    try:
        server.start()
    except AssertionError:
        return "refused to start"
    answer = server.api("").request("PUT", "/v1/sys/unseal", {"key": server.keys[0]})
    told = server.log.read_text(errors="replace") + answer.body.decode()
    if answer.status != 200 or answer.json.get("sealed", True):
        outcome = "refused and named" if names(told, key) else "unnamed"
    else:
        outcome = "served and refused where it is used" if is_noticed(server, world, key) else "unnoticed"
    server.kill()
    shutil.rmtree(server.folder)
    return outcome


def names(text, key):
    """The entry itself; of the stored root key nobody can tell whether it or the share is wrong."""
    path = key.decode(errors="replace")
    return path in text or path == "core/hsm/barrier-unseal-keys" and "Unseal failed, invalid key" in text


def is_noticed(server, world, key):
    """Some path that needs the entry answers 5xx or refuses, or the log names it."""
    api = server.api()
    answers = [
        api.get("/v1/sys/policies/acl/reader"), api.get("/v1/sys/policies/acl/default"), api.get("/v1/auth/token/lookup-self"),
        server.api(world.token).get("/v1/secret/s1"), api.post("/v1/auth/userpass/login/u", {"password": "p"}),
        api.list("/v1/auth/token/accessors"), api.get("/v1/sys/quotas/rate-limit/all"), api.get("/v1/sys/version-history"),
        api.list("/v1/sys/leases/lookup/auth/userpass/login/u/"), api.get("/v1/sys/key-status"), api.post("/v1/sys/rotate"),
        api.post("/v1/auth/token/lookup", {"token": world.token}), api.get("/v1/sys/rotate/config"),
    ]
    for accessor in answers[5].data["keys"] if answers[5].status == 200 else []:
        answers.append(api.post("/v1/auth/token/lookup-accessor", {"accessor": accessor}))
    for lease in answers[8].data["keys"] if answers[8].status == 200 else []:
        answers.append(api.post("/v1/sys/leases/lookup", {"lease_id": "auth/userpass/login/u/" + lease}))
    is_told = key.decode(errors="replace") in server.log.read_text(errors="replace")
    return is_told or any(answer.status >= 400 for answer in answers)


@CHECKS.check("an older database in the place of a newer one is told loudly (F07)")
def _(world):
    server = copy_of(world, "older")
    old = server.folder / "old"
    shutil.copytree(server.folder / "data", old)
    server.start()
    server.unseal()
    for number in range(20):
        server.api().must("POST", "/v1/secret/later", {"number": number})
    equal(server.stop(), 0, "exit status")
    for path in (server.folder / "data").iterdir():
        if path.name.startswith("coffer.db"):
            path.unlink()
    shutil.copy(old / "coffer.db", database(server))
    server.start()
    true("storage_epoch_regression" in server.log.read_text(), "nothing is said")
    equal(server.stop(), 0, "exit status")


@CHECKS.check("a full disk: writes are refused, reads go on, and writing resumes without a restart (F08)")
def _(world):
    server = copy_of(world, "full")
    folder = server.folder / "data"
    kept = server.folder / "kept"
    folder.rename(kept)
    folder.mkdir(mode=0o700)
    command = ["mount", "-t", "tmpfs", "-o", "size=64m,mode=0700", "coffer-faults", folder]
    if subprocess.run(command, capture_output=True, check=False).returncode:
        raise Skip("mounting is not allowed here")
    world.on_exit(subprocess.run, ["umount", "--lazy", str(folder)])
    for path in kept.iterdir():
        shutil.copy(path, folder)
    server.start()
    server.unseal()
    api = server.api()
    filler = folder / "filler"
    with open(filler, "wb", buffering=0) as file, contextlib.suppress(OSError):
        while file.write(b"x" * 4096):
            pass
    big = {"k": "x" * 100_000}
    wait_for(lambda: api.post("/v1/secret/big", big).status >= 500, "writes are still taken")
    for number in range(20):
        answer = api.post(f"/v1/secret/during{number}", big)
        true(answer.status in (500, 503), f"a write with the disk full: {answer.status}")
        equal(api.must("GET", f"/v1/secret/s{number}").data["number"], number)
    filler.unlink()
    start = time.monotonic()
    wait_for(lambda: api.post("/v1/secret/after", big).status == 204, "writing does not resume", seconds=5)
    print(f"           (writing resumed after {time.monotonic() - start:.2f} s)", flush=True)
    for number in range(20):
        equal(api.get(f"/v1/secret/during{number}").status, 404, "a refused write")
    server.kill()
    server.start()
    server.unseal()
    equal(server.api().must("GET", "/v1/secret/after").data, big)
    equal(server.api().must("GET", "/v1/secret/s7").data["number"], 7)
    equal(server.stop(), 0, "exit status")


def with_shim(world, name):
    server = copy_of(world, name)
    shim = Shim(server.folder)
    server.start(env=shim.environment)
    server.unseal()
    return server, shim


def back(server):
    """The server as it is after a start without faults."""
    server.kill()
    server.start()
    server.unseal()
    return server.api()


@CHECKS.check("after a sync that failed nothing is acknowledged any more, until a restart (F09)")
def _(world):
    server, shim = with_shim(world, "sync")
    api = server.api()
    acknowledged = []
    for number in range(5):
        api.must("POST", "/v1/secret/before", {"number": number})
    shim.arm(1, FAIL, SYNCS, errno.EIO)
    equal(api.post("/v1/secret/before", {"number": 99}).status // 100, 5, "status class of the failed write")
    shim.disarm()
    for number in range(20):
        answer = api.post(f"/v1/secret/later{number}", {"k": "v"})
        if answer.status < 300:
            acknowledged.append(number)
    equal(acknowledged, [], "writes acknowledged after the failure")
    api = back(server)
    true(api.must("GET", "/v1/secret/before").data["number"] in (4, 99), "the value before, or the failed one")
    equal(api.get("/v1/secret/later0").status, 404, "a write that was refused")


@CHECKS.check("a disk that lets nothing be written: writes are refused, reads go on, nothing is lost (F09)")
def _(world):
    for code in (errno.EROFS, errno.EIO, errno.EDQUOT):
        server, shim = with_shim(world, f"write-{errno.errorcode[code]}")
        api = server.api()
        api.must("POST", "/v1/secret/before", {"k": "v"})
        shim.arm(1, FAIL, WRITES, code, lasting=True)
        for number in range(10):
            equal(api.post(f"/v1/secret/during{number}", {"k": "v"}).status // 100, 5, "status class of a write")
        served = [api.get(f"/v1/secret/s{number}").status for number in range(10)]
        # A failure of the disk, unlike a lack of room, may end the use of the storage.
        true(set(served) in ({200}, {500}, {503}), f"reads meanwhile: {served}")
        shim.disarm()
        api = back(server)
        equal(api.must("GET", "/v1/secret/before").data, {"k": "v"})
        equal(api.get("/v1/secret/during3").status, 404, "a refused write")
        server.kill()


@CHECKS.check("each write to the disk that fails leaves the state before or after, and a retry works (sweep of I/O errors)")
def _(world):
    server, shim = with_shim(world, "sweep")
    api = server.api()
    # So large that its pages go to the log in several calls.
    count, filler = 0, "f" * 700_000
    for call in range(1, world.pick(12, 60)):
        shim.arm(call, FAIL, WRITES, errno.ENOSPC)
        answer = api.post("/v1/secret/swept", {"number": call, "filler": filler})
        failed = shim.get("countdown") <= 0
        shim.disarm()
        true(answer.status == 204 or failed, f"call {call}: {answer.status} without a fault")
        found = api.get("/v1/secret/swept")
        now = found.data["number"] if found.status == 200 else 0
        true(now == call if answer.status == 204 else now != call, f"call {call}: {answer.status}, and the value is {now}")
        again = {"number": call, "filler": filler[call:]}
        wait_for(lambda again=again: api.post("/v1/secret/swept", again).status == 204, "a retry does not work")
        equal(api.must("GET", "/v1/secret/swept").data["number"], call)
        count += failed
    true(count > 3, f"only {count} faults")
    server.kill()


@CHECKS.check("of two servers on one folder the second is refused, also right after a kill, when it is let in (F40)")
def _(world):
    server = copy_of(world, "two")
    for _ in range(world.pick(5, 100)):
        server.start()
        second = subprocess.run(
            [world.binary, "server", f"-config={server.configuration}"], capture_output=True, text=True, timeout=30,
            check=False)
        true(second.returncode != 0 and str(server.folder / "data") in second.stderr + second.stdout, second.stderr[-300:])
        server.unseal()
        equal(server.api().must("GET", "/v1/secret/s1").data["number"], 1)
        server.kill()
    server.start()
    server.unseal()
    equal(server.stop(), 0, "exit status")
