"""The services that hold the keys of seals; each can be stopped and started again."""

import os
import signal
import subprocess
import sys
from pathlib import Path

from livetest.server import Server, free_port, wait_for


class KeyFile:
    """A key in a file; the service is down when the file is away."""

    name = "static"

    def __init__(self, binary, folder):
        self.path = folder / "seal.key"
        self.path.write_bytes(os.urandom(32))

    def start(self):
        pass

    def stop(self):
        pass

    #: The server refuses to start without its file, so that there is nothing to wait for.
    can_be_down = False
    environment = {}

    def stanza(self, more=""):
        return f'seal "static" {{ current_key = "file://{self.path}" current_key_id = "one" {more} }}'

    @property
    def secrets(self):
        return [self.path.read_bytes().hex()]


class TransitService:
    """Another Coffer with a transit engine."""

    name = "transit"
    can_be_down = True
    environment = {}

    def __init__(self, binary, folder):
        (folder / "transit").mkdir()
        self.server = Server(binary, folder / "transit")
        self.server.start_unsealed()
        api = self.server.api()
        api.must("POST", "/v1/sys/mounts/transit", {"type": "transit"})
        api.must("POST", "/v1/transit/keys/unseal", {})
        rules = "".join(
            f'path "transit/{verb}/unseal" {{ capabilities = ["update"] }}\n' for verb in ("encrypt", "decrypt"))
        api.must("PUT", "/v1/sys/policies/acl/seal", {"policy": rules})
        made = api.must("POST", "/v1/auth/token/create-orphan", {"policies": ["seal"], "period": "1h"})
        self.token = made.json["auth"]["client_token"]

    def start(self):
        self.server.start()
        self.server.unseal()

    def stop(self):
        self.server.stop()

    def stanza(self, more=""):
        return (
            f'seal "transit" {{ address = "{self.server.address}" token = "{self.token}" key_name = "unseal" '
            f'mount_path = "transit/" {more} }}')

    def renewals(self):
        """Seconds that the token still lives, and seconds since it was made."""
        found = self.server.api().must("POST", "/v1/auth/token/lookup", {"token": self.token}).data
        return found["ttl"], found.get("last_renewal_time", 0)

    @property
    def secrets(self):
        return [self.token]


class AWSService:
    """A stand-in for the key management service and the object storage of AWS (moto)."""

    name = "awskms"
    can_be_down = True
    environment = {
        "AWS_ACCESS_KEY_ID": "AKIAEXAMPLE", "AWS_SECRET_ACCESS_KEY": "a-secret-that-no-log-shows",
        "AWS_REGION": "eu-west-1",
    }
    # Its state is in memory: it is stopped as a process is that hangs, and goes on where it was.
    secrets = ["a-secret-that-no-log-shows"]

    def __init__(self, binary, folder):
        self.port = free_port()
        self.log = open(folder / "moto.log", "ab")  # noqa: SIM115, closed with the process
        self.process = subprocess.Popen(
            [sys.executable, "-m", "moto.server", "-p", str(self.port)], stdout=self.log, stderr=self.log,
            env=os.environ | self.environment)
        self.key = None
        wait_for(self.has_key, "moto does not answer", seconds=30)

    @property
    def address(self):
        return f"http://127.0.0.1:{self.port}"

    def client(self, service):
        import boto3
        from botocore.config import Config

        return boto3.client(
            service, endpoint_url=self.address, region_name="eu-west-1", aws_access_key_id="AKIAEXAMPLE",
            aws_secret_access_key="a-secret-that-no-log-shows",
            config=Config(retries={"max_attempts": 1}, connect_timeout=2, read_timeout=10))

    def has_key(self):
        from botocore.exceptions import BotoCoreError

        try:
            self.key = self.client("kms").create_key()["KeyMetadata"]["KeyId"]
        except BotoCoreError:
            return False
        return True

    def start(self):
        self.process.send_signal(signal.SIGCONT)

    def stop(self):
        self.process.send_signal(signal.SIGSTOP)

    def close(self):
        self.process.kill()
        self.process.wait()
        self.log.close()

    def stanza(self, more=""):
        return f'seal "awskms" {{ kms_key_id = "{self.key}" endpoint = "{self.address}" {more} }}'


class HSMService:
    """A software HSM (SoftHSM2), which is a library in the server's process."""

    name = "pkcs11"
    can_be_down = False
    pin = "738291"
    secrets = [pin]

    def __init__(self, binary, folder):
        tokens = folder / "tokens"
        tokens.mkdir()
        configuration = folder / "softhsm2.conf"
        configuration.write_text(f"directories.tokendir = {tokens}\nobjectstore.backend = file\nlog.level = ERROR\n")
        self.environment = {"SOFTHSM2_CONF": str(configuration)}
        self.library = str(next(Path("/usr/lib").glob("**/libsofthsm2.so")))
        subprocess.run(
            ["softhsm2-util", "--init-token", "--free", "--label", "coffer", "--pin", self.pin, "--so-pin", "1234"],
            check=True, capture_output=True, env=os.environ | self.environment)
        self.make("--keygen", "--key-type", "AES:32", "--label", "aes", "--id", "01")
        self.make("--keypairgen", "--key-type", "rsa:2048", "--label", "rsa", "--id", "02")

    def make(self, *options):
        subprocess.run(
            ["pkcs11-tool", "--module", self.library, "--token-label", "coffer", "--login", "--pin", self.pin, *options],
            check=True, capture_output=True, env=os.environ | self.environment)

    def start(self):
        pass

    def stop(self):
        pass

    def stanza(self, more="", key="aes"):
        return (
            f'seal "pkcs11" {{ lib = "{self.library}" token_label = "coffer" pin = "{self.pin}" key_label = "{key}" '
            f'{more} }}')
