#!/usr/bin/env python3
"""Drives the database engine of a Coffer server against PostgreSQL, MariaDB and Redis that this program starts."""

import argparse
import sys
import tempfile
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "scripts"))

from database_checks import outage, postgresql, tls  # noqa: E402
from database_checks.credentials import credentials  # noqa: E402
from database_checks.story import story  # noqa: E402
from database_checks.world import MARIADB, POSTGRES, REDIS, World, database  # noqa: E402
from livetest import databases  # noqa: E402
from livetest.checks import Tally  # noqa: E402
from livetest.server import Server, binary_from  # noqa: E402

MORE = {
    "postgresql": [postgresql.CHECKS, credentials(POSTGRES), outage.CHECKS],
    "mariadb": [tls.tls(MARIADB, tls.mariadb), credentials(MARIADB)],
    "redis": [tls.tls(REDIS, tls.redis)],
}


def main():
    options = parsed_options()
    databases.install()
    tally = Tally()
    for flavour in (POSTGRES, MARIADB, REDIS):
        if not options.only or flavour.name in options.only:
            with database(flavour) as db, tempfile.TemporaryDirectory(prefix="coffer-compat-") as folder:
                with Server(binary_from(options.binary), folder) as server:
                    world = World(server.start_unsealed(), db, flavour)
                    for checks in [story(flavour), *MORE.get(flavour.name, [])]:
                        tally.run(checks, world)
                    if server.stop() != 0:
                        tally.fail(flavour.name, "the server did not end with status 0 after SIGTERM")
    return tally.finish()


def parsed_options():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--binary", help="the coffer program; this repository's release build by default")
    parser.add_argument("--only", action="append", choices=["postgresql", "mariadb", "redis"])
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
