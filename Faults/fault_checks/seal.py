"""Five shares of which three open: every choice, any order, and what wrong ones do."""

import base64
import contextlib
import itertools
import random
import sqlite3

from livetest.checks import Checks, equal, true

CHECKS = Checks("seal of five shares, three needed")


def give(world, share):
    return world.server.api("").request("PUT", "/v1/sys/unseal", {"key": share})


def status(world):
    return world.server.api("").must("GET", "/v1/sys/seal-status").json


def seal(world):
    world.server.api().must("PUT", "/v1/sys/seal")
    equal(status(world)["sealed"], True, "sealed")


def altered(share, index, bits=1):
    wrong = bytearray(base64.b64decode(share))
    wrong[index] ^= bits
    return base64.b64encode(wrong).decode()


@CHECKS.check("a new server takes five and three")
def _(world):
    server = world.server = world.new_server("seal")
    server.start()
    server.initialize(shares=5, threshold=3)
    equal(len(set(server.keys)), 5, "number of different shares")
    server.unseal()
    server.api().must("PUT", "/v1/cubbyhole/kept", {"k": "v"})


@CHECKS.check("any three of the five unseal, in any order")
def _(world):
    order = random.Random(world.seed)
    for chosen in itertools.combinations(world.server.keys, 3):
        seal(world)
        shares = list(chosen)
        order.shuffle(shares)
        sealed = [give(world, share).json["sealed"] for share in shares]
        equal(sealed, [True, True, False], "sealed after each share")
        equal(world.server.api().must("GET", "/v1/cubbyhole/kept").data, {"k": "v"})


@CHECKS.check("every order of the same three unseals")
def _(world):
    for shares in itertools.permutations(world.server.keys[1:4]):
        seal(world)
        equal([give(world, share).json["sealed"] for share in shares], [True, True, False])


@CHECKS.check("two shares do not unseal, however often they are given")
def _(world):
    seal(world)
    for share in world.server.keys[:2] * 3:
        equal(give(world, share).json["sealed"], True, "sealed")
    equal(status(world)["progress"], 2, "progress")
    equal(world.server.api().get("/v1/cubbyhole/kept").status, 503, "status of a read")


@CHECKS.check("a wrong third share is refused and the progress starts again")
def _(world):
    for index in (0, 15, 31):
        world.server.api("").must("PUT", "/v1/sys/unseal", {"reset": True})
        give(world, world.server.keys[0])
        give(world, world.server.keys[1])
        answer = give(world, altered(world.server.keys[2], index))
        equal(answer.status, 400, "status")
        after = status(world)
        equal((after["sealed"], after["progress"], after["nonce"]), (True, 0, ""))


@CHECKS.check("a wrong first share spoils the attempt, and the next attempt works")
def _(world):
    give(world, altered(world.server.keys[4], 3))
    give(world, world.server.keys[0])
    equal(give(world, world.server.keys[1]).status, 400, "status")
    equal(status(world)["progress"], 0, "progress")
    equal([give(world, share).json["sealed"] for share in world.server.keys[2:]], [True, True, False])


@CHECKS.check("shares of another server do not unseal")
def _(world):
    other = world.new_server("other-seal")
    other.start()
    other.initialize(shares=5, threshold=3)
    seal(world)
    answers = [give(world, share) for share in other.keys[:3]]
    equal(answers[2].status, 400, "status")
    equal((status(world)["sealed"], status(world)["progress"]), (True, 0))


@CHECKS.check("shares that cannot be any are refused: short, long, empty, null, a number, the point zero")
def _(world):
    zero = bytearray(base64.b64decode(world.server.keys[0]))
    zero[-1] = 0
    for share in (
        base64.b64encode(b"x" * 8).decode(), base64.b64encode(b"x" * 34).decode(), "", None, 7, "%%%",
        base64.b64encode(zero).decode(), "00" * 5000,
    ):
        answer = give(world, share)
        equal(answer.status, 400, f"status of {str(share)[:40]!r}")
        equal(status(world)["sealed"], True, "sealed")


@CHECKS.check("three hundred wrong shares leave the server answering, and then the right ones work")
def _(world):
    world.server.api("").must("PUT", "/v1/sys/unseal", {"reset": True})
    noise = random.Random(world.seed)
    for _ in range(300):
        share = noise.randbytes(32) + bytes([noise.randrange(1, 256)])
        true(give(world, share.hex()).status in (200, 400), "an unexpected status")
    world.server.api("").must("PUT", "/v1/sys/unseal", {"reset": True})
    equal([give(world, share).json["sealed"] for share in world.server.keys[:3]], [True, True, False])


@CHECKS.check("a restart seals, and the shares open again")
def _(world):
    equal(world.server.stop(), 0, "exit status")
    world.server.start()
    equal(status(world)["sealed"], True, "sealed")
    world.server.unseal()
    equal(world.server.api().must("GET", "/v1/cubbyhole/kept").data, {"k": "v"})


@CHECKS.check("impossible numbers of shares are refused, and nothing is initialised")
def _(world):
    server = world.new_server("numbers")
    server.start()
    for shares, threshold in ((0, 0), (3, 0), (0, 3), (3, 4), (3, 1), (256, 3), (-1, -1)):
        answer = server.api("").request("PUT", "/v1/sys/init", {"secret_shares": shares, "secret_threshold": threshold})
        equal(answer.status, 400, f"status of {shares}/{threshold}")
        equal(server.api("").must("GET", "/v1/sys/init").json, {"initialized": False})


@CHECKS.check("L07: whatever is broken in the storage, no key and no token is in the log")
def _(world):
    server = world.new_server("broken", log_level="trace").start_unsealed()
    secrets = [server.keys[0], base64.b64decode(server.keys[0]).hex(), server.root_token]
    equal(server.stop(), 0)
    database = server.folder / "data/coffer.db"
    whole = database.read_bytes()
    damages = [
        ("core/keyring", "value = substr(value, 1, 40)"), ("core/keyring", "value = zeroblob(200)"),
        ("core/hsm/barrier-unseal-keys", "value = substr(value, 1, 10)"),
        ("core/hsm/barrier-unseal-keys", "value = substr(value, 1, 60) || zeroblob(8)"),
        ("core/mounts/%", "value = zeroblob(100)"), ("core/seal-config", "value = '{}'"),
    ]
    for key, change in damages:
        database.write_bytes(whole)
        for name in ("coffer.db-wal", "coffer.db-shm"):
            (database.parent / name).unlink(missing_ok=True)
        with contextlib.closing(sqlite3.connect(database)) as connection:
            changed = connection.execute(
                f"UPDATE entries SET {change} WHERE CAST(key AS TEXT) LIKE ?", (key,)
            ).rowcount
            connection.commit()
        true(changed or key == "core/mounts/%", f"{key} is not there")
        server.start()
        answer = server.api("").request("PUT", "/v1/sys/unseal", {"key": server.keys[0]})
        for secret in secrets:
            true(secret not in answer.body.decode(), f"the answer for {key} holds a secret")
        server.stop()
    log = server.log.read_text(errors="replace")
    for secret in secrets:
        true(secret not in log, "the log holds a secret")
