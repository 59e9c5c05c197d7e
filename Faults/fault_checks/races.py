"""FE4: what must hold between several entries holds when requests race for it, on whichever node they arrive."""

import threading
from http.client import HTTPException

from livetest.checks import Checks, equal, true
from livetest.server import wait_for

from .cluster import Cluster, report, rounds
from .connections import Connection
from .stores import SHARED, SQLITE

CHECKS = Checks("races")
STORES = (*SHARED, SQLITE)


class Racers:
    """Clients that begin at the same moment, each at a node of its own choice."""

    def __init__(self, cluster, count=6):
        nodes = cluster.nodes
        self.connections = [Connection(nodes[number % len(nodes)].port, cluster.token, 30) for number in range(count)]
        self.start, self.done = threading.Barrier(count + 1), threading.Barrier(count + 1)
        self.call, self.answers, self.is_over = None, [None] * count, False
        for number in range(count):
            threading.Thread(target=self.run, args=(number,), daemon=True).start()

    def run(self, number):
        while True:
            self.start.wait()
            if self.is_over:
                return
            try:
                self.answers[number] = self.call(self.connections[number], number)
            except (OSError, HTTPException) as error:
                self.answers[number] = error
            self.done.wait()

    def race(self, call):
        """What each was answered."""
        self.call = call
        self.start.wait()
        self.done.wait()
        for answer in self.answers:
            true(not isinstance(answer, Exception), f"a racer got {answer!r}")
        return list(self.answers)

    def end(self):
        self.is_over = True
        self.start.wait()


def track(world):
    if world.cluster is None:
        world.cluster = Cluster(world, count=3 if world.store in SHARED else 1).start()
        world.racers = Racers(world.cluster)
        world.on_exit(world.racers.end)
        api = world.cluster.wait_for_leader().api()
        api.must("POST", "/v1/sys/auth/approle", {"type": "approle"})
        api.must("POST", "/v1/sys/auth/other", {"type": "approle"})
        # Those that lose look like somebody who guesses.
        api.must("POST", "/v1/sys/auth/approle/tune", {"user_lockout_config": {"lockout_disable": True}})
        api.must("POST", "/v1/sys/mounts/secret", {"type": "kv", "options": {"version": "1"}})
        api.must("POST", "/v1/secret/x", {"k": "v"})
        api.must("POST", "/v1/sys/policies/acl/reader", {"policy": 'path "secret/x" { capabilities = ["read"] }'})
        # Every node must know its leader before the first race.
        for node in world.cluster.nodes:
            wait_for(lambda: node.api().get("/v1/sys/auth").status == 200, "every node answers")
    return world.racers, world.cluster.wait_for_leader().api()


def wins(answers):
    return sum(answer.status in (200, 204) for answer in answers)


@CHECKS.check("FE4: a token with three uses is used three times, by six at once")
def _(world):
    racers, api = track(world)
    count = rounds(20, 3000)
    for _ in range(count):
        made = api.must("POST", "/v1/auth/token/create", {"policies": ["reader"], "num_uses": 3}).json
        token = made["auth"]["client_token"]
        answers = racers.race(lambda link, _: link.request("GET", "/v1/secret/x", token=token))
        equal(wins(answers), 3, f"uses of three: {[answer.status for answer in answers]}")
    report(f"{count} races, three uses in each")


@CHECKS.check("FE4: a wrapped answer is unwrapped once, by six at once")
def _(world):
    racers, api = track(world)
    count = rounds(20, 3000)
    for _ in range(count):
        made = api.must("POST", "/v1/sys/wrapping/wrap", {"k": "v"}, headers={"X-Vault-Wrap-TTL": "5m"}).json
        token = made["wrap_info"]["token"]
        answers = racers.race(lambda link, _: link.request("POST", "/v1/sys/wrapping/unwrap", token=token))
        equal(wins(answers), 1, f"unwrapped: {[answer.status for answer in answers]}")
    report(f"{count} races, one answer in each")


@CHECKS.check("FE4: a secret id with two uses logs in twice, for six at once")
def _(world):
    racers, api = track(world)
    api.must("POST", "/v1/auth/approle/role/r", {"policies": "default", "secret_id_num_uses": 2})
    role = api.must("GET", "/v1/auth/approle/role/r/role-id").data["role_id"]
    count = rounds(20, 3000)
    for _ in range(count):
        secret = api.must("POST", "/v1/auth/approle/role/r/secret-id").data["secret_id"]
        body = {"role_id": role, "secret_id": secret}
        answers = racers.race(lambda link, _: link.request("POST", "/v1/auth/approle/login", body))
        equal(wins(answers), 2, f"logins of two: {[answer.status for answer in answers]}")
    report(f"{count} races, two logins in each")


@CHECKS.check("FE4: six first logins at once make one entity with one alias")
def _(world):
    racers, api = track(world)
    count = rounds(6, 500)
    entities = set()
    for number in range(count):
        path = f"/v1/auth/approle/role/first{number}"
        api.must("POST", path, {"policies": "default"})
        role = api.must("GET", f"{path}/role-id").data["role_id"]
        secret = api.must("POST", f"{path}/secret-id").data["secret_id"]
        body = {"role_id": role, "secret_id": secret}
        answers = racers.race(lambda link, _: link.request("POST", "/v1/auth/approle/login", body))
        equal(wins(answers), len(answers), f"logins: {[answer.status for answer in answers]}")
        owners = {answer.json["auth"]["entity_id"] for answer in answers}
        equal(len(owners), 1, "entities of one role")
        entities |= owners
    equal(len(entities), count, "entities")
    aliases = [alias for entity in entities
               for alias in api.must("GET", f"/v1/identity/entity/id/{entity}").data["aliases"]]
    equal(len(aliases), count, "aliases")
    report(f"{count} races, one entity with one alias in each")


@CHECKS.check("FE4: two entities that are merged into each other at once leave one, with both aliases")
def _(world):
    racers, api = track(world)
    mounts = api.must("GET", "/v1/sys/auth").data
    count = rounds(6, 500)
    for number in range(count):
        entities = []
        for mount in ("approle/", "other/"):
            body = {"name": f"merged-{number}-{mount[:-1]}", "policies": ["default"]}
            entity = api.must("POST", "/v1/identity/entity", body).data["id"]
            api.must("POST", "/v1/identity/entity-alias", {
                "name": f"alias{number}", "canonical_id": entity, "mount_accessor": mounts[mount]["accessor"]})
            entities.append(entity)

        def merge(link, number):
            first = number % 2
            return link.request("POST", "/v1/identity/entity/merge", {
                "from_entity_ids": [entities[first]], "to_entity_id": entities[1 - first]})

        answers = racers.race(merge)
        left = [answer.data for answer in (api.get(f"/v1/identity/entity/id/{entity}") for entity in set(entities))
                if answer.status == 200]
        # The one that is gone may still be asked for by its identifier, and is then the one that took it in.
        left = {data["id"]: data for data in left}
        equal(len(left), 1, f"entities left after {[answer.status for answer in answers]}")
        aliases = [alias["mount_path"] for data in left.values() for alias in data["aliases"]]
        equal(len(aliases), 2, f"aliases left: {aliases}")
    report(f"{count} races, one entity with two aliases in each")


@CHECKS.check("FE4: a race that is lost is seen: without a limit all six win")
def _(world):
    racers, api = track(world)
    token = api.must("POST", "/v1/auth/token/create", {"policies": ["default"]}).json["auth"]["client_token"]
    answers = racers.race(lambda link, _: link.request("GET", "/v1/auth/token/lookup-self", token=token))
    equal(wins(answers), 6, "uses of a token without a limit")
