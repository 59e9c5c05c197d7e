#!/usr/bin/env python3
"""Seals that open a Coffer server by themselves, and snapshots by the clock, against the services that they ask:
another Coffer, a stand-in for AWS, a software HSM."""

import argparse
import sys
import tempfile
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "scripts"))

from livetest.checks import Tally  # noqa: E402
from livetest.server import binary_from  # noqa: E402
from seal_checks import client, scheduled, several  # noqa: E402
from seal_checks.services import AWSService, HSMService, KeyFile, TransitService  # noqa: E402
from seal_checks.story import story  # noqa: E402
from seal_checks.world import World  # noqa: E402

SERVICES = {service.name: service for service in (KeyFile, TransitService, AWSService, HSMService)}

OTHERS = {
    "hvac": (client.ClientWorld, client.CHECKS),
    "several": (several.SeveralWorld, several.CHECKS), "snapshots": (scheduled.ScheduledWorld, scheduled.CHECKS),
}


def main():
    options = parsed_options()
    binary = binary_from(options.binary)
    tally = Tally()
    for name in options.only or [*SERVICES, *OTHERS]:
        with tempfile.TemporaryDirectory(prefix="coffer-seals-") as folder:
            if name in OTHERS:
                make, checks = OTHERS[name]
                with make(binary, Path(folder)) as world:
                    tally.run(checks, world)
            else:
                with World(binary, Path(folder), SERVICES[name]) as world:
                    tally.run(story(SERVICES[name]), world)
    return tally.finish()


def parsed_options():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--binary", help="the coffer program; this repository's release build by default")
    parser.add_argument("--only", action="append", choices=[*SERVICES, *OTHERS], help="one group; may repeat")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
