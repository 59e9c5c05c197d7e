#!/usr/bin/env python3
"""Runs the transcripts beside this script against a built program.

    run_transcripts.py BINARY [FILE...]

Every file gets a server of its own. What a transcript may hold:

    # a remark
    @file NAME            what follows, up to @end, is put into a file of that name
    @server-config        the same, as the configuration of the server: then it is no dev server
    @env NAME=VALUE       sets a variable for the commands that follow
    @unset NAME           removes one
    $ coffer kv get x     a command; `coffer` stands for the program, others are run as they are
    < text                a line of its standard input
    text                  a line that it must print on standard output (`> text` where a mark would be read)
    ! text                the same for standard error
    % no newline          the line before it has no line end
    ? 2                   its exit status, where that is not 0

In expected lines <uuid>, <token>, <accessor>, <time>, <hex>, <base64>, <number> and <any> stand for generated values,
<text> for any number of lines. <token:T> also keeps the value: a second <token:T> in the same text, and {T} in a later
command or text, stand for the same one. {DIR} is the folder in which commands run, {PORT} the port of the server, {BINARY}
the program.
"""

import os
import re
import shlex
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
KINDS = {
    "uuid": r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}",
    "token": r"(?:hv[sbr]\.)?[A-Za-z0-9_.-]+",
    "accessor": r"[A-Za-z0-9_]+",
    "time": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z",
    "hex": r"[0-9a-f]+",
    "base64": r"[A-Za-z0-9+/]+=*",
    "number": r"\d+",
    "any": r".*",
    "text": r"[\s\S]*",
}
MARK = re.compile(r"<(%s)(?::(\w+))?>" % "|".join(KINDS))


class Step:
    """One command and what is expected of it."""

    def __init__(self, line, number):
        self.line, self.number = line, number
        self.stdin, self.stdout, self.stderr = [], [], []
        self.status, self.newline = 0, True


class Transcript:
    """The steps of a file, with the settings that stand between them."""

    def __init__(self, path):
        self.path, self.items, self.config = path, [], None
        self.step = None
        lines = iter(enumerate(path.read_text(encoding="utf-8").splitlines(), 1))
        for number, line in lines:
            self.read(line, number, lines)
        for step in self.items:
            # The blank line before the next command only separates.
            if isinstance(step, Step) and step.stdout and not step.stdout[-1]:
                step.stdout.pop()

    def read(self, line, number, lines):
        if line.startswith(("# ", "@")):
            self.step = None
        if line.startswith("# "):
            return
        if line.startswith("$ "):
            self.step = Step(line[2:], number)
            self.items.append(self.step)
        elif line.startswith("@file "):
            self.items.append(("file", line[6:], block(lines)))
        elif line == "@server-config":
            self.config = block(lines)
        elif line.startswith(("@env ", "@unset ")):
            self.items.append(tuple(line[1:].split(" ", 1)))
        elif self.step is not None:
            expect(self.step, line)
        elif line:
            raise ValueError(f"{self.path}:{number}: no command to which this line belongs")


def expect(step, line):
    if line.startswith("< "):
        step.stdin.append(line[2:])
    elif line.startswith("! ") or line == "!":
        step.stderr.append(line[2:])
    elif line.startswith("? "):
        step.status = int(line[2:])
    elif line == "% no newline":
        step.newline = False
    else:
        step.stdout.append(line[2:] if line.startswith("> ") else line)


def block(lines):
    taken = []
    for _, line in lines:
        if line == "@end":
            break
        taken.append(line)
    return "\n".join(taken) + "\n"


class Server:
    """A server for one transcript, ended with it."""

    def __init__(self, binary, folder, config):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        command = [binary, "server"]
        if config is None:
            command += ["-dev", "-dev-root-token-id=root", "-dev-no-store-token"]
            command += [f"-dev-listen-address=127.0.0.1:{self.port}"]
        else:
            path = folder / "server.hcl"
            path.write_text(config.replace("{PORT}", str(self.port)).replace("{DIR}", str(folder)), encoding="utf-8")
            command += [f"-config={path}"]
        self.log = (folder / "server.log").open("wb")
        environment = {"PATH": os.environ["PATH"], "HOME": str(folder)}
        self.process = subprocess.Popen(command, stdout=self.log, stderr=subprocess.STDOUT, env=environment)
        self.wait()

    def wait(self):
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
                return
            except OSError:
                time.sleep(0.05)
        self.stop()
        raise RuntimeError("the server did not start:\n" + Path(self.log.name).read_text(encoding="utf-8"))

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.log.close()


class Run:
    """The state of a transcript while it is run."""

    def __init__(self, binary, transcript, folder, port):
        self.binary, self.transcript, self.folder = binary, transcript, folder
        self.values = {"DIR": str(folder), "PORT": str(port), "BINARY": binary}
        self.passed = self.failed = 0
        self.environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "VAULT_ADDR": f"http://127.0.0.1:{port}",
            "VAULT_TOKEN": "root",
        }

    def all(self):
        for item in self.transcript.items:
            if isinstance(item, Step):
                self.step(item)
            elif item[0] == "file":
                (self.folder / item[1]).write_text(self.filled(item[2]), encoding="utf-8")
            elif item[0] == "env":
                name, value = item[1].split("=", 1)
                self.environment[name] = self.filled(value)
            else:
                self.environment.pop(item[1], None)

    def step(self, step):
        words = shlex.split(self.filled(step.line))
        if words[0] == "coffer":
            words[0] = self.binary
        stdin = "".join(self.filled(line) + "\n" for line in step.stdin)
        done = subprocess.run(
            words, input=stdin, capture_output=True, text=True, env=self.environment, cwd=self.folder, timeout=60,
            check=False,
        )
        found = self.differences(step, done)
        if found:
            self.failed += 1
            print(f"FAILED {self.transcript.path.name}:{step.number}: $ {step.line}")
            print("\n".join("    " + line for line in found))
        else:
            self.passed += 1

    def differences(self, step, done):
        found = []
        if done.returncode != step.status:
            found.append(f"status {done.returncode}, expected {step.status}")
        output = "\n".join(step.stdout) + ("\n" if step.stdout and step.newline else "")
        found += self.compare("stdout", output, done.stdout)
        errors = "\n".join(step.stderr) + ("\n" if step.stderr else "")
        found += self.compare("stderr", errors, done.stderr)
        return found

    def compare(self, name, expected, actual):
        match = re.fullmatch(self.pattern(expected), actual)
        if match is None:
            return [f"--- {name} expected", *self.filled(expected).split("\n"), f"--- {name} found", *actual.split("\n")]
        self.values.update(match.groupdict())
        return []

    def pattern(self, expected):
        expected = self.filled(expected)
        parts, at, named = [], 0, set()
        for mark in MARK.finditer(expected):
            kind, name = mark.groups()
            parts.append(re.escape(expected[at : mark.start()]))
            parts.append(KINDS[kind] if not name else f"(?P={name})" if name in named else f"(?P<{name}>{KINDS[kind]})")
            named.add(name)
            at = mark.end()
        return "".join(parts) + re.escape(expected[at:])

    def filled(self, text):
        for name, value in self.values.items():
            text = text.replace("{%s}" % name, value)
        return text


def run(binary, path):
    transcript = Transcript(path)
    with tempfile.TemporaryDirectory(prefix="transcript-") as name:
        folder = Path(name)
        server = Server(binary, folder, transcript.config)
        try:
            state = Run(binary, transcript, folder, server.port)
            state.all()
        finally:
            server.stop()
    return state.passed, state.failed


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    binary = str(Path(sys.argv[1]).resolve())
    paths = [Path(name) for name in sys.argv[2:]] or sorted((HERE / "transcripts").glob("*.txt"))
    passed = failed = 0
    for path in paths:
        counts = run(binary, path)
        passed, failed = passed + counts[0], failed + counts[1]
    print(f"{passed} passed, {failed} failed")
    sys.exit(1 if failed or not passed else 0)


if __name__ == "__main__":
    main()
