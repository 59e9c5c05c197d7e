"""Which module may import which: arrows point one way, from implementations to contracts."""

import re
from fnmatch import fnmatchcase
from typing import NamedTuple

from .tree import Finding, line_of

PROGRAMS = 6

# Folder of a target, in the order of reading (the first match counts), and its layer.
LAYERS = [
    ("Sources/*/C[A-Z]*", 0),  # C targets and system libraries
    ("Sources/Base/TimingProbe", PROGRAMS),
    ("Sources/Base/*", 0),
    ("Sources/Storage/CofferStorage", 1),
    ("Sources/Framework/*", 1),
    ("Sources/Storage/*", 2),
    ("Sources/Engines/*", 2),
    ("Sources/Auth/*", 2),
    ("Sources/Databases/*", 2),
    ("Sources/Seals/*", 2),
    ("Sources/AuditDevices/*", 2),
    ("Sources/Clients/*", 2),
    ("Sources/Services/HotPieces", PROGRAMS),
    ("Sources/Services/*", 3),
    ("Sources/Core/*", 4),
    ("Sources/System/*", 4),
    ("Sources/Identity/*", 4),
    ("Sources/HTTP/FloorServer", PROGRAMS),
    ("Sources/HTTP/*", 5),
    ("Sources/Config/*", 5),
    ("Sources/Client/*", 5),
    ("Sources/CLI/*", PROGRAMS),
    ("Sources/Agent/*", PROGRAMS),
    ("Sources/Injector/*", PROGRAMS),
    ("Sources/UI/*", PROGRAMS),
    ("Sources/Server/*", PROGRAMS),
    ("Sources/CofferServer", PROGRAMS),
    ("Sources/Catalog", PROGRAMS),
    ("Sources/coffer", PROGRAMS),
]

# Arrows inside one layer, module by module; any other one is refused.
SAME_LAYER = {
    "CofferBase": {"CBase"},
    "CofferJSON": {"CofferBase"},
    "CofferCrypto": {"CofferBase"},
    "CofferX509": {"CofferBase", "CofferCrypto"},
    "CofferJOSE": {"CofferBase", "CofferCrypto", "CofferJSON"},
    "HCL": {"CofferBase", "CofferJSON"},
    "GoTemplate": {"CofferBase", "CofferJSON", "CofferCrypto"},
    "GoFlags": {"CofferBase"},
    "Shamir": {"CofferBase"},
    "TimingTrials": {"CofferBase", "Shamir"},
    "OpenPGP": {"CofferBase", "CofferCrypto"},
    "PasswordHash": {"CCrypt", "CofferBase"},
    "CofferMetrics": {"CofferBase", "CofferJSON"},
    "SnapshotArchive": {"CBase", "CofferBase", "CofferCrypto", "CofferJSON", "CZlib"},
    "CofferFramework": {"CofferStorage"},
    "CofferTools": {"CofferFramework"},
    "HTTPClient": {"ClientTLS"},
    "EtcdClient": {"ClientTLS"},
    "MFAClient": {"HTTPClient"},
    "AWSClient": {"ClientTLS", "HTTPClient"},
    "FenceProbe": {"EtcdStorage", "PostgresStorage"},
    "TokenService": {"LeaseService"},
    "QuotaService": {"LeaseService"},
    "PeriodicService": {"MountService"},
    "CofferSystem": {"CofferCore"},
    "CofferIdentity": {"CofferCore"},
    "CofferServer": {"Catalog", "CofferUI"},
    "coffer": {"Catalog", "CofferAgent", "CofferCLI", "CofferInjector", "CofferServer", "CofferUI"},
}

# Implementations of a contract; a leaf of any kind may use a client (of a database, a cloud, a directory).
LEAVES = {"Engines", "Auth", "Databases", "Seals", "AuditDevices"}
USERS_OF_CLIENTS = LEAVES | {"Storage"}
# The one module that names the implementations.
NAMES_LEAVES = "Catalog"

# Modules of packages that only one of ours may touch, because they are unsupported API.
OWNED_MODULES = {"CCryptoBoringSSL": "CofferCrypto"}

IMPORT = re.compile(
    r"^[ \t]*(?:@\w+(?:\([^)]*\))?\s+)*(?:(?:package|internal|fileprivate|private|public)\s+)?import\s+"
    r"(?:(?:struct|class|enum|protocol|actor|func|var|let|typealias)\s+)?(\w+)",
    re.MULTILINE,
)


class Module(NamedTuple):
    name: str
    area: str
    layer: int


def module_of(path):
    """The module that a path under Sources belongs to, or None when the table has no line for it."""
    parts = path.split("/")
    for pattern, layer in LAYERS:
        wanted = pattern.split("/")
        if len(parts) > len(wanted) and all(map(fnmatchcase, parts, wanted)):
            return Module(parts[len(wanted) - 1], parts[1], layer)
    return None


def check(tree):
    files = [(path, module_of(path)) for path in tree.paths if path.startswith("Sources/")]
    modules = {module.name: module for _, module in files if module}
    for path, module in files:
        if not path.endswith(".swift"):
            continue
        if module is None:
            yield Finding(path, 1, "layer-table", "its folder is in no layer; add it to scripts/checklib/layers.py")
            continue
        yield from import_findings(tree, path, module, modules)


def import_findings(tree, path, module, modules):
    code = tree.code(path)
    for match in IMPORT.finditer(code):
        refusal = why_refused(module, match.group(1), modules)
        if refusal:
            yield Finding(path, line_of(code, match.start(1)), "layer", refusal)


def why_refused(module, name, modules):
    """The sentence that says why the module may not import that name, or None when it may."""
    owner = OWNED_MODULES.get(name)
    if owner and module.name != owner:
        return f"only {owner} may import {name}"
    imported = modules.get(name)
    if imported is None or imported == module:
        return None
    if imported.layer > module.layer:
        return f"{module.name} (L{module.layer}) may not import {name} (L{imported.layer})"
    if imported.layer == module.layer:
        return why_refused_sideways(module, imported)
    if imported.area in LEAVES and module.name != NAMES_LEAVES:
        return f"only {NAMES_LEAVES} names implementations, {module.name} may not import {name}"
    return None


def why_refused_sideways(module, imported):
    if imported.name in SAME_LAYER.get(module.name, ()):
        return None
    if imported.area == "Clients" and module.area in USERS_OF_CLIENTS:
        return None
    return f"{module.name} may not import {imported.name}: both are L{module.layer} and the pair is not listed"
