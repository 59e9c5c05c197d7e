#!/usr/bin/env python3
"""./run with a built server: first start, restart, signals, and what it keeps secret."""

import os
import signal
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

sys.dont_write_bytecode = True
ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts"))

from livetest.api import API  # noqa: E402
from livetest.checks import Checks, Tally, equal, true  # noqa: E402
from livetest.server import binary_from, free_port, wait_for  # noqa: E402

CHECKS = Checks("./run")


class World:
    def __init__(self, folder):
        # A space in the path: nothing may depend on there being none.
        self.data = Path(folder) / "local data"
        self.output = Path(folder) / "output"
        self.port = free_port()
        self.process = None
        self.said = ""

    def command(self, *options):
        return [ROOT / "run", "--no-build", "--port", str(self.port), "--data", self.data, *options]

    def start(self, ready="Ctrl-C seals and stops"):
        with open(self.output, "w") as output:
            self.process = subprocess.Popen(
                self.command(), stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT,
                start_new_session=True,
                # Where these tests run behind a shell, that one may have had it ignored.
                preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
            )
        wait_for(lambda: ready in self.output.read_text() or self.process.poll() is not None, "no greeting", 60)
        self.said = self.output.read_text()
        true(self.process.poll() is None, f"it ended:\n{self.said}")

    def stop(self, number):
        os.kill(self.process.pid, number)
        status = self.process.wait(timeout=30)
        self.process = None
        return status

    def kept(self, name):
        lines = (self.data / "local-keys").read_text().splitlines()
        return next(line.partition("=")[2] for line in lines if line.startswith(name + "="))

    @property
    def api(self):
        return API(self.port, self.kept("root_token"))

    def end(self):
        if self.process and self.process.poll() is None:
            os.kill(self.process.pid, signal.SIGTERM)
            self.process.wait(timeout=30)


@CHECKS.check("the first start initialises, unseals, mounts secret/ and says how to go on")
def _(world):
    world.start()
    address = f"http://127.0.0.1:{world.port}"
    for text in (address, f"export VAULT_ADDR={address}", "coffer kv put secret/hello", "local use only"):
        true(text in world.said, f"{text!r} is not said:\n{world.said}")
    equal(world.api.must("GET", "/v1/sys/health").json["sealed"], False, "sealed")
    world.api.must("POST", "/v1/secret/data/hello", {"data": {"who": "world"}})


@CHECKS.check("unseal key and root token are shown once, and kept in a file for the owner only")
def _(world):
    for name in ("unseal_key", "root_token"):
        true(len(world.kept(name)) > 20, f"{name} is kept")
        equal(world.said.count(world.kept(name)), 1, f"times that {name} is shown")
    equal(stat.S_IMODE((world.data / "local-keys").stat().st_mode), 0o600, "mode of the file")
    equal(stat.S_IMODE(world.data.stat().st_mode), 0o700, "mode of the folder")


@CHECKS.check("neither stands in any other file")
def _(world):
    for file in world.data.rglob("*"):
        if file.is_file() and file.name != "local-keys":
            content = file.read_bytes()
            for name in ("unseal_key", "root_token"):
                true(world.kept(name).encode() not in content, f"{name} is in {file.name}")


@CHECKS.check("what it tells to type works")
def _(world):
    lines = [line.strip() for line in world.said.splitlines()]
    typed = [line for line in lines if line.startswith(("export ", "coffer "))]
    equal(len(typed), 6, "lines to type")
    done = subprocess.run(
        ["bash", "-euc", "\n".join(typed)], capture_output=True, text=True, timeout=60, check=False,
        env={"PATH": os.environ["PATH"], "HOME": str(world.data.parent)},
    )
    equal(done.returncode, 0, f"exit status ({done.stderr})")
    true("world" in done.stdout, f"the secret is not shown:\n{done.stdout}")


@CHECKS.check("a second run in the same folder is refused, and the first goes on")
def _(world):
    command = world.command()
    command[command.index(str(world.port))] = str(free_port())
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    equal(done.returncode, 1, "exit status")
    true("another ./run" in done.stderr, done.stderr)
    world.api.must("GET", "/v1/secret/data/hello")


@CHECKS.check("SIGINT seals and stops it with status 0, and nothing stays behind")
def _(world):
    equal(world.stop(signal.SIGINT), 0, "exit status")
    try:
        API(world.port).get("/v1/sys/health")
    except OSError:
        return
    raise AssertionError("something still listens")


@CHECKS.check("the next start unseals by itself, shows no secret, and the data are there")
def _(world):
    world.start()
    for name in ("unseal_key", "root_token"):
        true(world.kept(name) not in world.said, f"{name} is shown again")
    equal(world.api.must("GET", "/v1/secret/data/hello").data["data"], {"who": "world"})


@CHECKS.check("secret/ that was disabled stays disabled; SIGTERM stops with status 0 as well")
def _(world):
    world.api.must("DELETE", "/v1/sys/mounts/secret")
    equal(world.stop(signal.SIGTERM), 0, "exit status")
    world.start()
    true("secret/" not in world.api.must("GET", "/v1/sys/mounts").data, "it is mounted again")


@CHECKS.check("a server that ends by itself is reported")
def _(world):
    found = subprocess.run(["pgrep", "-P", str(world.process.pid)], capture_output=True, text=True, check=True)
    children = [int(line) for line in found.stdout.split()]
    equal(len(children), 1, "number of children")
    os.kill(children[0], signal.SIGKILL)
    equal(world.process.wait(timeout=30), 1, "exit status")
    true("ended by itself" in world.output.read_text(), "it is not said")


@CHECKS.check("without the key file it does not start, and says what to do")
def _(world):
    (world.data / "local-keys").rename(world.data / "hidden")
    (world.data / "initialized").unlink()
    done = subprocess.run(world.command(), capture_output=True, text=True, timeout=60, check=False)
    (world.data / "hidden").rename(world.data / "local-keys")
    equal(done.returncode, 1, "exit status")
    true("local-keys is missing" in done.stderr, done.stderr)


@CHECKS.check("--detach leaves the server running and says how to stop it")
def _(world):
    done = subprocess.run(world.command("--detach"), capture_output=True, text=True, timeout=60, check=False)
    equal(done.returncode, 0, f"exit status ({done.stderr})")
    pid = int(done.stdout.split("kill ")[1].split()[0])
    equal(world.api.must("GET", "/v1/sys/health").json["sealed"], False, "sealed")
    os.kill(pid, signal.SIGTERM)
    wait_for(lambda: not Path(f"/proc/{pid}").exists(), "the server does not stop", 20)


def main():
    binary_from(None)
    tally = Tally()
    with tempfile.TemporaryDirectory(prefix="coffer-run-") as folder:
        world = World(folder)
        try:
            tally.run(CHECKS, world)
        finally:
            world.end()
    return tally.finish()


if __name__ == "__main__":
    sys.exit(main())
