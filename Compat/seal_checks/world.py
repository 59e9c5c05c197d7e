"""A server, the service that its seal asks, and the command line."""

import os
import subprocess

from livetest.server import Server, wait_for


class SealedServer(Server):
    """A server whose configuration changes between its starts."""

    def __init__(self, binary, folder):
        super().__init__(binary, folder)
        self.plain = self.configuration.read_text()
        self.recovery_keys = []
        self.environment = {}

    def configure(self, *stanzas):
        self.configuration.write_text("\n".join([self.plain, *stanzas]) + "\n")

    def start(self):
        super().start(env=os.environ | self.environment)

    def restart(self, *stanzas):
        self.stop()
        if stanzas:
            self.configure(*stanzas)
        self.start()

    def is_answering(self):
        # Where a seal is not configured, its status is an error, and an answer all the same.
        try:
            return super().is_answering() or self.api("").get("/v1/sys/health").status > 0
        except OSError:
            return False

    def status(self):
        return self.api("").must("GET", "/v1/sys/seal-status").json

    def initialize(self, shares=3, threshold=2):
        body = {"recovery_shares": shares, "recovery_threshold": threshold}
        made = self.api("").must("PUT", "/v1/sys/init", body).json
        self.recovery_keys, self.root_token = made["recovery_keys_base64"], made["root_token"]
        self.threshold = threshold
        return made

    def wait_until_open(self, seconds=15):
        wait_for(lambda: not self.status()["sealed"], "the server does not open by itself", seconds)

    def cli(self, *words, status=0):
        """What a command prints; a wrong status is an error."""
        environment = {"VAULT_ADDR": self.address, "VAULT_TOKEN": self.root_token or "", "HOME": str(self.folder)}
        done = subprocess.run(
            [self.binary, *words], capture_output=True, text=True, timeout=60,
            env={"PATH": os.environ["PATH"], **environment})
        if done.returncode != status:
            raise AssertionError(f"{' '.join(words[:2])} ended with {done.returncode}: {done.stdout}{done.stderr}")
        return done.stdout + done.stderr

    def write(self, name, value):
        self.api().must("PUT", f"/v1/kv/{name}", {"v": value})

    def read(self, name):
        return self.api().must("GET", f"/v1/kv/{name}").data["v"]


class World:
    def __init__(self, binary, folder, service):
        (folder / "server").mkdir()
        self.server = SealedServer(binary, folder / "server")
        self.service = service(binary, folder)
        self.server.environment = self.service.environment

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.server.process is not None and self.server.process.poll() is None:
            self.server.kill()
        inner = getattr(self.service, "server", None)
        if inner is not None and inner.process.poll() is None:
            inner.kill()
        if hasattr(self.service, "close"):
            self.service.close()
