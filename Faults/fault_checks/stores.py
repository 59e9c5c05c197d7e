"""The storages that the checks run over, behind one face: a stanza, a port, and what can be done to it."""

import base64
import copy
import json
import os
import re
import signal
import subprocess
import urllib.request

from livetest import databases

POSTGRES, ETCD, SQLITE = "postgresql", "etcd", "sqlite"
# Those over which several nodes share their entries.
SHARED = (POSTGRES, ETCD)
ALL = (*SHARED, SQLITE)


class Database:
    """One database of a PostgreSQL, for a node without wires."""

    def __init__(self, url):
        self.url = url

    def stanza(self, port=None):
        return f"""\
storage "postgresql" {{
  connection_url      = "{self.url}"
  ha_enabled          = "true"
  max_parallel        = 8
  allow_unsafe_server = true
}}
"""


class PostgresStore:
    name = POSTGRES
    # Its epoch is a number in a table, that somebody can set back.
    counts_epochs = True
    FORGET = "DROP TABLE IF EXISTS coffer_kv_store, coffer_kv_store_meta, coffer_leader"

    def __init__(self):
        databases.install()
        self.server = databases.PostgresServer().start()

    @property
    def port(self):
        return self.server.port

    def url(self, port=None, database="postgres"):
        server = self.server
        return (f"postgresql://{server.superuser}:{server.superuser_password}@127.0.0.1:{port or self.port}/{database}"
                "?sslmode=disable")

    def stanza(self, port=None):
        """Of a configuration; `port` is a wire's, or another way to the same server."""
        return Database(self.url(port)).stanza()

    def lane(self, number):
        """Another database of the same server, that nobody has used."""
        name = f"lane{number}"
        if not self.server.query(f"SELECT 1 FROM pg_database WHERE datname = '{name}'"):
            self.server.query(f"CREATE DATABASE {name}")
        self.server.query(self.FORGET, database=name)
        return Database(self.url(database=name))

    def start(self):
        self.server.start()

    def stop(self):
        self.server.stop()

    def kill(self):
        """Without a goodbye to anybody, and with a recovery at the next start."""
        self.server.run([self.server.bin / "pg_ctl", "stop", "-D", self.server.data, "-m", "immediate"])
        self.server.process.wait(timeout=60)
        self.server.process = None

    def freeze(self, number):
        self.server.signal(number)

    def forget(self):
        """As it was before anybody used it."""
        self.server.query(self.FORGET)

    def lose_leader(self):
        self.server.query("DELETE FROM coffer_leader")

    def set_epoch_back(self):
        self.server.query("UPDATE coffer_leader SET epoch = epoch - 1, holder = NULL")

    def forget_changes(self):
        """What was noted of late commits, for standbys that read."""
        self.server.query("DELETE FROM coffer_kv_store_changes")

    def probe(self, fence):
        """The arguments of FenceProbe."""
        return [self.url(), f"probe_{fence}", f"probe_{fence}_leader", fence]

    def written(self, fence, epoch):
        """How many entries FenceProbe wrote in an epoch."""
        low, high = f"{epoch}/".encode().hex(), f"{epoch}0".encode().hex()
        return int(self.server.query(
            f"SELECT count(*) FROM probe_{fence} WHERE key >= '\\x{low}' AND key < '\\x{high}'"))

    @staticmethod
    def is_commit(data):
        """Of entries: what a node sends."""
        return b'coffer_kv_store"' in data and b"COMMIT\0" in data

    def frozen_holder(self, fence):
        return FrozenHolder(self, f"probe_{fence}", f"probe_{fence}_leader")

    def end(self):
        self.server.__exit__(None, None, None)


class FrozenHolder:
    """A client that took the shared lock of the fence, has written, and stands still before its COMMIT."""

    # PostgresTables.lockFamily
    FAMILY = 0x434F4652

    def __init__(self, store, table, leaders):
        self.table, self.store = table, store
        server = store.server
        self.process = subprocess.Popen(
            ["psql", "-X", "-q", "-A", "-t", "-h", server.folder, "-p", str(server.port), "-U", server.superuser, "-d",
             "postgres"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.process.stdin.write(
            f"BEGIN; SELECT 'held' FROM pg_advisory_xact_lock_shared(({self.FAMILY}::bigint << 32) "
            f"+ '{leaders}'::regclass::oid::bigint);\nINSERT INTO {table} VALUES ('\\x66', '\\x01', 1) "
            "ON CONFLICT (key) DO NOTHING;\n\\echo written\n")
        self.process.stdin.flush()
        while self.process.stdout.readline().strip() != "written":
            pass
        self.process.send_signal(signal.SIGSTOP)

    def commits(self):
        """It goes on; whether what it wrote is there."""
        self.process.send_signal(signal.SIGCONT)
        self.process.communicate("COMMIT;\n", timeout=30)
        return self.store.server.query(f"SELECT count(*) FROM {self.table} WHERE key = '\\x66'") != "0"


class EtcdStore:
    name = ETCD
    # Its epoch is a revision, that only a restored backup sets back.
    counts_epochs = False
    path = "/coffer/"

    def __init__(self):
        databases.install()
        self.server = databases.EtcdServer().start()

    @property
    def port(self):
        return self.server.port

    def stanza(self, port=None):
        return f"""\
storage "etcd" {{
  address    = "http://127.0.0.1:{port or self.port}"
  path       = "{self.path}"
  ha_enabled = "true"
  # The members' own addresses lead past our wires.
  sync       = "false"
}}
"""

    def lane(self, number):
        """Other keys of the same server, of which there are none yet."""
        other = copy.copy(self)
        other.path = f"/lane{number}/"
        other.forget()
        return other

    def start(self):
        self.server.start()

    def stop(self):
        self.server.stop()

    def kill(self):
        self.server.process.kill()
        self.server.process.wait(timeout=60)
        self.server.process = None

    def freeze(self, number):
        os.kill(self.server.process.pid, number)

    def ask(self, call, **fields):
        """Over its JSON gateway."""
        fields = {name: base64.b64encode(value).decode() if isinstance(value, bytes) else value
                  for name, value in fields.items()}
        request = urllib.request.Request(f"{self.server.url}/v3/kv/{call}", json.dumps(fields).encode())
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)

    def range(self, prefix):
        return {"key": prefix, "range_end": prefix[:-1] + bytes([prefix[-1] + 1])}

    def forget(self):
        self.ask("deleterange", **self.range(self.path.encode()))

    def lose_leader(self):
        self.ask("deleterange", key=f"{self.path}lock".encode())

    def forget_changes(self):
        """All but the newest state of each key."""
        revision = self.ask("range", key=self.path.encode())["header"]["revision"]
        self.ask("compaction", revision=revision)

    def probe(self, fence):
        return [self.server.url, f"/probe_{fence}/", "-", fence]

    def written(self, fence, epoch):
        named = self.ask("range", key=f"/probe_{fence}/generation".encode())["kvs"][0]["value"]
        generation = base64.b64decode(named).decode().split(" ")[1]
        prefix = f"/probe_{fence}/d/{generation}/{epoch}/".encode()
        return self.count(prefix.decode())

    def count(self, prefix):
        return int(self.ask("range", count_only=True, **self.range(prefix.encode())).get("count", 0))

    @staticmethod
    def is_commit(data):
        # A transaction that checks who leads, and has entries in it.
        return b"/lock" in data and b"/d/" in data

    def end(self):
        self.server.__exit__(None, None, None)


class Alone:
    """A storage for one node, that shares it with nobody."""

    def __init__(self, store):
        self.store = store

    def __getattr__(self, name):
        return getattr(self.store, name)

    def stanza(self, port=None):
        return re.sub(r'(ha_enabled +)= "true"', r'\1= "false"', self.store.stanza(port))


class SQLiteStore:
    """A file in the node's own folder."""

    name = SQLITE

    def stanza(self, port=None):
        return 'storage "sqlite" {\n  path = "{folder}/data"\n}\n'

    def end(self):
        pass


def new_store(world, name=None):
    """Ends with the world."""
    store = {POSTGRES: PostgresStore, ETCD: EtcdStore, SQLITE: SQLiteStore}[name or world.store or POSTGRES]()
    world.on_exit(store.end)
    return store
