"""./run: what it says before it builds anything."""

import os
import socket
import subprocess
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def run(*arguments, path=None):
    return subprocess.run(
        ["/usr/bin/env", "bash", ROOT / "run", *arguments], capture_output=True, text=True, timeout=30, check=False,
        env=os.environ | ({"PATH": path} if path else {}),
    )


class BeforeBuilding(unittest.TestCase):
    def setUp(self):
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory()))

    def refused(self, done, *words, status=1):
        self.assertEqual(done.returncode, status, done.stderr)
        self.assertTrue(done.stderr.startswith("run: "), done.stderr)
        for word in words:
            self.assertIn(word, done.stderr)

    def free_port(self):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            return str(probe.getsockname()[1])

    def test_help(self):
        for flag in ("--help", "-h"):
            done = run(flag)
            self.assertEqual((done.returncode, done.stderr), (0, ""))
            for word in ("--port", "--data", "--detach", "local use"):
                self.assertIn(word, done.stdout)

    def test_bad_options(self):
        for arguments in (["--nosuch"], ["--port"], ["--port", "0"], ["--port", "65536"], ["--port=x"]):
            self.refused(run(*arguments), "--", status=2)

    def test_a_port_in_use(self):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            port = str(taken.getsockname()[1])
            self.refused(run("--port", port, "--data", str(self.folder / "data")), port, "in use")
        self.assertFalse((self.folder / "data").exists())

    def test_a_data_folder_that_cannot_be_made(self):
        (self.folder / "file").write_text("")
        self.refused(run("--port", self.free_port(), "--data", str(self.folder / "file/data")), "file/data")

    def test_a_missing_key_file(self):
        (self.folder / "initialized").write_text("")
        done = run("--port", self.free_port(), "--data", str(self.folder))
        self.refused(done, "local-keys is missing", "--data")

    def test_a_missing_toolchain(self):
        tools = self.folder / "bin"
        tools.mkdir()
        for name in ("bash", "dirname", "readlink", "mkdir", "mktemp", "rm", "flock", "cat", "sed"):
            found = subprocess.run(["which", name], capture_output=True, text=True, check=True).stdout.strip()
            (tools / name).symlink_to(found)
        done = run("--port", self.free_port(), "--data", str(self.folder / "data"), path=str(tools))
        self.refused(done, "Swift is missing")

    def test_a_folder_that_another_run_uses(self):
        data = self.folder / "data"
        data.mkdir()
        holder = subprocess.Popen(["flock", data / "run.lock", "sleep", "30"])
        try:
            while subprocess.run(["flock", "-n", data / "run.lock", "true"], check=False).returncode == 0:
                pass
            self.refused(run("--port", self.free_port(), "--data", str(data)), "another ./run")
        finally:
            holder.terminate()
            holder.wait()
