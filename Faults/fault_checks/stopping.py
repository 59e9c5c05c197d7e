"""The end of a server under systemd: notices, and requests in flight that finish."""

import os
import signal
import socket
import threading
import time

from livetest.checks import Checks, equal, true
from livetest.server import wait_for

CHECKS = Checks("notices and stopping")


class Manager:
    """The socket of a service manager."""

    def __init__(self, path):
        self.path = path
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(str(path))
        self.socket.settimeout(10)

    def until(self, wanted):
        """Notices up to the first that holds this text."""
        seen = []
        while not seen or wanted not in seen[-1]:
            seen.append(self.socket.recv(4096).decode())
        return seen


@CHECKS.check("the manager is told when the server is ready, and its watchdog is fed")
def _(world):
    world.manager = Manager(world.folder / "notify")
    world.on_exit(world.manager.socket.close)
    server = world.server = world.new_server("stopping")
    server.start(env=os.environ | {"NOTIFY_SOCKET": str(world.manager.path), "WATCHDOG_USEC": "400000"})
    world.manager.until("READY=1")
    world.manager.until("WATCHDOG=1")
    world.manager.until("WATCHDOG=1")
    server.initialize()
    server.unseal()


@CHECKS.check("a reload is told when it begins and when it is done")
def _(world):
    world.server.process.send_signal(signal.SIGHUP)
    begun = world.manager.until("RELOADING=1")[-1]
    true(int(begun.split("MONOTONIC_USEC=")[1]) > 0, begun)
    world.manager.until("READY=1")


@CHECKS.check("a request in flight at SIGTERM is answered, later ones are refused, and the status is 0")
def _(world):
    server = world.server
    # A body that is still on its way keeps the request in flight.
    body = b'{"type":"kv"}'
    slow = socket.create_connection(("127.0.0.1", server.port))
    head = (
        f"POST /v1/sys/mounts/late HTTP/1.1\r\nHost: x\r\nX-Vault-Token: {server.root_token}\r\n"
        f"Content-Length: {len(body)}\r\n\r\n")
    slow.sendall(head.encode() + body[:4])
    wait_for(lambda: in_flight(server, "/v1/sys/mounts/late"), "the request is not in flight")
    idle = socket.create_connection(("127.0.0.1", server.port))
    answers = {}
    reader = threading.Thread(target=lambda: answers.update(slow=slow.recv(65536)))
    reader.start()
    server.process.send_signal(signal.SIGTERM)
    world.manager.until("STOPPING=1")
    time.sleep(0.3)
    idle.sendall(b"GET /v1/sys/health HTTP/1.1\r\nHost: x\r\n\r\n")
    refused = idle.recv(65536)
    true(refused.startswith(b"HTTP/1.1 503") and b"the server is stopping" in refused, refused)
    slow.sendall(body[4:])
    reader.join(10)
    true(answers["slow"].startswith(b"HTTP/1.1 204"), answers["slow"])
    equal(server.process.wait(10), 0, "exit status")


def in_flight(server, path):
    found = server.api().must("GET", "/v1/sys/in-flight-req").json
    return any(request["request_path"] == path for request in found.values() if isinstance(request, dict))
