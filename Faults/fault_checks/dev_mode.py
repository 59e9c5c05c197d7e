"""Dev mode with TLS: certificates that a client verifies, and nothing left behind."""

import json
import os
import re
import socket
import ssl
import subprocess
import threading
import time
import urllib.request
from pathlib import Path

from livetest.checks import Checks, equal, true
from livetest.server import free_port

CHECKS = Checks("dev mode")


def tunnelled(world, port, authority):
    """The command line reaches the server through a proxy, and verifies it at the far end of the tunnel."""
    with Tunnels() as proxy:
        done = subprocess.run(
            [world.binary, "status", "-format=json"], capture_output=True, text=True, timeout=20, check=False,
            env={
                "PATH": os.environ["PATH"], "HOME": str(world.folder), "VAULT_ADDR": f"https://localhost:{port}",
                "VAULT_CACERT": str(authority), "VAULT_PROXY_ADDR": f"http://127.0.0.1:{proxy.port}",
            },
        )
        equal(done.returncode, 0, f"exit status through the proxy ({done.stderr})")
        equal(proxy.asked, f"CONNECT localhost:{port} HTTP/1.1", "what the proxy was asked")


def verified(world, port, authority):
    """Without the authority, or under a name that is not in the certificate, nothing is sent (CVE-2021-27400)."""
    for address, trusted in ((f"https://127.0.0.1:{port}", None), (f"https://127.0.0.2:{port}", authority)):
        environment = {"PATH": os.environ["PATH"], "HOME": str(world.folder), "VAULT_ADDR": address}
        if trusted:
            environment["VAULT_CACERT"] = str(trusted)
        done = subprocess.run(
            [world.binary, "kv", "get", "secret/x"], capture_output=True, text=True, timeout=20, check=False,
            env=environment,
        )
        equal(done.returncode, 2, f"exit status at {address}")
        true("tls: failed to verify certificate" in done.stderr or "connection refused" in done.stderr, done.stderr)


class Tunnels:
    """A proxy that knows CONNECT; it remembers what it was asked last."""

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.asked = ""

    def __enter__(self):
        threading.Thread(target=self.serve, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.listener.close()

    def serve(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            head = b""
            while b"\r\n\r\n" not in head:
                head += client.recv(4096)
            self.asked = head.split(b"\r\n")[0].decode()
            host, port = self.asked.split()[1].rsplit(":", 1)
            server = socket.create_connection((host, int(port)))
            client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            for source, target in ((client, server), (server, client)):
                threading.Thread(target=self.pump, args=(source, target), daemon=True).start()

    @staticmethod
    def pump(source, target):
        try:
            while part := source.recv(65536):
                target.sendall(part)
            target.shutdown(socket.SHUT_WR)
        except OSError:
            pass


@CHECKS.check("with -dev-tls the server makes certificates, is verified by them, and removes them")
def _(world):
    port = free_port()
    log = world.folder / "dev.log"
    with open(log, "wb") as output:
        process = subprocess.Popen(
            [
                world.binary, "server", "-dev-tls", "-dev-no-store-token", f"-dev-listen-address=127.0.0.1:{port}",
                "-dev-tls-san=box.test",
            ],
            stdout=output, stderr=output,
        )
    world.on_exit(process.kill)
    end = time.monotonic() + 20
    while not (found := re.search(r"VAULT_CACERT='([^']+)'", log.read_text())):
        true(time.monotonic() < end and process.poll() is None, f"no authority in the output:\n{log.read_text()}")
        time.sleep(0.05)
    authority = Path(found[1])
    true(f"$ export VAULT_ADDR='https://127.0.0.1:{port}'" in log.read_text(), "the address is shown")
    context = ssl.create_default_context(cafile=authority)
    for host in ("127.0.0.1", "localhost"):
        with urllib.request.urlopen(f"https://{host}:{port}/v1/sys/health", context=context, timeout=5) as answer:
            equal(json.load(answer)["sealed"], False, f"sealed, asked as {host}")
    tunnelled(world, port, authority)
    verified(world, port, authority)
    process.terminate()
    equal(process.wait(timeout=20), 0, "exit status")
    true(not authority.parent.exists(), "the temporary folder is gone")


@CHECKS.check("a folder for the certificates keeps them, for their owner only")
def _(world):
    folder = world.folder / "tls"
    folder.mkdir()
    process = subprocess.Popen(
        [
            world.binary, "server", "-dev-tls", "-dev-no-store-token", f"-dev-tls-cert-dir={folder}",
            f"-dev-listen-address=127.0.0.1:{free_port()}",
        ],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )
    world.on_exit(process.kill)
    for line in process.stdout:
        if "Root Token" in line:
            break
    process.terminate()
    equal(process.wait(timeout=20), 0, "exit status")
    names = sorted(path.name for path in folder.iterdir())
    equal(names, ["vault-ca.pem", "vault-cert.pem", "vault-key.pem"], "files")
    true(all(path.stat().st_mode & 0o077 == 0 for path in folder.iterdir()), "rights of others")
