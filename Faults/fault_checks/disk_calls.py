"""A server killed at any of its calls to the disk, or in the middle of one, while it does one thing.

The calls are the failpoints: whatever is done in several steps is done in several calls, and each of them is tried in
a full run, a few of them otherwise. What was asked for is done or not done when the server is back, never half.
"""

import random
import shutil
import signal
from http.client import HTTPException
from pathlib import Path

from livetest.checks import Checks, equal, true
from livetest.server import wait_for

from .shim import KILL, TEAR, Shim

CHECKS = Checks("killed at its calls to the disk (F03)")

SAMPLES = 4


class Operation:
    """`act` does it; `state` says "before" or "after", and raises for anything else."""

    def __init__(self, name, act, state, prepare=lambda api, notes: None):
        self.name, self.act, self.state, self.prepare = name, act, state, prepare


def before_or_after(found, before, after, what):
    true(found in (before, after), f"{what} is {found!r}, neither {before!r} nor {after!r}")
    return "before" if found == before else "after"


def written(api, _):
    answer = api.must("GET", "/v1/secret/data/a").data
    return before_or_after(
        (answer["data"]["k"], answer["metadata"]["version"]), ("old", 1), ("new", 2), "value and version")


def deleted(api, _):
    found = api.get("/v1/secret/metadata/many").status
    data = {api.get(f"/v1/secret/data/many?version={n}").status for n in (1, 2, 3)}
    equal(data, {found}, "statuses of the versions and of their metadata")
    return before_or_after(found, 200, 404, "status")


def rotated(api, notes):
    equal(api.must("GET", "/v1/secret/data/a").data["data"]["k"], "old")
    term = api.must("GET", "/v1/sys/key-status").data["term"]
    return before_or_after(term, notes["term"], notes["term"] + 1, "term")


def token_made(api, _):
    found = api.post("/v1/auth/token/lookup", {"token": "swept"}).status
    names = {api.post("/v1/auth/token/lookup-accessor", {"accessor": one}).data["path"]
             for one in api.must("LIST", "/v1/auth/token/accessors").data["keys"]}
    equal("auth/token/create" in names, found == 200, "an accessor without its token, or a token without")
    leases = api.list("/v1/sys/leases/lookup/auth/token/create/")
    equal(leases.status == 200, found == 200, "a lease without its token, or a token without")
    return before_or_after(found, 403, 200, "status")


def family(api, notes):
    notes["child"] = "child-of-swept"
    api.must("POST", "/v1/auth/token/create", {"id": "swept", "ttl": "1h"})
    api.must("POST", "/v1/auth/token/create", {"id": "child-of-swept", "ttl": "1h"}, token="swept")
    api.must("PUT", "/v1/cubbyhole/own", {"k": "v"}, token="swept")


def revoked(api, _):
    def statuses():
        return {api.post("/v1/auth/token/lookup", {"token": one}).status for one in ("swept", "child-of-swept")}

    # A child whose parent died in the middle follows it by itself.
    wait_for(lambda: len(statuses()) == 1, "a child outlives its parent")
    return before_or_after(statuses().pop(), 200, 403, "status")


def mounted(api, _):
    is_there = "swept/" in api.must("GET", "/v1/sys/mounts").data
    if not is_there:
        api.must("POST", "/v1/sys/mounts/swept", {"type": "kv-v2"})
    # A mount of version 2 sets itself up at first use.
    wait_for(lambda: api.post("/v1/swept/data/a", {"data": {"k": "v"}}).status == 200, "the mount does not work")
    equal(api.must("GET", "/v1/swept/data/a").data["data"], {"k": "v"})
    return "after" if is_there else "before"


def unmounted(api, _):
    def is_there():
        return "secret/" in api.must("GET", "/v1/sys/mounts").data

    if is_there():
        equal(api.must("GET", "/v1/secret/data/a").data["data"]["k"], "old")
        return "before"
    api.must("POST", "/v1/sys/mounts/secret", {"type": "kv-v2"})
    wait_for(lambda: api.get("/v1/secret/data/a").status == 404, "the new mount shows data of the old one")
    return "after"


def wrapped(api, notes):
    """Whether the one in the answer opens, if there was an answer; once, and not twice."""
    if "token" not in notes:
        return "before"
    equal(api.post("/v1/sys/wrapping/unwrap", {"token": notes["token"]}).status, 200, "unwrapping")
    equal(api.post("/v1/sys/wrapping/unwrap", {"token": notes["token"]}).status, 400, "unwrapping again")
    return "after"


def wrap(api, notes):
    answer = api.post("/v1/sys/wrapping/wrap", {"k": "v"}, headers={"X-Vault-Wrap-TTL": "1h"})
    notes["token"] = answer.json["wrap_info"]["token"]
    return answer


def policy(api, _):
    found = api.get("/v1/sys/policies/acl/swept").status
    equal("swept" in api.must("LIST", "/v1/sys/policies/acl").data["keys"], found == 200, "listed")
    return before_or_after(found, 404, 200, "status")


def rekey_prepared(api, notes):
    body = {"secret_shares": 1, "secret_threshold": 1, "require_verification": True}
    nonce = api.must("PUT", "/v1/sys/rekey/init", body).json["nonce"]
    made = api.must("PUT", "/v1/sys/rekey/update", {"key": notes["keys"][0], "nonce": nonce}).json
    notes |= {"new": made["keys_base64"][0], "nonce": made["verification_nonce"]}


def verify(api, notes):
    return api.put("/v1/sys/rekey/verify", {"key": notes["new"], "nonce": notes["nonce"]})


def restored(api, notes):
    found = api.must("GET", "/v1/secret/data/a").data["data"]["k"]
    return before_or_after(found, "old", "older", "value")


OPERATIONS = [
    Operation("write", lambda api, _: api.post("/v1/secret/data/a", {"data": {"k": "new"}}), written),
    Operation("deletion", lambda api, _: api.delete("/v1/secret/metadata/many"), deleted),
    Operation("rotation", lambda api, _: api.post("/v1/sys/rotate"), rotated,
              lambda api, notes: notes.update(term=api.must("GET", "/v1/sys/key-status").data["term"])),
    Operation("token", lambda api, _: api.post("/v1/auth/token/create", {"id": "swept", "ttl": "1h"}), token_made),
    Operation("revocation", lambda api, _: api.post("/v1/auth/token/revoke", {"token": "swept"}), revoked, family),
    Operation("mount", lambda api, _: api.post("/v1/sys/mounts/swept", {"type": "kv-v2"}), mounted),
    Operation("unmount", lambda api, _: api.delete("/v1/sys/mounts/secret"), unmounted),
    Operation("wrapping", wrap, wrapped),
    Operation("policy", lambda api, _: api.post(
        "/v1/sys/policies/acl/swept", {"policy": 'path "x" { capabilities = ["read"] }'}), policy),
    Operation("rekey", verify, written, rekey_prepared),
    Operation("restore", lambda api, notes: api.post("/v1/sys/storage/raft/snapshot", raw=notes["snapshot"]), restored),
]


@CHECKS.check("a server that has something to lose")
def _(world):
    server = world.server = world.new_server("base").start_unsealed()
    api = server.api()
    api.must("POST", "/v1/sys/mounts/secret", {"type": "kv-v2"})
    api.must("POST", "/v1/secret/data/a", {"data": {"k": "older"}})
    world.snapshot = api.must("GET", "/v1/sys/storage/raft/snapshot").body
    api.must("DELETE", "/v1/secret/metadata/a")
    api.must("POST", "/v1/secret/data/a", {"data": {"k": "old"}})
    for _ in range(3):
        api.must("POST", "/v1/secret/data/many", {"data": {"k": "x" * 3000}})
    equal(server.stop(), 0, "exit status")
    world.shim = Shim(world.folder)
    world.count = 0


def one_round(world, operation, call, action):
    """Kills at the call of this number; whether the operation got there."""
    server = world.new_server(f"round-{world.count}")
    world.count += 1
    shutil.copytree(world.server.folder / "data", server.folder / "data")
    server.keys, server.root_token, server.threshold = list(world.server.keys), world.server.root_token, 1
    world.shim.disarm()
    server.start(env=world.shim.environment)
    server.unseal()
    api, notes = server.api(), {"keys": server.keys, "snapshot": world.snapshot}
    api.put = lambda path, body: api.request("PUT", path, body)
    operation.prepare(api, notes)
    world.shim.arm(call, action)
    try:
        answer = operation.act(api, notes)
    except (OSError, HTTPException):
        answer = None
    true(answer is None or answer.status in (200, 204), f"{operation.name}: {answer}")
    was_reached = world.shim.get("countdown") <= 0
    if answer is None:
        equal(server.process.wait(timeout=10), -signal.SIGKILL, "how the server ended")
    true(was_reached or answer, f"{operation.name}: neither killed nor answered")
    # Nothing is done without a call to the disk: the first one is always met.
    true(was_reached or call > 1, f"{operation.name}: the disk is not asked")
    world.shim.disarm()
    server.kill()
    server.start()
    state = state_after(server, operation, notes)
    true(answer is None or state == "after", f"{operation.name}: answered, and not done, killed at call {call}")
    server.kill()
    shutil.rmtree(Path(server.folder), ignore_errors=True)
    return was_reached


def state_after(server, operation, notes):
    if operation.name != "rekey":
        server.unseal()
        return operation.state(server.api(), notes)
    # One share opens, and the other does not.
    works = []
    for key in (notes["keys"][0], notes["new"]):
        answer = server.api("").request("PUT", "/v1/sys/unseal", {"key": key})
        if answer.status == 200 and not answer.json["sealed"]:
            works.append(key)
            operation.state(server.api(), notes)
            server.api().must("PUT", "/v1/sys/seal")
    equal(len(works), 1, "shares that open")
    return "before" if works == [notes["keys"][0]] else "after"


def sweep(world, operation):
    """Every call in both ways, or some of them; returns how many rounds there were."""
    if world.is_full:
        return sum(every(world, operation, action) for action in (KILL, TEAR))
    chosen = random.Random(f"{world.seed} {operation.name}")
    call = 1
    for rounds in range(SAMPLES):
        if not one_round(world, operation, call, chosen.choice((KILL, TEAR))):
            return rounds + 1
        call += chosen.randrange(1, 8)
    return SAMPLES


def every(world, operation, action):
    call = 1
    while one_round(world, operation, call, action):
        call += 1
        true(call < 1000, f"{operation.name}: it never ends")
    return call


def make_check(operation):
    @CHECKS.check(f"{operation.name}: done or not done, and done when it was acknowledged")
    def _(world):
        rounds = sweep(world, operation)
        print(f"           ({rounds} rounds)", flush=True)


for each in OPERATIONS:
    make_check(each)
