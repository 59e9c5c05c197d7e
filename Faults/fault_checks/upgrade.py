"""Data that earlier revisions wrote is opened and read, and data of a later one is refused in clear words (F36)."""

import json
import sqlite3
import tarfile
import time
from pathlib import Path

from livetest.checks import Checks, equal, true

from .cluster import Node
from .shim import Shim
from .stores import POSTGRES, new_store

CHECKS = Checks("data of other releases (F36)")

OLD = Path(__file__).resolve().parents[2] / "Tests/Fixtures/old-data"


def opened(world, archive, name):
    """A server over a copy of the data, with what it has to answer."""
    server = world.new_server(name)
    with tarfile.open(archive) as packed:
        packed.extractall(server.folder, filter="data")
        made = packed.getmember("notes.json").mtime
    notes = json.loads((server.folder / "notes.json").read_text())
    server.keys, server.root_token, server.threshold = notes["keys"], notes["root_token"], 2
    # Its tokens live for a month: for the server it is the minute after they were made.
    shim = Shim(server.folder)
    shim.move_clock(made + 60 - time.time())
    return server, notes, shim.environment


@CHECKS.check("the data of every earlier revision opens with its keys, and all of it is read and written")
def _(world):
    archives = sorted(OLD.glob("*.tar.gz"))
    true(archives, "there is no old data")
    for archive in archives:
        server, notes, environment = opened(world, archive, archive.name.split(".")[0])
        server.start(env=environment)
        server.unseal()
        api = server.api()
        for path, wanted in notes["reads"].items():
            found = api.must("GET", f"/v1/{path}").data
            # A later release may say more, and nothing else.
            for name, value in wanted.items():
                equal(found.get(name), value, f"{archive.name}: {name} of {path}")
        for path, body in notes["logins"]:
            equal(api.post(f"/v1/{path}", body).status, 200, f"{archive.name}: {path}")
        tokens_live(server, notes.get("tokens", []))
        equal(server.api("reader").get("/v1/secret/data/a").status, 200, "the old token's right")
        equal(server.api("reader").post("/v1/secret/data/a", {"data": {}}).status, 403, "what it has no right to")
        api.must("POST", "/v1/secret/data/a", {"data": {"number": 5}})
        equal(server.stop(), 0, "exit status")
        server.start(env=environment)
        server.unseal()
        equal(api.must("GET", "/v1/secret/data/a").data["data"], {"number": 5})
        equal(server.stop(), 0, "exit status")
    print(f"           ({len(archives)} revisions)", flush=True)


def tokens_live(server, tokens):
    """Those that were drawn, and their leases: used, renewed, listed, and two of them revoked."""
    listed = server.api().list("/v1/sys/leases/lookup/auth/token/create").data["keys"] if tokens else []
    for number, token in enumerate(tokens):
        api = server.api(token)
        equal(api.get("/v1/secret/data/a").status, 200, "a drawn token's right")
        true(api.must("GET", "/v1/auth/token/lookup-self").data["ttl"] > 2_000_000, "its lifetime")
        api.must("POST", "/v1/auth/token/renew-self")
        if number < 2:
            api.must("POST", "/v1/auth/token/revoke-self")
            equal(api.get("/v1/secret/data/a").status, 403, "a revoked token's right")
    if tokens:
        left = server.api().list("/v1/sys/leases/lookup/auth/token/create").data["keys"]
        equal(len(left), len(listed) - 2, "leases")


@CHECKS.check("the harness sees an entry that a release would have dropped (H5)")
def _(world):
    archive = sorted(OLD.glob("*.tar.gz"))[0]
    server, notes, environment = opened(world, archive, "dropped")
    with sqlite3.connect(server.folder / "data/coffer.db") as database:
        database.execute("DELETE FROM entries WHERE CAST(key AS TEXT) LIKE 'logical/%'")
    database.close()
    server.start(env=environment)
    server.unseal()
    missing = [path for path in notes["reads"] if server.api().get(f"/v1/{path}").status != 200]
    true(missing, "nothing is missing without the entries of the engines")
    server.kill()


@CHECKS.check("a database of a newer format is refused in clear words, and stays as it is")
def _(world):
    server = world.new_server("newer").start_unsealed()
    equal(server.stop(), 0, "exit status")
    file = server.folder / "data/coffer.db"
    with sqlite3.connect(file) as database:
        database.execute("PRAGMA user_version = 99")
    database.close()
    before = file.read_bytes()
    refused(server, "has format 99, which a newer release")
    equal(file.read_bytes(), before, "the file")


@CHECKS.check("tables of a newer format in PostgreSQL likewise")
def _(world):
    store = new_store(world, POSTGRES)
    database = store.server
    folder = world.folder / "shared"
    folder.mkdir()
    server = world.stack.enter_context(Node(world.binary, folder, store)).start_unsealed()
    equal(server.stop(), 0, "exit status")
    database.query("UPDATE coffer_kv_store_meta SET format = 99")
    refused(server, "have format 99, which a newer release")


def refused(server, words):
    try:
        server.start()
    except AssertionError:
        true(words in server.log.read_text(), server.log.read_text()[-500:])
    else:
        raise AssertionError("the server started on data of a newer release")
