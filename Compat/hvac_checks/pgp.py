"""Shares and root tokens for the owners of PGP keys, on a server of their own; gpg reads them."""

import atexit
import base64
import tempfile

import hvac
from livetest.checks import Checks, equal, true
from livetest.server import Server

from .gnupg import ALGORITHMS, GnuPG
from .world import bad_request, no_content

CHECKS = Checks("PGP")


class Holders:
    """Five people with keys of different kinds, and the server that they start."""

    def __init__(self, world):
        self.folder = tempfile.TemporaryDirectory(prefix="coffer-pgp-")
        self.gpg = GnuPG(self.folder.name)
        self.names = list(ALGORITHMS)
        self.fingerprints = [self.gpg.make(name) for name in self.names]
        self.server = Server(world.server.binary, self.folder.name)
        self.server.start()
        self.shares, self.token = [], None
        # Also when a check fails before the last one.
        atexit.register(self.close)

    def client(self, token=None):
        client = hvac.Client(url=self.server.address, token=token or self.token)
        client.token = token or self.token
        return client

    def keys(self, count=5):
        return [self.gpg.key(name) for name in self.names[:count]]

    def read(self, keys):
        """The shares in the messages that the server gave in hexadecimal."""
        return [self.gpg.decrypt(bytes.fromhex(key)) for key in keys]

    def close(self):
        atexit.unregister(self.close)
        self.server.stop()
        self.gpg.stop()
        self.folder.cleanup()


@CHECKS.check("init with PGP keys: gpg reads each share and the root token, and three shares unseal")
def _(world):
    world.holders = holders = Holders(world)
    made = holders.client("").sys.initialize(
        secret_shares=5, secret_threshold=3, pgp_keys=holders.keys(), root_token_pgp_key=holders.gpg.key("curve")
    )
    equal([base64.b64decode(key).hex() for key in made["keys_base64"]], made["keys"], "both spellings")
    holders.shares = holders.read(made["keys"])
    true(all(len(share) == 66 for share in holders.shares), "a share is 33 bytes in hexadecimal")
    holders.token = holders.gpg.decrypt(base64.b64decode(made["root_token"]))
    true(holders.token.startswith("hvs."), "the root token")
    equal(holders.client("").sys.submit_unseal_keys(holders.shares[1:4])["sealed"], False, "sealed")
    true(holders.client().is_authenticated(), "the decrypted root token is one")


@CHECKS.check("rekey with PGP keys in ASCII armour and a backup: the new shares open the server, the old do not")
def _(world):
    holders = world.holders
    armoured = holders.gpg.export("p256", "--armor").decode()
    client = holders.client()
    begun = client.sys.start_rekey(
        secret_shares=2, secret_threshold=2, pgp_keys=[armoured, holders.gpg.key("rsa")], backup=True
    )
    equal(begun["pgp_fingerprints"], [holders.fingerprints[2], holders.fingerprints[0]], "fingerprints")
    equal(begun["backup"], True)
    done = client.sys.rekey_multi(holders.shares[:3], nonce=begun["nonce"])
    equal((done["complete"], done["pgp_fingerprints"]), (True, begun["pgp_fingerprints"]))
    shares = holders.read(done["keys"])
    backup = client.sys.read_backup_keys()["data"]
    equal(backup["nonce"], begun["nonce"])
    equal(
        backup["keys"],
        {holders.fingerprints[2]: [done["keys"][0]], holders.fingerprints[0]: [done["keys"][1]]},
    )
    equal(backup["keys_base64"][holders.fingerprints[0]], [done["keys_base64"][1]])
    client.sys.seal()
    try:
        holders.client("").sys.submit_unseal_keys(holders.shares[:2])
        raise AssertionError("old shares open the server")
    except hvac.exceptions.InvalidRequest:
        pass
    equal(holders.client("").sys.submit_unseal_keys(shares)["sealed"], False, "sealed")
    holders.shares = shares


@CHECKS.check("the backup is deleted on request")
def _(world):
    client = world.holders.client()
    no_content(client.adapter.delete("/v1/sys/rekey/backup"))
    bad_request(["no backed-up keys found"], client.sys.read_backup_keys)


@CHECKS.check("generate-root with a PGP key of any kind: gpg reads a root token that works")
def _(world):
    holders = world.holders
    client = holders.client()
    for name, fingerprint in zip(holders.names, holders.fingerprints):
        begun = client.sys.start_root_token_generation(pgp_key=holders.gpg.key(name))
        equal((begun["pgp_fingerprint"], begun["otp"]), (fingerprint, ""), name)
        for share in holders.shares:
            step = client.sys.generate_root(share, begun["nonce"])
        equal((step["complete"], step["pgp_fingerprint"]), (True, fingerprint), name)
        token = holders.gpg.decrypt(base64.b64decode(step["encoded_token"]))
        equal(holders.client(token).auth.token.lookup_self()["data"]["policies"], ["root"], name)


@CHECKS.check("keys that cannot be used are refused, and the server stays as it was")
def _(world):
    holders = world.holders
    client = holders.client()
    bad_request(
        ["error parsing given PGP key: the data is not an OpenPGP key"],
        client.sys.start_root_token_generation, pgp_key=base64.b64encode(b"no key at all").decode(),
    )
    bad_request(
        ["incorrect number of PGP keys for rekey"],
        client.adapter.put, "/v1/sys/rekey/init",
        json={"secret_shares": 2, "secret_threshold": 2, "pgp_keys": holders.keys(1)},
    )
    equal(client.sys.read_rekey_progress()["started"], False)
    holders.close()
