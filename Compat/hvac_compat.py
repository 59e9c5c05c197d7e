#!/usr/bin/env python3
"""Drives hvac, the Python client of Vault, against a Coffer server that this program starts.

Every check is what a user of hvac would write; expected values are those of Vault.
"""

import argparse
import sys
import tempfile
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "scripts"))

from hvac_checks import (  # noqa: E402
    absent,
    approle,
    audit,
    auth_mounts,
    coverage,
    cubbyhole,
    database,
    denials,
    identity,
    identity_tokens,
    keys,
    kv1,
    kv2,
    kv2_versions,
    leases,
    metrics,
    mounts,
    namespaces,
    oidc_provider,
    pgp,
    policies,
    quotas,
    raft,
    seal,
    second_factor_services,
    second_factors,
    status,
    token_roles,
    tokens,
    totp,
    transit,
    transit_openssl,
    userpass,
    wrapping,
)
from hvac_checks.world import World  # noqa: E402
from livetest.checks import Tally  # noqa: E402
from livetest.server import Server, binary_from  # noqa: E402

# The seal comes first: it initialises the server that the others use. The coverage comes last.
GROUPS = [
    seal,
    status,
    tokens,
    token_roles,
    policies,
    mounts,
    auth_mounts,
    kv1,
    kv2,
    kv2_versions,
    cubbyhole,
    identity,
    identity_tokens,
    oidc_provider,
    database,
    wrapping,
    audit,
    leases,
    quotas,
    absent,
    keys,
    pgp,
    metrics,
    raft,
    totp,
    approle,
    userpass,
    second_factors,
    second_factor_services,
    denials,
    namespaces,
    transit,
    transit_openssl,
    coverage,
]


def main():
    options = parsed_options()
    tally = Tally()
    coverage.record()
    with tempfile.TemporaryDirectory(prefix="coffer-compat-") as folder:
        with Server(binary_from(options.binary), folder) as server:
            server.start()
            world = World(server)
            for module in GROUPS:
                tally.run(module.CHECKS, world)
            if server.stop() != 0:
                tally.fail("end", "the server did not end with status 0 after SIGTERM")
    return tally.finish()


def parsed_options():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--binary", help="the coffer program; this repository's release build by default")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
