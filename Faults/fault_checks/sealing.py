"""Sealing under load, rotation and rekey under load, abuse of unsealing, and what is left of the keys in memory."""

import base64
import ctypes
import ctypes.util
import json
import random
import sqlite3
import threading
import time
from contextlib import closing
from http.client import HTTPException

from livetest.checks import Checks, Skip, equal, true
from livetest.server import wait_for

from .measures import Probe

CHECKS = Checks("sealing (F25, F26, F27, F33)")


class Load:
    """Threads that read, write and make tokens until they are told to stop; what each answer was, and when."""

    def __init__(self, server, threads=4, pause=0.01):
        self.server, self.pause = server, pause
        self.answers, self.broken = [], 0
        self.is_over = threading.Event()
        self.threads = [threading.Thread(target=self.work, args=(number,)) for number in range(threads)]

    def work(self, number):
        api, count = self.server.api(), 0
        while not self.is_over.wait(self.pause):
            count += 1
            path = f"/v1/secret/t{number}"
            try:
                if count % 3 == 0:
                    answer = api.post(path, {"number": count})
                elif count % 3 == 1:
                    answer = api.get("/v1/secret/kept")
                else:
                    answer = api.post("/v1/auth/token/create", {"ttl": "1h"})
            except (OSError, HTTPException):
                self.broken += 1
                continue
            self.answers.append((time.monotonic(), answer.status))

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.is_over.set()
        for thread in self.threads:
            thread.join()


@CHECKS.check("a server with two shares")
def _(world):
    server = world.server = world.new_server("sealing")
    server.start()
    server.initialize(shares=2, threshold=2)
    server.unseal()
    server.api().must("POST", "/v1/sys/mounts/secret", {"type": "kv"})
    server.api().must("POST", "/v1/secret/kept", {"k": "v"})


@CHECKS.check("after a seal under load every request gets 503, at once, and no lease is lost (F25)")
def _(world):
    server = world.server
    for _ in range(world.pick(3, 30)):
        before = set(server.api().must("LIST", "/v1/auth/token/accessors").data["keys"])
        with Load(server) as load:
            wait_for(lambda load=load: len(load.answers) > 40, "the load does not run")
            server.api().must("PUT", "/v1/sys/seal")
            sealed = time.monotonic()
            count = len(load.answers)
            wait_for(lambda load=load, count=count: len(load.answers) > count + 40, "no answers after the seal")
        last = max((when for when, status in load.answers if status < 300), default=0)
        true(last - sealed < world.pick(0.5, 0.1), f"a success {last - sealed:.3f} s after the seal")
        statuses = {status for _, status in load.answers}
        true(statuses <= {200, 204, 503}, f"statuses {statuses}")
        equal(load.broken, 0, "broken connections")
        server.unseal()
        after = set(server.api().must("LIST", "/v1/auth/token/accessors").data["keys"])
        equal(before - after, set(), "tokens that are gone")


@CHECKS.check("rotations and rekeys under load fail no request (F33)")
def _(world):
    server, api = world.server, world.server.api()
    with Load(server) as load:
        for _ in range(world.pick(3, 100)):
            api.must("PUT", "/v1/sys/rotate")
            body = {"secret_shares": 2, "secret_threshold": 2}
            nonce = api.must("PUT", "/v1/sys/rekey/init", body).json["nonce"]
            for key in server.keys:
                answer = api.must("PUT", "/v1/sys/rekey/update", {"key": key, "nonce": nonce}).json
            server.keys = answer["keys_base64"]
            load.is_over.wait(world.pick(0.2, 1))
    equal({status for _, status in load.answers} - {200, 204}, set(), "other statuses")
    equal(load.broken, 0, "broken connections")
    server.kill()
    server.start()
    server.unseal()
    equal(server.api().must("GET", "/v1/secret/kept").data, {"k": "v"})


@CHECKS.check("wrong shares by the thousand end no process and delay nobody (F26)")
def _(world):
    server = world.server
    server.api().must("PUT", "/v1/sys/seal")
    noise = random.Random(world.seed)
    shapes = (33, 34, 16, 15, 1, 0, 33, 33)
    api = server.api("")
    with Probe(server.api(""), "/v1/sys/seal-status") as probe:
        for number in range(world.pick(1000, 10_000)):
            share = noise.randbytes(shapes[number % len(shapes)])
            if number % 5 == 0:
                share = share[:-1] + b"\0"
            answer = api.request("PUT", "/v1/sys/unseal", {"key": base64.b64encode(share).decode()})
            true(answer.status in (200, 400), f"status {answer.status}")
            if number % 7 == 0:
                api.request("PUT", "/v1/sys/unseal", {"key": server.keys[0]})
                api.request("PUT", "/v1/sys/unseal", {"key": server.keys[0]})
    equal(set(probe.statuses), {200}, "seal status meanwhile")
    true(probe.quantile(0.99) < world.pick(0.5, 0.05), f"p99 {probe.quantile(0.99) * 1e3:.0f} ms")
    api.must("PUT", "/v1/sys/unseal", {"reset": True})
    server.unseal()


# MARK: memory


def opened(key, nonce, sealed, extra=b""):
    """AES-256-GCM by the system's OpenSSL: the standard library of Python has none."""
    name = ctypes.util.find_library("crypto")
    if not name:
        raise Skip("libcrypto is not here")
    lib = ctypes.CDLL(name)
    lib.EVP_CIPHER_CTX_new.restype = lib.EVP_aes_256_gcm.restype = ctypes.c_void_p
    context = ctypes.c_void_p(lib.EVP_CIPHER_CTX_new())
    text, tag = sealed[:-16], sealed[-16:]
    out, size = ctypes.create_string_buffer(len(text) + 16), ctypes.c_int()
    lib.EVP_DecryptInit_ex(context, ctypes.c_void_p(lib.EVP_aes_256_gcm()), None, key, nonce)
    if extra:
        lib.EVP_DecryptUpdate(context, None, ctypes.byref(size), extra, len(extra))
    lib.EVP_DecryptUpdate(context, out, ctypes.byref(size), text, len(text))
    lib.EVP_CIPHER_CTX_ctrl(context, 0x11, 16, tag)
    true(lib.EVP_DecryptFinal_ex(context, out, ctypes.byref(size)) == 1, "the entry does not open")
    return out.raw[: len(text)]


def keys_of(server):
    """The keys of a server with one share, from its storage."""
    unseal = base64.b64decode(server.keys[0])
    with closing(sqlite3.connect(server.folder / "data/coffer.db")) as database:
        entries = dict(database.execute("SELECT CAST(key AS TEXT), value FROM entries"))
    stored = entries["core/hsm/barrier-unseal-keys"]
    # A protobuf message of one field: its tag, its length in one or two bytes.
    blob = stored[3:] if stored[1] & 0x80 else stored[2:]
    root = base64.b64decode(json.loads(opened(unseal, blob[:12], blob[12:]))[0])
    ring = entries["core/keyring"]
    keys = {"unseal key": unseal, "root key": root}
    for term in json.loads(opened(root, ring[5:17], ring[17:], b"core/keyring"))["Keys"]:
        keys[f"key of term {term['Term']}"] = base64.b64decode(term["Value"])
    return keys


def found_in_memory(server, secrets):
    """How often each of these is in the memory of the process, as bytes, in hex and in base64."""
    counts = dict.fromkeys(secrets, 0)
    with open(f"/proc/{server.pid}/maps") as maps, open(f"/proc/{server.pid}/mem", "rb", buffering=0) as memory:
        for line in maps:
            span, rights = line.split()[:2]
            if not rights.startswith("rw") or "[v" in line:
                continue
            start, end = (int(part, 16) for part in span.split("-"))
            memory.seek(start)
            try:
                content = memory.read(end - start)
            except OSError:
                continue
            for name, secret in secrets.items():
                spellings = {secret, secret.hex().encode(), base64.b64encode(secret)[:40], secret.hex().upper().encode()}
                counts[name] += sum(content.count(spelling) for spelling in spellings)
    return counts


@CHECKS.check("after a seal no key is left in the memory of the process, in any spelling (F27)")
def _(world):
    server = world.new_server("memory").start_unsealed()
    api = server.api()
    api.must("POST", "/v1/sys/mounts/secret", {"type": "kv"})
    value, token = b"value-9f2c51e7d6b84a", server.root_token.encode()
    api.must("POST", "/v1/secret/x", {"k": value.decode()})
    for _ in range(50):
        api.must("GET", "/v1/secret/x")
    api.must("PUT", "/v1/sys/rotate")
    # As after a normal start, so that what initialisation said is gone with its process.
    equal(server.stop(), 0, "exit status")
    keys = keys_of(server)
    server.start()
    server.unseal()
    for _ in range(50):
        server.api().must("GET", "/v1/secret/x")
    held = found_in_memory(server, keys)
    true(held["root key"] or any(held[name] for name in keys if name.startswith("key of term")),
         f"the search finds no key while the server uses them: {held}")
    server.api().must("PUT", "/v1/sys/seal")
    # Requests that come later use the memory of those before.
    for _ in range(100):
        server.api("").get("/v1/sys/seal-status")
    left = found_in_memory(server, keys)
    others = found_in_memory(server, {"the value": value, "the root token": token})
    print(f"           (unsealed {held}, sealed {left}; of what is no key: {others})", flush=True)
    equal({name: count for name, count in left.items() if count}, {}, "keys left in memory")
    equal(server.stop(), 0, "exit status")
