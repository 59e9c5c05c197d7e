#!/usr/bin/env python3
"""Faults against a whole server, or three: kills, a full audit disk, planted secrets, bad starts, bad shares.

Each group starts servers of its own in a temporary folder; the standard library is enough.
"""

import argparse
import os
import sys
import tempfile
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "scripts"))

from fault_checks import (  # noqa: E402
    audit_blocked, audit_full, canaries, clock_jumps, crowds, dev_mode, disk_calls, durability, failover, fencing, ha, http2_abuse,
    initialization, lease_storms, logins, migration, namespaces, power, published, raw_requests, recovery, seal,
    seal_migration, sealing, snapshots, standby_reads, startup, stopping, storage_faults, store_outage,
)
from fault_checks.world import World  # noqa: E402
from livetest.checks import Tally  # noqa: E402
from livetest.server import binary_from  # noqa: E402

GROUPS = {
    "startup": startup, "seal": seal, "durability": durability, "audit": audit_full,
    "audit-blocked": audit_blocked, "canaries": canaries, "migration": migration, "logins": logins,
    "published": published, "dev-mode": dev_mode, "namespaces": namespaces,
    "disk-calls": disk_calls, "crowds": crowds, "raw-requests": raw_requests, "http2": http2_abuse,
    "storage": storage_faults, "power": power, "sealing": sealing, "clock": clock_jumps, "leases": lease_storms,
    "snapshots": snapshots, "initialization": initialization, "recovery": recovery,
    "seal-migration": seal_migration, "stopping": stopping, "ha": ha, "fencing": fencing,
    "store-outage": store_outage, "standby-reads": standby_reads, "failover": failover,
}


def main():
    options = parsed_options()
    if options.full:
        os.environ["COFFER_FAULTS_FULL"] = "1"
    binary = binary_from(options.binary)
    tally = Tally()
    for name in options.only or [name for name in GROUPS if name not in options.without]:
        module = GROUPS[name]
        with tempfile.TemporaryDirectory(prefix="coffer-faults-") as folder:
            with World(binary, Path(folder), options.seed, options.full) as world:
                tally.run(module.CHECKS, world)
    return tally.finish()


def parsed_options():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--binary", help="the coffer program; this repository's release build by default")
    parser.add_argument("--only", action="append", choices=GROUPS, help="one group; may repeat")
    parser.add_argument("--full", action="store_true", help="at the scale of a release: takes an hour or more")
    parser.add_argument("--without", action="append", choices=GROUPS, default=[], help="not this group; may repeat")
    parser.add_argument("--seed", type=int, default=1, help="of the moments at which the server is killed")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
