"""What is measured: a server of ours with a storage, the floor, or any server that is there already."""

import http.client
import os
import ssl
import subprocess
import tempfile
import urllib.parse
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from livetest.api import API
from livetest.databases import PostgresServer, self_signed
from livetest.server import Server, free_port, wait_for

from .workloads import FLOOR, Load

CONFIGURATION = """\
{storage}
listener "tcp" {{
  address     = "127.0.0.1:{port}"
  tls_disable = true
}}

listener "tcp" {{
  address       = "127.0.0.1:{tls_port}"
  tls_cert_file = "{certificate}"
  tls_key_file  = "{key}"
}}

api_addr      = "http://127.0.0.1:{port}"
disable_mlock = true
log_level     = "info"
"""


class Target(NamedTuple):
    address: str
    tls_address: str
    token: str
    pid: int | None
    loads: list[Load]
    api: API | None = None


@contextmanager
def server(binary, storage, folder, database):
    """A fresh server with a file audit device; its loads are not prepared yet."""
    with tempfile.TemporaryDirectory(prefix="coffer-bench-", dir=folder) as own:
        with Server(binary, own) as one:
            certificate, key = self_signed(Path(own), "bench", "IP:127.0.0.1")
            tls_port = free_port()
            one.configuration.write_text(CONFIGURATION.format(
                storage=storage_block(storage, own, database), port=one.port, tls_port=tls_port, certificate=certificate,
                key=key))
            one.start_unsealed()
            audit = {"type": "file", "options": {"file_path": f"{own}/audit.log"}}
            one.api().must("POST", "/v1/sys/audit/file", audit)
            yield Target(one.address, f"https://127.0.0.1:{tls_port}", one.root_token, one.pid, [], one.api())


def storage_block(storage, folder, database):
    if storage == "sqlite":
        return f'storage "sqlite" {{\n  path = "{folder}/data"\n}}\n'
    url = (f"postgresql://{database.superuser}:{database.superuser_password}@127.0.0.1:{database.port}/postgres"
           "?sslmode=disable")
    # The database of a benchmark does not sync; what is measured is the server's own time.
    return f'storage "postgresql" {{\n  connection_url      = "{url}"\n  allow_unsafe_server = true\n}}\n'


@contextmanager
def floor(binary, folder):
    with tempfile.TemporaryDirectory(prefix="coffer-floor-", dir=folder) as own:
        certificate, key = self_signed(Path(own), "bench", "IP:127.0.0.1")
        port, tls_port = free_port(), free_port()
        plain = subprocess.Popen([binary, "--port", str(port)], stdout=subprocess.DEVNULL)
        secure = subprocess.Popen(
            [binary, "--port", str(tls_port), "--certificate", certificate, "--key", key], stdout=subprocess.DEVNULL)
        try:
            wait_for(lambda: answers(port), "the floor does not answer")
            wait_for(lambda: listens(tls_port), "the floor does not answer with TLS")
            yield {
                "h1": Target(f"http://127.0.0.1:{port}", "", "", plain.pid, [FLOOR]),
                "tls-h2": Target("", f"https://127.0.0.1:{tls_port}", "", secure.pid, [FLOOR]),
            }
        finally:
            for process in (plain, secure):
                process.kill()
                process.wait()


def answers(port):
    try:
        return API(port).get(FLOOR.path).status == 200
    except OSError:
        return False


def listens(port):
    try:
        http.client.HTTPConnection("127.0.0.1", port, timeout=5).connect()
    except OSError:
        return False
    return True


class RemoteAPI(API):
    """The same calls to a server at an address, whoever signed its certificate."""

    def __init__(self, address, token):
        self.parts = urllib.parse.urlsplit(address)
        super().__init__(self.parts.port, token)

    def connection(self):
        host, port = self.parts.hostname, self.parts.port
        if self.parts.scheme == "https":
            return http.client.HTTPSConnection(
                host, port, timeout=self.timeout, context=ssl._create_unverified_context())
        return http.client.HTTPConnection(host, port, timeout=self.timeout)


def other(address):
    """Whatever answers there; its audit devices and storage are as its owner set them."""
    token = os.environ.get("VAULT_TOKEN")
    if not token:
        raise SystemExit("bench: set VAULT_TOKEN to a root token of the server that is compared")
    address = address.rstrip("/")
    return Target(address, address, token, None, [], RemoteAPI(address, token))


def postgres():
    """Not started by its own context; ended by it."""
    return PostgresServer().start()
