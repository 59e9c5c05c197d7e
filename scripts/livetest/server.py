"""Starts and stops a Coffer server with a folder of its own."""

import os
import random
import signal
import socket
import subprocess
import time
from pathlib import Path

from .api import API

CONFIGURATION = """\
storage "sqlite" {{
  path = "{folder}/data"
}}

listener "tcp" {{
  address     = "127.0.0.1:{port}"
  tls_disable = true
}}

api_addr      = "http://127.0.0.1:{port}"
disable_mlock = true
log_level     = "{log_level}"
"""


# Where ports of outgoing connections begin, and those that were given to servers.
FIRST_OUTGOING = int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
GIVEN = set()


class Server:
    """A server process; its log, its data and its configuration are in `folder`."""

    def __init__(self, binary, folder, log_level="info"):
        self.binary = Path(binary).resolve()
        self.folder = Path(folder)
        self.port = free_port()
        self.configuration = self.folder / "coffer.hcl"
        self.configuration.write_text(
            CONFIGURATION.format(folder=self.folder, port=self.port, log_level=log_level)
        )
        self.log = self.folder / "server.log"
        self.process = None
        self.keys = []
        self.root_token = None

    @property
    def address(self):
        return f"http://127.0.0.1:{self.port}"

    @property
    def pid(self):
        return self.process.pid

    def start(self, **options):
        """Returns when the server answers; its options go to Popen."""
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                [self.binary, "server", f"-config={self.configuration}"],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, **options,
            )
        wait_for(self.is_answering, "the server does not answer", seconds=30)

    def is_answering(self):
        if self.process.poll() is not None:
            tail = self.log.read_text(errors="replace")[-2000:]
            raise AssertionError(f"the server ended with status {self.process.returncode}:\n{tail}")
        try:
            # With a damaged entry of the seal it is an error, and an answer all the same.
            return self.api("").get("/v1/sys/seal-status").status in (200, 500)
        except OSError:
            return False

    def api(self, token=None):
        return API(self.port, self.root_token if token is None else token)

    def initialize(self, shares=1, threshold=1):
        body = {"secret_shares": shares, "secret_threshold": threshold}
        made = self.api("").must("PUT", "/v1/sys/init", body).json
        self.keys, self.root_token = made["keys_base64"], made["root_token"]
        self.threshold = threshold

    def unseal(self):
        for key in self.keys[: self.threshold]:
            answer = self.api("").must("PUT", "/v1/sys/unseal", {"key": key})
        if answer.json["sealed"]:
            raise AssertionError("the server is still sealed after its own shares")

    def start_unsealed(self):
        """A fresh server, initialised with one share and ready for requests."""
        self.start()
        self.initialize()
        self.unseal()
        return self

    def stop(self):
        """As an operator stops it; returns the exit status."""
        if self.process is None or self.process.poll() is not None:
            return self.process and self.process.returncode
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise AssertionError("the server did not stop within 20 s of SIGTERM") from None

    def kill(self):
        """As a power cut stops the process: nothing is flushed, nothing is closed."""
        self.process.kill()
        self.process.wait()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process is not None and self.process.poll() is None:
            self.kill()


def free_port():
    """Below those that the system gives to outgoing connections: a server that is started again would find it taken."""
    while True:
        port = random.SystemRandom().randrange(10_000, max(FIRST_OUTGOING, 20_000))
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        if port not in GIVEN:
            GIVEN.add(port)
            return port


def wait_for(condition, failure, seconds=10):
    """Asks until the condition holds; a fault shows as the error, not as a longer wait."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise AssertionError(f"{failure} ({seconds} s)")
        time.sleep(0.02)


def binary_from(argument):
    """The program under test: the argument, or this repository's release build."""
    path = Path(argument) if argument else Path(__file__).resolve().parents[2] / ".build/release/coffer"
    if not os.access(path, os.X_OK):
        raise SystemExit(f"{path} is not there; build it: scripts/build-release")
    return path.resolve()
