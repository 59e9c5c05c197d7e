"""Keys of GnuPG for the holders of shares: whatever the server encrypts, the real gpg reads."""

import base64
import os
import shutil
import subprocess
from pathlib import Path

from livetest.checks import Skip

ALGORITHMS = {
    "rsa": ("rsa2048", "rsa2048"),
    "curve": ("ed25519", "cv25519"),
    "p256": ("nistp256", "nistp256"),
    "p384": ("nistp384", "nistp384"),
    "p521": ("nistp521", "nistp521"),
}


class GnuPG:
    """A key ring of its own in `folder`."""

    def __init__(self, folder):
        if shutil.which("gpg") is None:
            raise Skip("gpg is not installed")
        self.home = Path(folder) / "gnupg"
        self.home.mkdir(mode=0o700, exist_ok=True)

    def run(self, *arguments, data=None):
        command = ["gpg", "--batch", "--quiet", "--no-tty", "--pinentry-mode", "loopback", "--passphrase", ""]
        done = subprocess.run(
            [*command, *arguments], input=data, capture_output=True, timeout=120,
            env={**os.environ, "GNUPGHOME": str(self.home)},
        )
        if done.returncode != 0:
            raise AssertionError(f"gpg {arguments}: {done.stderr.decode()}")
        return done.stdout

    def make(self, name):
        """A new key; its fingerprint as the server writes it."""
        primary, subkey = ALGORITHMS[name]
        self.run("--quick-gen-key", name, primary, "cert,sign", "never")
        listing = self.run("--list-keys", "--with-colons", name).decode()
        fingerprint = next(line.split(":")[9] for line in listing.splitlines() if line.startswith("fpr"))
        self.run("--quick-add-key", fingerprint, subkey, "encr", "never")
        return fingerprint.lower()

    def export(self, name, *options):
        return self.run(*options, "--export", name)

    def key(self, name):
        return base64.b64encode(self.export(name)).decode()

    def decrypt(self, message):
        return self.run("--decrypt", data=message).decode()

    def stop(self):
        subprocess.run(
            ["gpgconf", "--kill", "all"], env={**os.environ, "GNUPGHOME": str(self.home)}, capture_output=True,
            timeout=30,
        )
