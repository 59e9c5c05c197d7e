"""From storage to storage and back: SQLite, PostgreSQL, etcd, SQLite. What was true before is true at the end."""

import shutil
import subprocess
import threading
import time

from livetest import databases
from livetest.api import API
from livetest.checks import Checks, equal, true
from livetest.server import free_port, wait_for

CHECKS = Checks("moving between storages")
COUNT = 400
CREATION = "CREATE ROLE \"{{name}}\" LOGIN PASSWORD '{{password}}' VALID UNTIL '{{expiration}}'"
TOKENS = 20


class Stage:
    """One storage of the chain: its stanza without the word in front."""

    def __init__(self, name, stanza):
        self.name = name
        self.stanza = stanza


def stages(world):
    postgres, etcd = world.postgres, world.etcd
    url = (f"postgresql://{postgres.superuser}:{postgres.superuser_password}@127.0.0.1:{postgres.port}/postgres"
           "?sslmode=disable")
    return [
        Stage("first", f'"sqlite" {{ path = "{world.folder}/first/data" }}'),
        Stage("postgres", f'"postgresql" {{\n  connection_url = "{url}"\n  allow_unsafe_server = true\n}}'),
        Stage("etcd", f'"etcd" {{ address = "{etcd.url}" }}'),
        Stage("last", f'"sqlite" {{ path = "{world.folder}/last/data" }}'),
    ]


def migration(world, source, destination):
    file = world.folder / "migrate.hcl"
    file.write_text(f"storage_source {source.stanza}\nstorage_destination {destination.stanza}\n")
    return [world.binary, "operator", "migrate", f"-config={file}"]


def migrate(world, source, destination):
    return subprocess.run(
        migration(world, source, destination), capture_output=True, text=True, timeout=120, check=False)


def server_over(world, stage):
    """A server with the keys of the first one."""
    server = world.new_server(f"server-{stage.name}")
    text = server.configuration.read_text()
    start = text.index("listener")
    server.configuration.write_text(f"storage {stage.stanza}\n\n{text[start:]}")
    if world.server:
        server.keys, server.root_token, server.threshold = world.server.keys, world.server.root_token, 1
    return server


@CHECKS.check("a server with secrets, tokens and leases")
def _(world):
    databases.install()
    for name, kind in (("postgres", databases.PostgresServer), ("etcd", databases.EtcdServer)):
        database = kind().start()
        world.on_exit(database.__exit__, None, None, None)
        setattr(world, name, database)
    world.server = server_over(world, stages(world)[0]).start_unsealed()
    api = world.server.api()
    api.must("POST", "/v1/sys/mounts/secret", {"type": "kv", "options": {"version": "2"}})
    for index in range(COUNT):
        # The last of them is about as large as one may be.
        value = "x" * 400_000 if index == COUNT - 1 else f"value {index}"
        api.must("POST", f"/v1/secret/data/{index:04}", {"data": {"value": value}})
    api.must("PUT", "/v1/sys/policies/acl/reader", {"policy": 'path "secret/*" { capabilities = ["read"] }'})
    world.tokens = [
        api.must("POST", "/v1/auth/token/create", {"policies": ["reader"], "ttl": "4h", "num_uses": 0}).json["auth"]
        for _ in range(TOKENS)
    ]
    api.must("POST", "/v1/sys/auth/userpass", {"type": "userpass"})
    api.must("POST", "/v1/auth/userpass/users/u", {"password": "p", "policies": "reader"})
    lend(world, api)
    equal(world.server.stop(), 0, "exit status of the server")


def lend(world, api):
    """Accounts of a database, whose leases travel along."""
    db = world.postgres
    api.must("POST", "/v1/sys/mounts/database", {"type": "database"})
    api.must("POST", "/v1/database/config/main", {
        "plugin_name": "postgresql-database-plugin", "connection_url": db.url, "username": db.superuser,
        "password": db.superuser_password, "allowed_roles": "*"})
    api.must("POST", "/v1/database/roles/app", {
        "db_name": "main", "creation_statements": [CREATION], "default_ttl": "1h", "max_ttl": "24h"})
    world.leases = [api.must("GET", "/v1/database/creds/app").json for _ in range(3)]


@CHECKS.check("it moves to PostgreSQL, to etcd and back to a file, each move killed once and gone on with")
def _(world):
    chain = stages(world)
    for source, destination in zip(chain, chain[1:]):
        process = subprocess.Popen(
            migration(world, source, destination), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        true("copied" in process.stdout.readline(), f"{destination.name}: no progress was printed")
        process.kill()
        process.wait()
        done = migrate(world, source, destination)
        # The kill may have come after the last batch: then there is nothing to go on with.
        true(done.returncode == 0 or "holds entries already" in done.stderr,
             f"to {destination.name}: {done.returncode} {done.stdout} {done.stderr}")


def holds(world, stage):
    """A server over the storage serves what the first one was given."""
    server = server_over(world, stage)
    server.start()
    server.unseal()
    api = server.api()
    equal(len(api.list("/v1/secret/metadata").data["keys"]), COUNT, "secrets")
    for index in range(0, COUNT - 1, 7):
        value = api.must("GET", f"/v1/secret/data/{index:04}").data["data"]["value"]
        equal(value, f"value {index}", f"secret {index}")
    large = api.must("GET", f"/v1/secret/data/{COUNT - 1:04}").data["data"]["value"]
    equal(len(large), 400_000, "the large secret")
    for auth in world.tokens:
        own = API(server.port, auth["client_token"])
        equal(own.get("/v1/secret/data/0001").status, 200, "a token reads")
        equal(own.must("GET", "/v1/auth/token/lookup-self").data["accessor"], auth["accessor"], "its accessor")
    login = API(server.port, "").must("POST", "/v1/auth/userpass/login/u", {"password": "p"}).json
    true(login["auth"]["client_token"], "a login gives a token")
    for lease in world.leases:
        renewed = api.must("PUT", "/v1/sys/leases/renew", {"lease_id": lease["lease_id"], "increment": 7200}).json
        equal(renewed["lease_id"], lease["lease_id"], "the lease is renewed")
    return server


@CHECKS.check("secrets, tokens and leases are good in PostgreSQL and in etcd")
def _(world):
    for stage in stages(world)[1:3]:
        server = holds(world, stage)
        equal(server.api("").get("/v1/sys/seal-status").json["storage_type"],
              {"postgres": "postgresql", "etcd": "etcd"}[stage.name], "storage_type")
        equal(server.stop(), 0, f"exit status of the server over {stage.name}")


@CHECKS.check("they are good at the end of the chain, where a token and a lease can be revoked")
def _(world):
    server = holds(world, stages(world)[-1])
    api = server.api()
    gone = world.tokens[0]["client_token"]
    api.must("POST", "/v1/auth/token/revoke", {"token": gone})
    equal(API(server.port, gone).get("/v1/secret/data/0001").status, 403, "the revoked token")
    lease = world.leases[0]
    account = lease["data"]["username"]
    known = f"SELECT count(*) FROM pg_roles WHERE rolname = '{account}'"
    equal(world.postgres.query(known), "1", "the account of the lease")
    api.must("PUT", "/v1/sys/leases/revoke", {"lease_id": lease["lease_id"], "sync": True})
    equal(world.postgres.query(known), "0", "the account after its lease was revoked")
    equal(server.stop(), 0, "exit status of the server")


@CHECKS.check("an older etcd in the place of the former one is noticed, and nobody leads on it (FE6)")
def _(world):
    etcd = world.etcd
    stage = Stage("restored", f'"etcd" {{\n  address = "{etcd.url}"\n  ha_enabled = "true"\n}}')
    server = server_over(world, stage)
    port = free_port()
    text = server.configuration.read_text().replace(
        "tls_disable = true", f'tls_disable = true\n  cluster_address = "127.0.0.1:{port}"')
    server.configuration.write_text(f'{text}\ncluster_addr = "https://127.0.0.1:{port}"\n')
    server.start()
    server.unseal()
    wait_for(lambda: server.api("").get("/v1/sys/health").status == 200, "nobody leads", seconds=20)
    server.api().must("POST", "/v1/secret/data/before", {"data": {"k": "before"}})
    etcd.stop()
    backup = etcd.folder / "backup"
    shutil.copytree(etcd.data, backup)
    etcd.start()
    wait_for(lambda: server.api("").get("/v1/sys/health").status == 200, "nobody leads again", seconds=40)
    for number in range(20):
        server.api().must("POST", f"/v1/secret/data/after-{number}", {"data": {"k": number}})
    etcd.stop()
    shutil.rmtree(etcd.data)
    backup.rename(etcd.data)
    etcd.start()
    wait_for(lambda: "storage_epoch_regression" in server.log.read_text(), "the older etcd is not reported", seconds=40)
    true(server.api("").get("/v1/sys/health").status != 200, "it leads on the older etcd")
    answer = server.api().post("/v1/secret/data/late", {"data": {"k": 1}})
    true(answer.status >= 500, f"a write was answered with {answer.status}")
    server.stop()
    # Who has looked at it and accepts the loss restarts the server.
    server.start()
    server.unseal()
    wait_for(lambda: server.api("").get("/v1/sys/health").status == 200, "nobody leads after the restart", seconds=30)
    equal(server.api().must("GET", "/v1/secret/data/before").data["data"], {"k": "before"}, "what the backup held")


@CHECKS.check("while etcd is away writes fail in time; when it is back, they are served without a restart")
def _(world):
    etcd = world.etcd
    stage = Stage("alone", f'"etcd" {{\n  address = "{etcd.url}"\n  request_timeout = "2s"\n}}')
    server = server_over(world, stage)
    server.start()
    server.unseal()
    api = server.api()
    api.must("POST", "/v1/secret/data/outage", {"data": {"k": 1}})
    etcd.stop()
    began = time.monotonic()
    true(api.post("/v1/secret/data/outage", {"data": {"k": 2}}).status >= 500, "a write without etcd")
    true(time.monotonic() - began < 15, "it took too long")
    threading.Timer(0.1, etcd.start).start()
    wait_for(lambda: api.post("/v1/secret/data/outage", {"data": {"k": 3}}).status == 200, "no write", seconds=60)
    equal(api.must("GET", "/v1/secret/data/outage").data["data"], {"k": 3}, "the secret")
    equal(server.stop(), 0, "exit status of the server")
