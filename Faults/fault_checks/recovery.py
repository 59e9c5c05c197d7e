"""Recovery mode: the shares give a token for the decrypted storage of a server that cannot be used otherwise."""

import base64
import json
import subprocess

from livetest.checks import Checks, equal, true
from livetest.server import wait_for

CHECKS = Checks("recovery mode")


def recovery_start(server):
    with open(server.log, "ab") as log:
        server.process = subprocess.Popen(
            [server.binary, "server", "-recovery", f"-config={server.configuration}"],
            stdin=subprocess.DEVNULL, stdout=log, stderr=log,
        )
    wait_for(server.is_answering, "the server does not answer", seconds=30)


def coffer(server, *arguments):
    done = subprocess.run(
        [server.binary, *arguments], capture_output=True, text=True, timeout=30, check=False,
        env={"VAULT_ADDR": server.address, "HOME": str(server.folder)},
    )
    equal(done.returncode, 0, f"exit status of {arguments[0]} (stderr: {done.stderr[-500:]!r})")
    return done.stdout


@CHECKS.check("a record that keeps a server from working is mended through the command line")
def _(world):
    server = world.new_server("recovery").start_unsealed()
    server.api().must("POST", "/v1/sys/policies/acl/mine", {"policy": 'path "a" { capabilities = ["read"] }'})
    equal(server.stop(), 0)
    recovery_start(server)
    equal(server.api("").get("/v1/sys/seal-status").json["sealed"], True)
    generate = ["operator", "generate-root", "-recovery-token", "-format=json"]
    begun = json.loads(coffer(server, *generate, "-init"))
    made = json.loads(coffer(server, *generate, f"-nonce={begun['nonce']}", server.keys[0]))
    hidden = base64.b64decode(made["encoded_token"] + "==")
    token = bytes(a ^ b for a, b in zip(hidden, begun["otp"].encode())).decode()
    true(token.startswith("hvr."), "a recovery token")
    path = "/v1/sys/raw/sys/policy/mine"
    equal(server.api("").get(path).status, 403, "without the token")
    equal(server.api(server.root_token).get(path).status, 403, "with a root token")
    api = server.api(token)
    found = api.get(path)
    equal(found.status, 200, "the record")
    equal(api.request("DELETE", path).status, 204)
    equal(api.get("/v1/sys/mounts").status, 503, "another path")
    equal(server.stop(), 0)
    server.start()
    server.unseal()
    equal(server.api().get("/v1/sys/policies/acl/mine").status, 404)
    true(token not in server.log.read_text(), "the token is in the log")
