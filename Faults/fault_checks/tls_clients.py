"""Whatever the server connects to over TLS: a certificate that is not the right one gets nothing to hear."""

import os
import socket
import ssl
import subprocess
import threading
import time
from http.client import HTTPException

from livetest.checks import Checks, equal, true

CHECKS = Checks("outbound TLS clients")

BAD = ("self-signed", "wrong-host", "expired", "not-yet")


class Certificates:
    """An authority, and one certificate of each kind."""

    def __init__(self, folder):
        self.folder = folder
        folder.mkdir()
        self.openssl("req", "-x509", *self.new_key("ca"), "-subj", "/CN=authority", "-out", "ca.crt", "-days", "30")
        self.openssl("req", "-x509", *self.new_key("self-signed"), "-subj", "/CN=localhost", "-addext",
                     "subjectAltName=IP:127.0.0.1,DNS:localhost", "-out", "self-signed.crt", "-days", "30")
        (folder / "index").touch()
        (folder / "serial").write_text("01")
        (folder / "conf").write_text(
            "[ca]\ndefault_ca=own\n[own]\ndatabase=index\nnew_certs_dir=.\nserial=serial\ncertificate=ca.crt\n"
            "private_key=ca.key\ndefault_md=sha256\npolicy=any\nunique_subject=no\ncopy_extensions=copy\n"
            "[any]\ncommonName=supplied\n")
        here = "IP:127.0.0.1,DNS:localhost"
        self.issue("good", here, "20200101000000Z", "20990101000000Z")
        self.issue("wrong-host", "IP:127.0.0.2,DNS:elsewhere.example", "20200101000000Z", "20990101000000Z")
        self.issue("expired", here, "20200101000000Z", "20210101000000Z")
        self.issue("not-yet", here, "20900101000000Z", "20990101000000Z")

    @property
    def authority(self):
        return self.folder / "ca.crt"

    @staticmethod
    def new_key(name):
        return ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", f"{name}.key")

    def openssl(self, *arguments):
        subprocess.run(["openssl", *arguments], cwd=self.folder, check=True, capture_output=True)

    def issue(self, name, subject, start, end):
        self.openssl("req", *self.new_key(name), "-subj", "/CN=peer", "-addext", f"subjectAltName={subject}", "-out",
                     f"{name}.csr")
        self.openssl("ca", "-batch", "-config", "conf", "-startdate", start, "-enddate", end, "-in", f"{name}.csr",
                     "-out", f"{name}.crt", "-notext")


class Peer:
    """A server that shows one certificate, and keeps what it hears behind it."""

    def __init__(self, certificates, name, greet):
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(certificates.folder / f"{name}.crt", certificates.folder / f"{name}.key")
        self.greet = greet
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.heard, self.connections = b"", 0
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                link, _ = self.listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self.listen, args=(link,), daemon=True).start()

    def listen(self, link):
        try:
            link.settimeout(5)
            self.greet(link)
            with self.context.wrap_socket(link, server_side=True) as tls:
                self.heard += tls.recv(65536)
        except OSError:
            pass

    def close(self):
        self.listener.close()


def nothing(_):
    """TLS from the first byte."""


def as_postgres(link):
    link.recv(8)
    link.sendall(b"S")


def as_mariadb(link):
    # Protocol 10 with TLS, the password in a plugin's words (MySQL's "Connection Phase Packets").
    salt = b"12345678"
    capabilities = 0x00_0F_FF_FF | 0x0800
    body = (b"\x0a8.0.0-peer\0" + (1).to_bytes(4, "little") + salt + b"\0" + (capabilities & 0xFFFF).to_bytes(2, "little")
            + b"\x21\x02\x00" + (capabilities >> 16).to_bytes(2, "little") + bytes([21]) + bytes(10)
            + b"123456789012\0mysql_native_password\0")
    link.sendall(len(body).to_bytes(3, "little") + b"\0" + body)
    link.recv(36, socket.MSG_WAITALL)


class Client:
    """`ask` makes the server connect to a port; with `careless` it is told not to look at certificates."""

    def __init__(self, name, ask, greet=nothing, has_careless=True):
        self.name, self.ask, self.greet, self.has_careless = name, ask, greet, has_careless


def configured(plugin, details):
    def ask(world, port, careless):
        body = {"plugin_name": plugin, "allowed_roles": "*", "username": "u", "password": "canary-password",
                "verify_connection": True} | details(world, port, careless)
        true(world.server.api().post(f"/v1/database/config/{plugin}", body).status >= 400, "the peer is no database")
    return ask


def authority_text(world):
    return world.certificates.authority.read_text()


def postgres(world, port, careless):
    mode = "require" if careless else "verify-full"
    url = f"postgresql://{{{{username}}}}:{{{{password}}}}@127.0.0.1:{port}/db?sslmode={mode}&connect_timeout=3"
    return {"connection_url": url} | ({} if careless else {"tls_ca": authority_text(world)})


def mariadb(world, port, careless):
    return {"connection_url": f"{{{{username}}}}:{{{{password}}}}@tcp(127.0.0.1:{port})/?tls=true",
            "tls_skip_verify": careless} | ({} if careless else {"tls_ca": authority_text(world)})


def redis(world, port, careless):
    return {"host": "127.0.0.1", "port": port, "tls": True, "insecure_tls": careless} | (
        {} if careless else {"ca_cert": authority_text(world)})


def started_with(world, stanza="", storage=None, environment=None):
    """Starts a server that connects at its start, for a short while."""
    world.starts = getattr(world, "starts", 0) + 1
    server = world.new_server(f"start{world.starts}")
    text = server.configuration.read_text()
    if storage:
        text = storage + text[text.index("listener"):]
    server.configuration.write_text(text + stanza)
    with open(server.log, "ab") as log:
        process = subprocess.Popen(
            [world.binary, "server", f"-config={server.configuration}"], stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            env=os.environ | (environment or {}))
    try:
        time.sleep(1)
        if process.poll() is None:
            # Some are asked only when there is something to keep.
            server.api("").request("PUT", "/v1/sys/init", {"recovery_shares": 1, "recovery_threshold": 1})
        process.wait(timeout=2)
    except (OSError, HTTPException, subprocess.TimeoutExpired):
        pass
    finally:
        process.kill()
        process.wait()


def postgres_storage(world, port, careless):
    mode = "require" if careless else f"verify-full&sslrootcert={world.certificates.authority}"
    started_with(world, storage=(
        f'storage "postgresql" {{ connection_url = "postgresql://u:canary-password@127.0.0.1:{port}/db?sslmode={mode}" }}\n'))


def transit_seal(world, port, careless):
    more = "tls_skip_verify = true" if careless else f'tls_ca_cert = "{world.certificates.authority}"'
    started_with(world, f"""
seal "transit" {{
  address = "https://127.0.0.1:{port}"
  token = "canary-token"
  key_name = "k"
  mount_path = "transit/"
  {more}
}}
""")


def kms_seal(world, port, careless):
    started_with(world, f"""
seal "awskms" {{
  endpoint = "https://127.0.0.1:{port}"
  access_key = "canary-access"
  secret_key = "canary-secret"
  kms_key_id = "k"
}}
""", environment={"AWS_CA_BUNDLE": str(world.certificates.authority)})


def command_line(world, port, careless):
    trust = ["-tls-skip-verify"] if careless else [f"-ca-cert={world.certificates.authority}"]
    subprocess.run(
        [world.binary, "token", "lookup", f"-address=https://127.0.0.1:{port}", *trust], capture_output=True, timeout=60,
        env=os.environ | {"VAULT_TOKEN": "canary-token", "VAULT_MAX_RETRIES": "0", "VAULT_CLIENT_TIMEOUT": "5"}, check=False)


CLIENTS = [
    Client("the PostgreSQL plugin", configured("postgresql-database-plugin", postgres), as_postgres),
    Client("the MariaDB plugin", configured("mysql-database-plugin", mariadb), as_mariadb),
    Client("the Redis plugin", configured("redis-database-plugin", redis)),
    Client("the PostgreSQL storage", postgres_storage, as_postgres),
    Client("the transit seal", transit_seal),
    Client("the AWS KMS seal", kms_seal, has_careless=False),
    Client("the command line", command_line),
]


def heard(world, client, name, careless=False):
    """What a peer with this certificate hears from the client, and whether the client came at all."""
    peer = Peer(world.certificates, name, client.greet)
    try:
        client.ask(world, peer.port, careless)
        end = time.monotonic() + 2
        while not peer.connections and time.monotonic() < end:
            time.sleep(0.02)
        time.sleep(0.1)
        true(peer.connections > 0, f"{client.name} did not connect")
        return peer.heard
    finally:
        peer.close()


@CHECKS.check("a server with databases, and certificates of every kind")
def _(world):
    world.certificates = Certificates(world.folder / "certificates")
    world.server = world.new_server("clients").start_unsealed()
    world.server.api().must("POST", "/v1/sys/mounts/database", {"type": "database"})


def make_check(client):
    @CHECKS.check(f"{client.name} says nothing to a peer that shows a wrong certificate")
    def _(world):
        true(heard(world, client, "good"), "the right peer hears nothing")
        for name in BAD:
            equal(heard(world, client, name), b"", f"what a peer hears whose certificate is {name}")
        if client.has_careless:
            true(heard(world, client, "expired", careless=True), "the harness does not see a client that does not look")


for each in CLIENTS:
    make_check(each)
