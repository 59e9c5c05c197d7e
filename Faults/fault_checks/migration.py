"""Copying a storage: whole, resumed after a kill, and never served half done."""

import subprocess

from livetest.checks import Checks, equal, true

CHECKS = Checks("migration between storages")
COUNT = 700


def migrate(world, source, destination, *options):
    file = world.folder / "migrate.hcl"
    file.write_text(
        f'storage_source "sqlite" {{ path = "{source}/data" }}\n'
        f'storage_destination "sqlite" {{ path = "{destination}/data" }}\n'
    )
    return subprocess.run(
        [world.binary, "operator", "migrate", f"-config={file}", *options],
        capture_output=True, text=True, timeout=60, check=False,
    )


def moved(world, name):
    """A server over the copy, with the keys of the original."""
    server = world.new_server(name)
    server.keys, server.root_token, server.threshold = world.server.keys, world.server.root_token, 1
    return server


@CHECKS.check("a running server's storage is not copied")
def _(world):
    world.server = world.new_server("one").start_unsealed()
    api = world.server.api()
    api.must("POST", "/v1/sys/mounts/secret", {"type": "kv", "options": {"version": "1"}})
    for index in range(COUNT):
        api.must("POST", f"/v1/secret/{index:04}", {"value": index})
    done = migrate(world, world.server.folder, world.folder / "none")
    equal(done.returncode, 2, f"exit status (stderr {done.stderr!r})")
    true("Error migrating" in done.stderr, done.stderr)
    equal(world.server.stop(), 0, "exit status of the server")


@CHECKS.check("a copy opens with the original's keys and holds every entry")
def _(world):
    copy = moved(world, "two")
    done = migrate(world, world.server.folder, copy.folder)
    equal(done.returncode, 0, f"exit status (stderr {done.stderr!r})")
    true("Success! All of the keys have been migrated." in done.stdout, done.stdout)
    copy.start()
    copy.unseal()
    for index in range(COUNT):
        equal(copy.api().get(f"/v1/secret/{index:04}").json["data"], {"value": index}, f"secret {index}")
    equal(copy.stop(), 0, "exit status of the server")


@CHECKS.check("a migration that was killed is not served, and goes on when it is run again")
def _(world):
    copy = moved(world, "three")
    file = world.folder / "migrate.hcl"
    file.write_text(
        f'storage_source "sqlite" {{ path = "{world.server.folder}/data" }}\n'
        f'storage_destination "sqlite" {{ path = "{copy.folder}/data" }}\n'
    )
    process = subprocess.Popen(
        [world.binary, "operator", "migrate", f"-config={file}"], stdout=subprocess.PIPE, text=True
    )
    true("copied" in process.stdout.readline(), "no progress was printed")
    process.kill()
    process.wait()
    refused = subprocess.run(
        [world.binary, "server", f"-config={copy.configuration}"], capture_output=True, text=True, timeout=30,
        check=False,
    )
    if refused.returncode == 1:
        true("unfinished copy" in refused.stderr, refused.stderr)
    done = migrate(world, world.server.folder, copy.folder)
    # The kill may have come after the last batch: then there is nothing to go on with.
    finished = "holds entries already" in done.stderr
    true(done.returncode == 0 or finished, done.stderr)
    copy.start()
    copy.unseal()
    equal(len(copy.api().must("LIST", "/v1/secret").json["data"]["keys"]), COUNT, "secrets")


@CHECKS.check("a destination in use is left as it is")
def _(world):
    done = migrate(world, world.server.folder, world.folder / "two")
    equal(done.returncode, 2, "exit status")
    true("holds entries already" in done.stderr, done.stderr)
