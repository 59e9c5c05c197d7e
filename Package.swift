// swift-tools-version: 6.2
import PackageDescription

// The manifest is data: a target is a line in one of the lists below; the loop
// at the end gives all of them the same settings.

struct Module {
    var name: String
    var folder: String
    var needs: [String] = []
    var resources: [String] = []
}

let base: [Module] = [
    Module(name: "CofferBase", folder: "Base", needs: ["CBase"]),
    Module(name: "CofferJSON", folder: "Base", needs: ["CofferBase"]),
    Module(name: "CofferCrypto", folder: "Base", needs: ["CofferBase", "Crypto"]),
    Module(name: "CofferJOSE", folder: "Base", needs: ["CofferBase", "CofferJSON", "Crypto", "CryptoExtras"]),
    Module(name: "HCL", folder: "Base", needs: ["CofferBase", "CofferJSON"]),
    Module(name: "GoFlags", folder: "Base", needs: ["CofferBase"]),
    Module(name: "GoTemplate", folder: "Base", needs: ["CofferBase", "CofferJSON", "CofferCrypto"]),
    Module(name: "Shamir", folder: "Base", needs: ["CofferBase"]),
    Module(name: "TimingTrials", folder: "Base", needs: ["CofferBase", "Shamir"]),
    Module(name: "OpenPGP", folder: "Base", needs: ["CofferBase", "CofferCrypto"]),
    Module(name: "PasswordHash", folder: "Base", needs: ["CofferBase", "CCrypt"]),
    Module(name: "Barcode", folder: "Base"),
    Module(name: "CofferMetrics", folder: "Base", needs: ["CofferBase", "CofferJSON"]),
    Module(
        name: "SnapshotArchive", folder: "Base", needs: ["CBase", "CofferBase", "CofferCrypto", "CofferJSON", "CZlib"]),
]

let contracts: [Module] = [
    Module(name: "CofferStorage", folder: "Storage", needs: ["CofferBase"]),
    Module(name: "CofferFramework", folder: "Framework", needs: ["CofferBase", "CofferJSON", "CofferStorage"]),
    Module(
        name: "CofferTools", folder: "Framework",
        needs: ["CofferBase", "CofferCrypto", "CofferFramework", "CofferJSON"]),
]

let storages: [Module] = [
    Module(name: "MemoryStorage", folder: "Storage", needs: ["CofferBase", "CofferStorage"]),
    Module(
        name: "SQLiteStorage", folder: "Storage", needs: ["CGatheringLog", "CofferBase", "CofferStorage", "CSQLite"]),
    Module(name: "PostgresStorage", folder: "Storage", needs: ["CofferBase", "CofferStorage", "PostgresClient"]),
    Module(
        name: "EtcdStorage", folder: "Storage", needs: ["ClientTLS", "CofferBase", "CofferStorage", "EtcdClient"]),
    Module(
        name: "CofferBarrier", folder: "Storage",
        needs: ["CofferBase", "CofferCrypto", "CofferJSON", "CofferMetrics", "CofferStorage"]),
]

let seals: [Module] = [
    Module(name: "StaticSeal", folder: "Seals", needs: ["CofferBase", "CofferCrypto", "CofferFramework"]),
    Module(name: "PKCS11Seal", folder: "Seals", needs: ["CPKCS11", "CofferBase", "CofferFramework"]),
    Module(
        name: "AWSKMSSeal", folder: "Seals",
        needs: ["AWSClient", "ClientTLS", "CofferBase", "CofferCrypto", "CofferFramework", "CofferJSON", "HTTPClient"]),
    Module(
        name: "TransitSeal", folder: "Seals",
        needs: ["ClientTLS", "CofferBase", "CofferFramework", "CofferJSON", "HTTPClient"]),
]

let engines: [Module] = [
    Module(name: "KVEngine", folder: "Engines"),
    Module(name: "CubbyholeEngine", folder: "Engines"),
    Module(name: "TransitEngine", folder: "Engines", needs: ["CofferCrypto", "CofferTools"]),
    Module(name: "TOTPEngine", folder: "Engines", needs: ["Barcode", "CofferCrypto"]),
    Module(name: "DatabaseEngine", folder: "Engines", needs: ["CofferCrypto", "GoTemplate"]),
]

let authMethods: [Module] = [
    Module(name: "UserpassAuth", folder: "Auth", needs: ["PasswordHash"]),
    Module(name: "AppRoleAuth", folder: "Auth", needs: ["CofferCrypto"]),
]

let clients: [Module] = [
    Module(name: "SocketClient", folder: "Clients", needs: ["CofferBase"]),
    Module(name: "SQLClient", folder: "Clients", needs: ["CofferBase", "CofferFramework", "CofferJSON"]),
    Module(name: "ClientTLS", folder: "Clients", needs: ["NIOSSL"]),
    Module(
        name: "HTTPClient", folder: "Clients",
        needs: ["ClientTLS", "CofferBase", "NIOCore", "NIOHTTP1", "NIOPosix", "NIOSSL"]),
    Module(
        name: "AWSClient", folder: "Clients",
        needs: ["ClientTLS", "CofferBase", "CofferCrypto", "CofferJSON", "HTTPClient"]),
    Module(name: "PostgresClient", folder: "Clients", needs: ["CofferBase", "CPostgres"]),
    Module(name: "MariaDBClient", folder: "Clients", needs: ["CofferBase", "CMariaDB"]),
    Module(name: "RedisClient", folder: "Clients", needs: ["NIOCore", "NIOPosix", "NIOSSL"]),
    Module(name: "MFAClient", folder: "Clients", needs: ["CofferBase", "CofferCrypto", "CofferJSON", "HTTPClient"]),
    Module(
        name: "EtcdClient", folder: "Clients",
        needs: ["ClientTLS", "CofferBase", "NIOCore", "NIOHPACK", "NIOHTTP2", "NIOPosix", "NIOSSL"]),
]

let databases: [Module] = [
    Module(name: "PostgresDatabase", folder: "Databases", needs: ["SQLClient", "PostgresClient"]),
    Module(name: "MariaDBDatabase", folder: "Databases", needs: ["SQLClient", "MariaDBClient"]),
    Module(name: "RedisDatabase", folder: "Databases", needs: ["SQLClient", "RedisClient"]),
]

let auditDevices: [Module] = [
    Module(name: "FileAudit", folder: "AuditDevices"),
    Module(name: "SocketAudit", folder: "AuditDevices", needs: ["SocketClient"]),
    Module(name: "SyslogAudit", folder: "AuditDevices", needs: ["SocketClient"]),
    Module(name: "HTTPAudit", folder: "AuditDevices", needs: ["SocketClient"]),
]

/// What every engine, auth method and audit device may import, and nothing above it.
let pluginNeeds = ["CofferBase", "CofferJSON", "CofferStorage", "CofferFramework"]

let services: [Module] = [
    Module(
        name: "PolicyService", folder: "Services",
        needs: ["CofferBase", "CofferJSON", "CofferStorage", "CofferFramework", "HCL"]),
    Module(name: "RotationService", folder: "Services", needs: ["CofferBase", "CofferBarrier", "Logging"]),
    Module(name: "LeaseService", folder: "Services", needs: ["CofferBase", "CofferJSON", "CofferStorage"]),
    Module(
        name: "TokenService", folder: "Services",
        needs: ["CofferBase", "CofferCrypto", "CofferJSON", "CofferStorage", "CofferFramework", "LeaseService"]),
    Module(
        name: "IdentityService", folder: "Services",
        needs: [
            "CofferBase", "CofferCrypto", "CofferJSON", "CofferStorage", "CofferFramework", "MFAClient", "HTTPClient",
        ]),
    Module(
        name: "QuotaService", folder: "Services",
        needs: ["CofferBase", "CofferJSON", "CofferStorage", "CofferFramework", "LeaseService"]),
    Module(name: "SealService", folder: "Services", needs: ["CofferBase", "CofferFramework", "Logging"]),
    Module(
        name: "SnapshotService", folder: "Services",
        needs: [
            "AWSClient", "CofferBase", "CofferCrypto", "CofferFramework", "CofferJSON", "CofferStorage", "HTTPClient",
            "Logging",
        ]),
    Module(
        name: "RegistrationService", folder: "Services",
        needs: ["ClientTLS", "CofferBase", "CofferJSON", "HTTPClient", "Logging"]),
    Module(
        name: "TelemetryService", folder: "Services",
        needs: ["CofferBase", "CofferMetrics", "SocketClient", "Logging"]),
    Module(
        name: "MountService", folder: "Services",
        needs: ["CofferBase", "CofferCrypto", "CofferJSON", "CofferStorage", "CofferFramework"]),
    Module(
        name: "NamespaceService", folder: "Services",
        needs: ["CofferBase", "CofferCrypto", "CofferJSON", "CofferStorage", "CofferFramework", "Logging"]),
    Module(
        name: "PeriodicService", folder: "Services",
        needs: ["CofferBase", "CofferFramework", "MountService", "Logging"]),
    Module(
        name: "LockoutService", folder: "Services",
        needs: ["CofferBase", "CofferCrypto", "CofferJSON", "CofferStorage", "CofferFramework"]),
    Module(
        name: "AuditService", folder: "Services",
        needs: [
            "CofferBase", "CofferCrypto", "CofferJSON", "CofferMetrics", "CofferStorage", "CofferFramework", "Logging",
        ]),
]

let coreServices = [
    "CofferBase", "CofferCrypto", "CofferJSON", "CofferMetrics", "CofferStorage", "CofferFramework", "CofferBarrier",
    "Shamir", "OpenPGP", "SnapshotArchive", "PolicyService", "LeaseService", "TokenService", "IdentityService",
    "MountService", "NamespaceService", "PeriodicService", "AuditService", "RotationService", "QuotaService",
    "LockoutService", "SealService", "SnapshotService", "MemoryStorage", "HTTPClient", "Logging",
]

let core: [Module] = [
    Module(name: "CofferCore", folder: "Core", needs: coreServices),
    Module(name: "CofferSystem", folder: "System", needs: coreServices + ["CofferCore", "CofferTools"]),
    Module(name: "CofferIdentity", folder: "Identity", needs: coreServices + ["CofferCore", "CofferJOSE", "Barcode"]),
]

let nio = ["NIOCore", "NIOPosix", "NIOSSL", "NIOTLS"]

let edge: [Module] = [
    Module(
        name: "CofferHTTP", folder: "HTTP",
        needs: nio + [
            "NIOHTTP1", "NIOHTTP2", "NIOHPACK", "CofferBase", "CofferJSON", "CofferFramework", "CofferCore", "Logging",
        ]),
    Module(name: "CofferConfig", folder: "Config", needs: ["CofferBase", "CofferFramework", "CofferJSON", "HCL"]),
    Module(name: "CofferClient", folder: "Client", needs: nio + ["ClientTLS", "NIOHTTP1", "CofferBase", "CofferJSON"]),
]

let programs: [Module] = [
    Module(
        name: "Catalog", folder: "",
        needs: pluginNeeds + (engines + authMethods + databases + auditDevices + seals).map(\.name)
            + ["EtcdStorage", "MemoryStorage", "PostgresStorage", "SQLiteStorage"]),
    Module(
        name: "CofferServer", folder: "",
        needs: coreServices + [
            "CofferSystem", "CofferIdentity", "CofferHTTP", "CofferConfig", "Catalog", "CBase", "ClientTLS", "Crypto",
            "GoFlags", "NIOCore", "RegistrationService", "TelemetryService",
        ]),
    Module(
        name: "CofferCLI", folder: "CLI",
        needs: [
            "ClientTLS", "CofferBase", "CofferCrypto", "CofferJSON", "CofferClient", "GoFlags", "HCL", "PolicyService",
            "SnapshotArchive",
        ]),
]

let executables: [Module] = [
    Module(name: "coffer", folder: "", needs: ["CofferCLI", "CofferServer"]),
    Module(name: "FloorServer", folder: "HTTP", needs: ["CofferHTTP", "CofferBase"]),
    Module(name: "TimingProbe", folder: "Base", needs: ["TimingTrials"]),
    Module(name: "HistoryCheck", folder: "Storage", needs: ["Linearizability"]),
    Module(
        name: "HotPieces", folder: "Services",
        needs: [
            "CofferBarrier", "CofferBase", "CofferFramework", "CofferJSON", "CofferStorage", "LeaseService",
            "MemoryStorage", "PolicyService", "TokenService",
        ]),
    Module(
        name: "FenceProbe", folder: "Storage", needs: ["CofferBase", "CofferStorage", "EtcdStorage", "PostgresStorage"]),
]

let auditTestNeeds = ["AuditDeviceConformance", "CofferBase", "CofferFramework"]
let sealTestNeeds = ["CofferBase", "CofferFramework", "SealConformance", "TestSupport"]
let databaseTestNeeds = ["CofferBase", "CofferFramework", "CofferJSON", "DatabasePluginConformance"]
let engineTestNeeds = ["CofferBase", "CofferJSON", "CofferStorage", "CofferFramework", "TestSupport"]

let testSupport: [Module] = [
    Module(
        name: "TestSupport", folder: "Tests/Support",
        needs: ["CofferBase", "CofferJSON", "CofferStorage", "CofferFramework", "MemoryStorage"]),
    Module(name: "StorageConformance", folder: "Tests/Support", needs: ["CofferBase", "CofferStorage"]),
    Module(name: "Linearizability", folder: "Tests/Support", needs: ["CofferJSON"]),
    Module(
        name: "AuditDeviceConformance", folder: "Tests/Support", needs: ["CofferBase", "CofferFramework", "CofferJSON"]),
    Module(
        name: "DatabasePluginConformance", folder: "Tests/Support",
        needs: ["CofferBase", "CofferFramework", "CofferJSON"]),
    Module(name: "SealConformance", folder: "Tests/Support", needs: ["CofferBase", "CofferFramework"]),
    // What the fuzzers of the package in Fuzz/ call; here the tests replay what those found.
    Module(
        name: "FuzzTargets", folder: "Fuzz",
        needs: [
            "AuditService", "CofferBarrier", "CofferBase", "CofferConfig", "CofferCore", "CofferCrypto",
            "CofferFramework", "CofferHTTP", "CofferJOSE", "CofferJSON", "CofferStorage", "DatabaseEngine",
            "EtcdClient",
            "GoTemplate", "HCL", "HTTPAudit", "HTTPClient", "IdentityService", "MariaDBClient", "NIOCore", "OpenPGP",
            "PolicyService", "RedisClient", "SQLClient", "Shamir", "SnapshotArchive", "SnapshotService",
            "SocketClient", "TOTPEngine", "TokenService", "TransitEngine",
        ]),
    Module(
        name: "ServerHarness", folder: "Tests/Support",
        needs: coreServices + ["CofferSystem", "CofferIdentity", "CofferHTTP", "Catalog", "TestSupport"]),
]

/// One test target for each target, named after it; extra needs beside the tested one.
let tests: [Module] = [
    Module(name: "CofferBase", folder: "Base", needs: ["TestSupport"]),
    Module(name: "CofferJSON", folder: "Base", needs: ["CofferBase"]),
    Module(name: "CofferCrypto", folder: "Base", needs: ["CofferBase", "CofferJSON"]),
    Module(name: "CofferJOSE", folder: "Base", needs: ["CofferBase", "CofferJSON"]),
    Module(name: "HCL", folder: "Base"),
    Module(name: "GoFlags", folder: "Base"),
    Module(name: "GoTemplate", folder: "Base", needs: ["CofferBase", "CofferJSON", "TestSupport"]),
    Module(name: "Shamir", folder: "Base", needs: ["CofferBase", "TestSupport"]),
    Module(name: "TimingTrials", folder: "Base"),
    Module(name: "OpenPGP", folder: "Base", needs: ["CofferBase", "TestSupport"]),
    Module(name: "PasswordHash", folder: "Base", needs: ["CofferBase", "TestSupport"]),
    Module(name: "Barcode", folder: "Base"),
    Module(name: "CofferMetrics", folder: "Base", needs: ["CofferBase", "CofferJSON", "TestSupport"]),
    Module(name: "SnapshotArchive", folder: "Base", needs: ["CofferBase"]),
    Module(name: "CofferStorage", folder: "Storage", needs: ["CofferBase", "MemoryStorage", "TestSupport"]),
    Module(
        name: "MemoryStorage", folder: "Storage",
        needs: ["CofferBase", "CofferStorage", "StorageConformance", "TestSupport"]),
    Module(name: "SQLiteStorage", folder: "Storage", needs: ["CofferBase", "CofferStorage", "StorageConformance"]),
    Module(
        name: "PostgresStorage", folder: "Storage",
        needs: ["CofferBase", "CofferJSON", "CofferStorage", "PostgresClient", "StorageConformance"]),
    Module(
        name: "EtcdStorage", folder: "Storage",
        needs: [
            "CofferBase", "CofferJSON", "CofferStorage", "EtcdClient", "NIOCore", "NIOPosix", "StorageConformance",
        ]),
    Module(
        name: "CofferBarrier", folder: "Storage",
        needs: [
            "CofferBase", "CofferCrypto", "CofferJSON", "CofferStorage", "MemoryStorage", "Shamir", "TestSupport",
        ]),
    Module(
        name: "PolicyService", folder: "Services",
        needs: ["CofferBase", "CofferJSON", "CofferStorage", "MemoryStorage", "TestSupport"]),
    Module(
        name: "QuotaService", folder: "Services",
        needs: [
            "CofferBase", "CofferCore", "CofferFramework", "CofferHTTP", "CofferJSON", "CofferStorage", "LeaseService",
            "MemoryStorage", "ServerHarness", "TestSupport",
        ]),
    Module(
        name: "TelemetryService", folder: "Services",
        needs: ["CofferBase", "CofferMetrics", "Logging", "SocketClient", "TestSupport"]),
    Module(
        name: "LeaseService", folder: "Services",
        needs: ["CofferBase", "CofferJSON", "CofferStorage", "MemoryStorage", "TestSupport"]),
    Module(
        name: "TokenService", folder: "Services",
        needs: [
            "CofferBase", "CofferCrypto", "CofferFramework", "CofferJSON", "CofferStorage", "LeaseService",
            "MemoryStorage", "TestSupport",
        ]),
    Module(
        name: "LockoutService", folder: "Services",
        needs: ["CofferBase", "CofferFramework", "CofferStorage", "MemoryStorage", "TestSupport"]),
    Module(
        name: "AuditService", folder: "Services",
        needs: [
            "CofferBarrier", "CofferBase", "CofferCore", "CofferFramework", "CofferJSON", "Logging",
            "ServerHarness",
        ]),
    Module(
        name: "IdentityService", folder: "Services",
        needs: ["CofferBase", "CofferFramework", "MemoryStorage", "TestSupport", "HTTPClient"]),
    Module(
        name: "CofferFramework", folder: "Framework",
        needs: ["CofferBase", "CofferJSON", "CofferStorage", "TestSupport"]),
    Module(
        name: "CofferIdentity", folder: "Identity",
        needs: [
            "CofferBarrier", "CofferBase", "CofferCore", "CofferCrypto", "CofferFramework", "CofferHTTP", "CofferJOSE",
            "CofferJSON", "CofferStorage", "ServerHarness", "TestSupport",
            "HTTPClient",
        ]),
    Module(name: "SealService", folder: "Services", needs: ["CofferBase", "CofferFramework", "TestSupport"]),
    Module(
        name: "SnapshotService", folder: "Services",
        needs: ["CofferBase", "CofferFramework", "CofferJSON", "HTTPClient", "Logging", "MemoryStorage", "TestSupport"]),
    Module(
        name: "RegistrationService", folder: "Services",
        needs: ["CofferBase", "CofferJSON", "HTTPClient", "Logging", "TestSupport"]),
    Module(name: "SocketClient", folder: "Clients", needs: ["CofferBase"]),
    Module(name: "SQLClient", folder: "Clients", needs: ["CofferBase", "CofferFramework"]),
    Module(
        name: "EtcdClient", folder: "Clients",
        needs: ["CofferBase", "CofferJSON", "NIOCore", "NIOHPACK", "NIOHTTP2", "NIOPosix"]),
    Module(name: "RedisClient", folder: "Clients", needs: ["NIOCore"]),
    Module(
        name: "MFAClient", folder: "Clients",
        needs: ["CofferBase", "CofferJSON", "Crypto", "TestSupport", "HTTPClient"]),
    Module(name: "FileAudit", folder: "AuditDevices", needs: auditTestNeeds),
    Module(name: "SocketAudit", folder: "AuditDevices", needs: auditTestNeeds),
    Module(name: "SyslogAudit", folder: "AuditDevices", needs: auditTestNeeds),
    Module(name: "HTTPAudit", folder: "AuditDevices", needs: auditTestNeeds),
    Module(name: "PostgresDatabase", folder: "Databases", needs: databaseTestNeeds + ["PostgresClient", "SQLClient"]),
    Module(name: "MariaDBDatabase", folder: "Databases", needs: databaseTestNeeds + ["MariaDBClient", "SQLClient"]),
    Module(name: "RedisDatabase", folder: "Databases", needs: databaseTestNeeds),
    Module(name: "StaticSeal", folder: "Seals", needs: sealTestNeeds),
    Module(name: "TransitSeal", folder: "Seals", needs: sealTestNeeds + ["CofferJSON", "HTTPClient", "ServerHarness"]),
    Module(name: "AWSKMSSeal", folder: "Seals", needs: sealTestNeeds + ["CofferJSON", "HTTPClient"]),
    Module(name: "PKCS11Seal", folder: "Seals", needs: sealTestNeeds),
    Module(
        name: "HTTPClient", folder: "Clients",
        needs: ["ClientTLS", "CofferBase", "NIOCore", "NIOHTTP1", "NIOPosix", "NIOSSL", "SocketClient"]),
    Module(name: "AWSClient", folder: "Clients", needs: ["CofferBase", "HTTPClient", "TestSupport"]),
    Module(name: "KVEngine", folder: "Engines", needs: engineTestNeeds),
    Module(name: "CubbyholeEngine", folder: "Engines", needs: engineTestNeeds),
    Module(name: "TransitEngine", folder: "Engines", needs: engineTestNeeds + ["CofferCrypto"]),
    Module(name: "TOTPEngine", folder: "Engines", needs: engineTestNeeds + ["CofferCore", "ServerHarness"]),
    Module(name: "UserpassAuth", folder: "Auth", needs: engineTestNeeds + ["CofferCore", "ServerHarness"]),
    Module(name: "AppRoleAuth", folder: "Auth", needs: engineTestNeeds + ["CofferCore", "ServerHarness"]),
    Module(name: "DatabaseEngine", folder: "Engines", needs: engineTestNeeds + ["CofferCrypto"]),
    Module(
        name: "CofferHTTP", folder: "HTTP",
        needs: nio + ["NIOHTTP1", "NIOHTTP2", "NIOHPACK", "CofferBase", "CofferCore", "CofferFramework"]),
    Module(name: "CofferConfig", folder: "Config", needs: ["CofferFramework", "CofferJSON"]),
    Module(
        name: "CofferClient", folder: "Client",
        needs: ["ClientTLS", "CofferBase", "CofferJSON", "NIOCore", "NIOPosix", "NIOHTTP1"]),
    Module(
        name: "CofferCore", folder: "Core",
        needs: [
            "AuditService", "CofferBarrier", "CofferBase", "CofferFramework", "CofferHTTP", "CofferJSON",
            "CofferStorage", "LeaseService", "MemoryStorage", "MountService", "NamespaceService", "SealService",
            "ServerHarness", "TestSupport",
        ]),
    Module(
        name: "CofferSystem", folder: "System",
        needs: [
            "CofferBase", "CofferCore", "CofferFramework", "CofferHTTP", "CofferJSON", "CofferMetrics", "CofferStorage",
            "Logging", "MemoryStorage", "ServerHarness", "TestSupport",
        ]),
    Module(
        name: "CofferServer", folder: "",
        needs: [
            "CofferBarrier", "CofferBase", "CofferConfig", "CofferCore", "CofferJSON", "CofferStorage", "HTTPClient",
            "Logging",
            "MemoryStorage", "RegistrationService", "ServerHarness", "TestSupport",
        ]),
    Module(name: "Linearizability", folder: "Support"),
    Module(name: "FuzzTargets", folder: ""),
    Module(name: "CofferCLI", folder: "CLI", needs: ["CofferClient", "CofferBase", "CofferJSON", "GoFlags"]),
]

// ---- nothing to add below this line when a module is added ------------------

let products: [String: Target.Dependency] = [
    "Crypto": .product(name: "Crypto", package: "swift-crypto"),
    "CryptoExtras": .product(name: "CryptoExtras", package: "swift-crypto"),
    "Logging": .product(name: "Logging", package: "swift-log"),
    "NIOCore": .product(name: "NIOCore", package: "swift-nio"),
    "NIOPosix": .product(name: "NIOPosix", package: "swift-nio"),
    "NIOTLS": .product(name: "NIOTLS", package: "swift-nio"),
    "NIOHTTP1": .product(name: "NIOHTTP1", package: "swift-nio"),
    "NIOSSL": .product(name: "NIOSSL", package: "swift-nio-ssl"),
    "NIOHTTP2": .product(name: "NIOHTTP2", package: "swift-nio-http2"),
    "NIOHPACK": .product(name: "NIOHPACK", package: "swift-nio-http2"),
]

let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .treatAllWarnings(as: .error),
    .unsafeFlags(["-cross-module-optimization"], .when(configuration: .release)),
]

func dependencies(_ names: [String]) -> [Target.Dependency] {
    names.map { products[$0] ?? .byName(name: $0) }
}

func path(_ module: Module, under root: String) -> String {
    [root, module.folder, module.name].filter { !$0.isEmpty }.joined(separator: "/")
}

func library(_ module: Module, needs: [String] = []) -> Target {
    .target(
        name: module.name, dependencies: dependencies(needs + module.needs),
        path: path(module, under: "Sources"), swiftSettings: settings)
}

let package = Package(
    name: "coffer",
    products: [.executable(name: "coffer", targets: ["coffer"])],
    dependencies: [
        .package(url: "https://github.com/apple/swift-nio.git", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl.git", from: "2.37.6"),
        .package(url: "https://github.com/apple/swift-nio-http2.git", from: "1.46.0"),
        .package(url: "https://github.com/apple/swift-crypto.git", exact: "4.5.2"),
        .package(url: "https://github.com/apple/swift-log.git", from: "1.16.2"),
    ],
    targets: [
        .target(name: "CBase", path: "Sources/Base/CBase"),
        .systemLibrary(
            name: "CCrypt", path: "Sources/Base/CCrypt", pkgConfig: "libcrypt", providers: [.apt(["libcrypt-dev"])]),
        .systemLibrary(
            name: "CSQLite", path: "Sources/Storage/CSQLite", pkgConfig: "sqlite3",
            providers: [.apt(["libsqlite3-dev"])]),
        .target(name: "CGatheringLog", path: "Sources/Storage/CGatheringLog"),
        .target(name: "CForward", path: "Sources/Clients/CForward"),
        .target(name: "CPostgres", dependencies: ["CForward"], path: "Sources/Clients/CPostgres"),
        .target(name: "CMariaDB", dependencies: ["CForward"], path: "Sources/Clients/CMariaDB"),
        .target(name: "CPKCS11", path: "Sources/Clients/CPKCS11"),
        .systemLibrary(
            name: "CZlib", path: "Sources/Base/CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    ]
        + (base + contracts + storages + clients + services + core + edge + programs).map { library($0) }
        + (engines + authMethods + databases + auditDevices).map { library($0, needs: pluginNeeds) }
        + seals.map { library($0) }
        + executables.map { module in
            .executableTarget(
                name: module.name, dependencies: dependencies(module.needs),
                path: path(module, under: "Sources"), swiftSettings: settings)
        }
        + testSupport.map { module in
            .target(
                name: module.name, dependencies: dependencies(module.needs),
                path: "\(module.folder)/\(module.name)", swiftSettings: settings)
        }
        + tests.map { module in
            .testTarget(
                name: module.name + "Tests", dependencies: dependencies([module.name] + module.needs),
                path: path(module, under: "Tests") + "Tests", swiftSettings: settings)
        }
)
