"""Whatever was acknowledged is there after a kill in the middle of writing."""

import random
import threading
import time
from http.client import HTTPException

from livetest.checks import Checks, equal, true

from .power import Writers

CHECKS = Checks("durability")

THREADS = 8
WRITES = 1000
# Few enough that most writes make a further version of a secret that exists.
SECRETS_PER_THREAD = 25


class Ledger:
    """Who wrote what: every attempt, and what the server said to it."""

    def __init__(self):
        self.lock = threading.Lock()
        self.acknowledged = {}
        self.attempted = {}
        self.count = 0
        self.unexpected = []

    def attempt(self, path, number):
        with self.lock:
            self.attempted.setdefault(path, []).append(number)

    def acknowledge(self, path, number, version):
        with self.lock:
            self.acknowledged.setdefault(path, {})[version] = number
            self.count += 1
            return self.count

    def unexpect(self, text):
        with self.lock:
            self.unexpected.append(text)


def write_until_killed(server, ledger, thread, first, last, kill_at, killed):
    """Writes its share of the secrets; the thread that brings the count to `kill_at` kills the server."""
    api = server.api()
    for number in range(first, last):
        path = f"t{thread}/s{number % SECRETS_PER_THREAD}"
        ledger.attempt(path, number)
        try:
            answer = api.post(f"/v1/secret/data/{path}", {"data": {"writer": thread, "number": number}})
        except (OSError, HTTPException):
            # The connection broke: nobody knows whether this one was kept.
            return
        if answer.status != 200:
            ledger.unexpect(f"{path}: {answer.status} {answer.body[:200]!r}")
            return
        if ledger.acknowledge(path, number, answer.data["version"]) == kill_at:
            killed.set()
            server.kill()
            return


def run_writers(server, ledger, first, last, kill_at=None):
    killed = threading.Event()
    threads = [
        threading.Thread(target=write_until_killed, args=(server, ledger, n, first, last, kill_at, killed))
        for n in range(THREADS)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    equal(ledger.unexpected, [], "answers that are neither 200 nor a broken connection")
    equal(killed.is_set(), kill_at is not None, "killed")


def kept(server, ledger):
    """Every acknowledged version holds what was written, and nothing is there that nobody wrote."""
    api = server.api()
    for path, versions in ledger.acknowledged.items():
        metadata = api.must("GET", f"/v1/secret/metadata/{path}").data
        known = {int(version) for version in metadata["versions"]}
        newest = metadata["current_version"]
        true(newest >= max(versions), f"{path} went back from version {max(versions)} to {newest}")
        for version in known:
            answer = api.must("GET", f"/v1/secret/data/{path}?version={version}")
            number = answer.data["data"]["number"]
            if version in versions:
                equal(number, versions[version], f"{path} version {version}")
            true(number in ledger.attempted[path], f"{path} version {version} was never written")


@CHECKS.check("1,000 writes from eight threads: a kill in the middle loses none that was acknowledged")
def _(world):
    server = world.server = world.new_server("kill").start_unsealed()
    server.api().must("POST", "/v1/sys/mounts/secret", {"type": "kv-v2"})
    # Enough versions that none is dropped for its age.
    server.api().must("POST", "/v1/secret/config", {"max_versions": 100})
    world.ledger = Ledger()
    moment = random.Random(world.seed).randrange(WRITES * 2 // 5, WRITES * 3 // 5)
    run_writers(server, world.ledger, 0, WRITES // THREADS, kill_at=moment)
    true(world.ledger.count >= moment, f"{world.ledger.count} acknowledged")
    server.start()
    server.unseal()
    kept(server, world.ledger)


@CHECKS.check("the restarted server takes the rest, and a second kill loses none either")
def _(world):
    first = world.ledger.count
    run_writers(world.server, world.ledger, WRITES, WRITES + WRITES // THREADS, kill_at=first + 300)
    world.server.start()
    world.server.unseal()
    kept(world.server, world.ledger)


@CHECKS.check("after the kills the server writes all that it is given")
def _(world):
    before = world.ledger.count
    run_writers(world.server, world.ledger, 2 * WRITES, 2 * WRITES + 20)
    equal(world.ledger.count - before, 20 * THREADS, "acknowledged")
    kept(world.server, world.ledger)


@CHECKS.check("acknowledged tokens live and acknowledged revocations hold after a kill")
def _(world):
    server, api = world.server, world.server.api()
    made = [api.must("POST", "/v1/auth/token/create", {"ttl": "1h"}).json["auth"] for _ in range(20)]
    for auth in made[:10]:
        api.must("POST", "/v1/auth/token/revoke", {"token": auth["client_token"]})
    server.kill()
    server.start()
    server.unseal()
    found = [server.api(auth["client_token"]).get("/v1/auth/token/lookup-self").status for auth in made]
    equal(found, [403] * 10 + [200] * 10, "status of each token")


@CHECKS.check("an acknowledged deletion holds after a kill")
def _(world):
    server, api = world.server, world.server.api()
    api.must("DELETE", "/v1/secret/metadata/t0/s0")
    api.must("POST", "/v1/secret/destroy/t0/s1", {"versions": [1]})
    server.kill()
    server.start()
    server.unseal()
    equal(server.api().get("/v1/secret/metadata/t0/s0").status, 404, "status of the deleted secret")
    versions = server.api().must("GET", "/v1/secret/metadata/t0/s1").data["versions"]
    equal(versions["1"]["destroyed"], True, "destroyed")


@CHECKS.check("killed at random moments, a server loses nothing that was acknowledged and is back within two seconds (F01)")
def _(world):
    chooser, total, slowest = random.Random(world.seed), 0, 0
    server = world.new_server("again").start_unsealed()
    server.api().must("POST", "/v1/sys/mounts/secret", {"type": "kv"})
    cycles = world.pick(5, 300)
    for cycle in range(cycles):
        writers = Writers(server)
        writers.run(chooser.uniform(0.05, 0.5), server.kill)
        start = time.monotonic()
        server.start()
        server.unseal()
        slowest = max(slowest, time.monotonic() - start)
        equal(writers.kept(server), [], f"lost in cycle {cycle}")
        total += sum(map(len, writers.attempted.values())) + len(writers.tokens)
    print(f"           ({cycles} kills, {total} writes and tokens, back after {slowest:.2f} s at most)", flush=True)
    true(slowest < world.pick(10, 2), f"back after {slowest:.2f} s only")
    equal(server.stop(), 0, "exit status")


@CHECKS.check("a kill during initialisation leaves nothing, or a server whose keys were delivered")
def _(world):
    for attempt in range(5):
        server = world.new_server(f"init-{attempt}")
        server.start()
        made = []
        thread = threading.Thread(target=initialise_into, args=(server, made))
        thread.start()
        # Later in each attempt; whatever the moment, the outcome must be one of the two.
        threading.Event().wait(0.002 * attempt)
        server.kill()
        thread.join()
        server.start()
        if made:
            server.keys, server.root_token, server.threshold = made[0]["keys"], made[0]["root_token"], 1
            server.unseal()
            equal(server.api().get("/v1/auth/token/lookup-self").status, 200, "the delivered root token")
        else:
            status = server.api("").must("GET", "/v1/sys/seal-status").json
            true(status["sealed"], "a server that nobody unsealed is sealed")
        server.kill()


def initialise_into(server, made):
    try:
        answer = server.api("").request("PUT", "/v1/sys/init", {"secret_shares": 1, "secret_threshold": 1})
    except (OSError, HTTPException):
        return
    if answer.status == 200:
        made.append(answer.json)


@CHECKS.check("SIGTERM ends a server with status 0 and the data stay")
def _(world):
    equal(world.server.stop(), 0, "exit status")
    world.server.start()
    world.server.unseal()
    kept(world.server, without(world.ledger, "t0/s0", "t0/s1"))


def without(ledger, *paths):
    """The ledger without the secrets that were deleted on purpose."""
    for path in paths:
        ledger.acknowledged.pop(path, None)
    return ledger
