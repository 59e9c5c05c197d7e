#!/usr/bin/env python3
"""Faults against a whole server, or three: kills, a full audit disk, planted secrets, bad starts, bad shares.

Each group starts servers of its own in a temporary folder; the standard library is enough.
"""

import argparse
import os
import re
import signal
import sys
import tempfile
from contextlib import nullcontext
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "scripts"))

from fault_checks import (  # noqa: E402
    audit_blocked, audit_full, balancers, canaries, clock_jumps, commits, crowds, dev_mode, disk_calls, durability,
    failover, fencing, ha, http2_abuse, initialization, lease_storms, listings, logins, migration, moving,
    namespaces, outages, postgres_storage, power, published, races, raw_requests, recovery, registers, seal,
    seal_migration, sealing, snapshots, standby_reads, startup, starvation, stopping, storage_faults, store_outage,
    stores, tls_clients, upgrade,
)
from fault_checks.world import World  # noqa: E402
from livetest.checks import Tally  # noqa: E402
from livetest.server import binary_from  # noqa: E402

GROUPS = {
    "startup": startup, "seal": seal, "durability": durability, "audit": audit_full,
    "audit-blocked": audit_blocked, "canaries": canaries, "migration": migration, "moving": moving, "logins": logins,
    "published": published, "dev-mode": dev_mode, "namespaces": namespaces,
    "disk-calls": disk_calls, "crowds": crowds, "raw-requests": raw_requests, "http2": http2_abuse,
    "storage": storage_faults, "power": power, "sealing": sealing, "clock": clock_jumps, "leases": lease_storms,
    "snapshots": snapshots, "initialization": initialization, "recovery": recovery,
    "seal-migration": seal_migration, "stopping": stopping, "postgres-storage": postgres_storage,
    "starvation": starvation, "upgrade": upgrade, "tls-clients": tls_clients,
    "ha": ha, "outages": outages, "fencing": fencing,
    "commits": commits, "registers": registers, "races": races, "listings": listings, "balancers": balancers,
    "store-outage": store_outage, "standby-reads": standby_reads, "failover": failover,
}


def main():
    # What is measured beside a loop must not wait for the interpreter: by default five milliseconds, each time it asks.
    sys.setswitchinterval(0.0003)
    options = parsed_options()
    # Stopped from outside: no server is left behind.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped"))
    if options.full:
        os.environ["COFFER_FAULTS_FULL"] = "1"
    binary = binary_from(options.binary)
    tally = Tally()
    for name in options.only or [name for name in GROUPS if name not in options.without]:
        module = GROUPS[name]
        checks = chosen(module.CHECKS, options.row)
        for store in stores_of(module, options.store) if checks.members else ():
            with folder_for(options.keep, f"{name}-{store}") as folder:
                with World(binary, Path(folder), options.seed, options.full, store) as world:
                    tally.run(checks.over(store), world)
    return tally.finish()


def folder_for(kept, name):
    if not kept:
        return tempfile.TemporaryDirectory(prefix="coffer-faults-", ignore_cleanup_errors=True)
    folder = Path(kept, name)
    folder.mkdir(parents=True)
    return nullcontext(folder)


def stores_of(module, wanted):
    """The storages a group runs over; a group that names none uses what it wants, once."""
    stores = getattr(module, "STORES", None)
    return [store for store in stores if not wanted or store in wanted] if stores else [None]


def chosen(checks, rows):
    """All of a group, or those that prove one of the rows: their sentence begins with its name, or ends with it."""
    return checks.only(lambda sentence: not rows or any(re.search(rf"\b{row}\b", sentence) for row in rows))


def parsed_options():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--binary", help="the coffer program; this repository's release build by default")
    parser.add_argument("--only", action="append", choices=GROUPS, help="one group; may repeat")
    parser.add_argument("--row", action="append", help="only what proves this row, as FE3 or F28; may repeat")
    parser.add_argument("--store", action="append", choices=stores.ALL,
                        help="only over this storage, where a group runs over several; may repeat")
    parser.add_argument("--full", action="store_true", help="at the scale of a release: takes an hour or more")
    parser.add_argument("--without", action="append", choices=GROUPS, default=[], help="not this group; may repeat")
    parser.add_argument("--keep", metavar="FOLDER", help="leaves the servers' folders there, with their logs")
    parser.add_argument("--seed", type=int, default=1, help="of the moments at which the server is killed")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
