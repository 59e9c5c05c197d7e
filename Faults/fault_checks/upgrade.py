"""Data that earlier revisions wrote is opened and read, and data of a later one is refused in clear words (F36)."""

import json
import sqlite3
import tarfile
from pathlib import Path

from livetest.checks import Checks, equal, true

from .cluster import Node
from .stores import POSTGRES, new_store

CHECKS = Checks("data of other releases (F36)")

OLD = Path(__file__).resolve().parents[2] / "Tests/Fixtures/old-data"


def opened(world, archive, name):
    """A server over a copy of the data, with what it has to answer."""
    server = world.new_server(name)
    with tarfile.open(archive) as packed:
        packed.extractall(server.folder, filter="data")
    notes = json.loads((server.folder / "notes.json").read_text())
    server.keys, server.root_token, server.threshold = notes["keys"], notes["root_token"], 2
    return server, notes


@CHECKS.check("the data of every earlier revision opens with its keys, and all of it is read and written")
def _(world):
    archives = sorted(OLD.glob("*.tar.gz"))
    true(archives, "there is no old data")
    for archive in archives:
        server, notes = opened(world, archive, archive.name.split(".")[0])
        server.start()
        server.unseal()
        api = server.api()
        for path, wanted in notes["reads"].items():
            found = api.must("GET", f"/v1/{path}").data
            # A later release may say more, and nothing else.
            for name, value in wanted.items():
                equal(found.get(name), value, f"{archive.name}: {name} of {path}")
        for path, body in notes["logins"]:
            equal(api.post(f"/v1/{path}", body).status, 200, f"{archive.name}: {path}")
        equal(server.api("reader").get("/v1/secret/data/a").status, 200, "the old token's right")
        equal(server.api("reader").post("/v1/secret/data/a", {"data": {}}).status, 403, "what it has no right to")
        api.must("POST", "/v1/secret/data/a", {"data": {"number": 5}})
        equal(server.stop(), 0, "exit status")
        server.start()
        server.unseal()
        equal(api.must("GET", "/v1/secret/data/a").data["data"], {"number": 5})
        equal(server.stop(), 0, "exit status")
    print(f"           ({len(archives)} revisions)", flush=True)


@CHECKS.check("the harness sees an entry that a release would have dropped (H5)")
def _(world):
    archive = sorted(OLD.glob("*.tar.gz"))[0]
    server, notes = opened(world, archive, "dropped")
    with sqlite3.connect(server.folder / "data/coffer.db") as database:
        database.execute("DELETE FROM entries WHERE CAST(key AS TEXT) LIKE 'logical/%'")
    database.close()
    server.start()
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
