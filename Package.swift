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
    Module(name: "HCL", folder: "Base", needs: ["CofferBase", "CofferJSON"]),
    Module(name: "GoFlags", folder: "Base", needs: ["CofferBase"]),
    Module(name: "Shamir", folder: "Base", needs: ["CofferBase"]),
    Module(name: "CofferMetrics", folder: "Base", needs: ["CofferBase", "CofferJSON"]),
]

let contracts: [Module] = [
    Module(name: "CofferStorage", folder: "Storage", needs: ["CofferBase"]),
    Module(name: "CofferFramework", folder: "Framework", needs: ["CofferBase", "CofferJSON", "CofferStorage"]),
]

let storages: [Module] = [
    Module(name: "MemoryStorage", folder: "Storage", needs: ["CofferBase", "CofferStorage"]),
    Module(name: "SQLiteStorage", folder: "Storage", needs: ["CofferBase", "CofferStorage", "CSQLite"]),
    Module(
        name: "CofferBarrier", folder: "Storage",
        needs: ["CofferBase", "CofferCrypto", "CofferJSON", "CofferMetrics", "CofferStorage"]),
]

let engines: [Module] = [
    Module(name: "KVEngine", folder: "Engines"),
    Module(name: "CubbyholeEngine", folder: "Engines"),
]

let clients: [Module] = [
    Module(name: "SocketClient", folder: "Clients", needs: ["CofferBase"])
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
        needs: ["CofferBase", "CofferJSON", "CofferStorage", "HCL"]),
    Module(name: "RotationService", folder: "Services", needs: ["CofferBase", "CofferBarrier", "Logging"]),
    Module(name: "LeaseService", folder: "Services", needs: ["CofferBase", "CofferJSON", "CofferStorage"]),
    Module(
        name: "TokenService", folder: "Services",
        needs: ["CofferBase", "CofferCrypto", "CofferJSON", "CofferStorage", "CofferFramework", "LeaseService"]),
    Module(
        name: "QuotaService", folder: "Services",
        needs: ["CofferBase", "CofferJSON", "CofferStorage", "CofferFramework", "LeaseService"]),
    Module(
        name: "TelemetryService", folder: "Services",
        needs: ["CofferBase", "CofferMetrics", "SocketClient", "Logging"]),
    Module(
        name: "MountService", folder: "Services",
        needs: ["CofferBase", "CofferJSON", "CofferStorage", "CofferFramework"]),
    Module(
        name: "PeriodicService", folder: "Services",
        needs: ["CofferBase", "CofferFramework", "MountService", "Logging"]),
    Module(
        name: "AuditService", folder: "Services",
        needs: [
            "CofferBase", "CofferCrypto", "CofferJSON", "CofferMetrics", "CofferStorage", "CofferFramework", "Logging",
        ]),
]

let coreServices = [
    "CofferBase", "CofferCrypto", "CofferJSON", "CofferMetrics", "CofferStorage", "CofferFramework", "CofferBarrier",
    "Shamir",
    "PolicyService", "LeaseService", "TokenService", "MountService", "PeriodicService", "AuditService",
    "RotationService", "QuotaService",
    "MemoryStorage", "Logging",
]

let core: [Module] = [
    Module(name: "CofferCore", folder: "Core", needs: coreServices),
    Module(name: "CofferSystem", folder: "System", needs: coreServices + ["CofferCore"]),
]

let nio = ["NIOCore", "NIOPosix", "NIOSSL", "NIOTLS"]

let edge: [Module] = [
    Module(
        name: "CofferHTTP", folder: "HTTP",
        needs: nio + [
            "NIOHTTP2", "NIOHPACK", "CofferBase", "CofferJSON", "CofferFramework", "CofferCore", "Logging",
        ]),
    Module(name: "CofferConfig", folder: "Config", needs: ["CofferBase", "CofferJSON", "HCL"]),
    Module(name: "CofferClient", folder: "Client", needs: nio + ["NIOHTTP1", "CofferBase", "CofferJSON"]),
]

let programs: [Module] = [
    Module(
        name: "Catalog", folder: "",
        needs: pluginNeeds + (engines + auditDevices).map(\.name) + ["MemoryStorage", "SQLiteStorage"]),
    Module(
        name: "CofferServer", folder: "",
        needs: coreServices + [
            "CofferSystem", "CofferHTTP", "CofferConfig", "Catalog", "CBase", "GoFlags", "NIOCore", "TelemetryService",
        ]),
    Module(
        name: "CofferCLI", folder: "CLI",
        needs: ["CofferBase", "CofferJSON", "CofferClient", "GoFlags", "HCL"]),
]

let executables: [Module] = [
    Module(name: "coffer", folder: "", needs: ["CofferCLI", "CofferServer"]),
    Module(name: "FloorServer", folder: "HTTP", needs: ["CofferHTTP", "CofferBase"]),
]

let auditTestNeeds = ["AuditDeviceConformance", "CofferBase", "CofferFramework"]
let engineTestNeeds = ["CofferBase", "CofferJSON", "CofferStorage", "CofferFramework", "TestSupport"]

let testSupport: [Module] = [
    Module(
        name: "TestSupport", folder: "Tests/Support",
        needs: ["CofferBase", "CofferJSON", "CofferStorage", "CofferFramework", "MemoryStorage"]),
    Module(name: "StorageConformance", folder: "Tests/Support", needs: ["CofferBase", "CofferStorage"]),
    Module(
        name: "AuditDeviceConformance", folder: "Tests/Support", needs: ["CofferBase", "CofferFramework", "CofferJSON"]),
    Module(
        name: "ServerHarness", folder: "Tests/Support",
        needs: coreServices + ["CofferSystem", "CofferHTTP", "Catalog", "TestSupport"]),
]

/// One test target for each target, named after it; extra needs beside the tested one.
let tests: [Module] = [
    Module(name: "CofferBase", folder: "Base", needs: ["TestSupport"]),
    Module(name: "CofferJSON", folder: "Base", needs: ["CofferBase"]),
    Module(name: "CofferCrypto", folder: "Base", needs: ["CofferBase"]),
    Module(name: "HCL", folder: "Base"),
    Module(name: "GoFlags", folder: "Base"),
    Module(name: "Shamir", folder: "Base", needs: ["CofferBase", "TestSupport"]),
    Module(name: "CofferMetrics", folder: "Base", needs: ["CofferBase", "CofferJSON", "TestSupport"]),
    Module(name: "CofferStorage", folder: "Storage", needs: ["CofferBase", "MemoryStorage", "TestSupport"]),
    Module(name: "MemoryStorage", folder: "Storage", needs: ["CofferBase", "CofferStorage", "StorageConformance"]),
    Module(name: "SQLiteStorage", folder: "Storage", needs: ["CofferBase", "CofferStorage", "StorageConformance"]),
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
        needs: ["CofferBase", "CofferStorage", "MemoryStorage", "TestSupport"]),
    Module(
        name: "AuditService", folder: "Services",
        needs: [
            "CofferBarrier", "CofferBase", "CofferCore", "CofferFramework", "CofferJSON", "Logging",
            "ServerHarness",
        ]),
    Module(name: "SocketClient", folder: "Clients", needs: ["CofferBase"]),
    Module(name: "FileAudit", folder: "AuditDevices", needs: auditTestNeeds),
    Module(name: "SocketAudit", folder: "AuditDevices", needs: auditTestNeeds),
    Module(name: "SyslogAudit", folder: "AuditDevices", needs: auditTestNeeds),
    Module(name: "HTTPAudit", folder: "AuditDevices", needs: auditTestNeeds),
    Module(name: "KVEngine", folder: "Engines", needs: engineTestNeeds),
    Module(name: "CubbyholeEngine", folder: "Engines", needs: engineTestNeeds),
    Module(
        name: "CofferHTTP", folder: "HTTP",
        needs: nio + ["NIOHTTP2", "NIOHPACK", "CofferBase", "CofferCore", "CofferFramework"]),
    Module(name: "CofferConfig", folder: "Config"),
    Module(
        name: "CofferClient", folder: "Client", needs: ["CofferBase", "CofferJSON", "NIOCore", "NIOPosix", "NIOHTTP1"]),
    Module(
        name: "CofferCore", folder: "Core",
        needs: [
            "CofferBarrier", "CofferBase", "CofferFramework", "CofferJSON", "CofferStorage", "LeaseService",
            "MemoryStorage",
            "MountService", "ServerHarness", "TestSupport",
        ]),
    Module(
        name: "CofferSystem", folder: "System",
        needs: [
            "CofferBase", "CofferCore", "CofferFramework", "CofferHTTP", "CofferJSON", "CofferMetrics", "CofferStorage",
            "Logging", "MemoryStorage", "ServerHarness", "TestSupport",
        ]),
    Module(name: "CofferServer", folder: "", needs: ["CofferBase", "CofferConfig", "TestSupport"]),
    Module(name: "CofferCLI", folder: "CLI", needs: ["CofferClient", "CofferBase", "CofferJSON", "GoFlags"]),
]

// ---- nothing to add below this line when a module is added ------------------

let products: [String: Target.Dependency] = [
    "Crypto": .product(name: "Crypto", package: "swift-crypto"),
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
            name: "CSQLite", path: "Sources/Storage/CSQLite", pkgConfig: "sqlite3",
            providers: [.apt(["libsqlite3-dev"])]),
    ]
        + (base + contracts + storages + clients + services + core + edge + programs).map { library($0) }
        + (engines + auditDevices).map { library($0, needs: pluginNeeds) }
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
