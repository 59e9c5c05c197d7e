// swift-tools-version: 6.2
import PackageDescription

// A package of its own, so that the sanitizer's flags stay out of the main one. It builds the same sources
// (through the link `Sources-main`), because what the fuzzer calls has `package` access. A module under test is
// a line in `modules`; a target is in a file of `FuzzTargets` and in a line in `FuzzTarget.all`.

struct Module {
    var name: String
    var path: String
    var needs: [String] = []
    /// Only these files of the folder; nil for all.
    var sources: [String]?
}

let modules: [Module] = [
    Module(name: "CofferBase", path: "Base/CofferBase", needs: ["CBase"]),
    Module(name: "CofferJSON", path: "Base/CofferJSON", needs: ["CofferBase"]),
    Module(name: "CofferCrypto", path: "Base/CofferCrypto", needs: ["CofferBase", "Crypto"]),
    Module(
        name: "CofferJOSE", path: "Base/CofferJOSE", needs: ["CofferBase", "CofferJSON", "Crypto", "CryptoExtras"]),
    Module(name: "CofferMetrics", path: "Base/CofferMetrics", needs: ["CofferBase", "CofferJSON"]),
    Module(name: "Barcode", path: "Base/Barcode"),
    Module(name: "GoTemplate", path: "Base/GoTemplate", needs: ["CofferBase", "CofferJSON", "CofferCrypto"]),
    Module(name: "HCL", path: "Base/HCL", needs: ["CofferBase", "CofferJSON"]),
    Module(name: "OpenPGP", path: "Base/OpenPGP", needs: ["CofferBase", "CofferCrypto"]),
    Module(name: "Shamir", path: "Base/Shamir", needs: ["CofferBase"]),
    Module(
        name: "SnapshotArchive", path: "Base/SnapshotArchive",
        needs: ["CBase", "CofferBase", "CofferCrypto", "CofferJSON", "CZlib"]),
    Module(name: "CofferStorage", path: "Storage/CofferStorage", needs: ["CofferBase"]),
    Module(
        name: "CofferFramework", path: "Framework/CofferFramework",
        needs: ["CofferBase", "CofferJSON", "CofferStorage"]),
    Module(
        name: "CofferTools", path: "Framework/CofferTools",
        needs: ["CofferBase", "CofferCrypto", "CofferFramework", "CofferJSON"]),
    Module(
        name: "CofferBarrier", path: "Storage/CofferBarrier",
        needs: ["CofferBase", "CofferCrypto", "CofferJSON", "CofferMetrics", "CofferStorage"]),
    Module(
        name: "PolicyService", path: "Services/PolicyService",
        needs: ["CofferBase", "CofferJSON", "CofferStorage", "CofferFramework", "HCL"]),
    Module(
        name: "AuditService", path: "Services/AuditService", needs: ["CofferBase", "CofferFramework", "CofferJSON"],
        sources: ["AuditFilter.swift", "AuditFilterParser.swift", "LinearPattern.swift", "LinearPatternParser.swift"]),
    Module(
        name: "LeaseService", path: "Services/LeaseService", needs: ["CofferBase", "CofferJSON", "CofferStorage"]),
    Module(
        name: "TokenService", path: "Services/TokenService",
        needs: ["CofferBase", "CofferCrypto", "CofferJSON", "CofferStorage", "CofferFramework", "LeaseService"]),
    Module(name: "SnapshotService", path: "Services/SnapshotService", sources: ["ObjectText.swift"]),
    Module(name: "IdentityService", path: "Services/IdentityService", sources: ["SecondFactors.swift"]),
    Module(
        name: "CofferConfig", path: "Config/CofferConfig",
        needs: ["CofferBase", "CofferFramework", "CofferJSON", "HCL"]),
    Module(name: "SQLClient", path: "Clients/SQLClient", needs: ["CofferBase", "CofferFramework", "CofferJSON"]),
    Module(name: "SocketClient", path: "Clients/SocketClient", needs: ["CofferBase"]),
    Module(name: "HTTPClient", path: "Clients/HTTPClient", sources: ["HTTPAddress.swift"]),
    Module(
        name: "HTTPAudit", path: "AuditDevices/HTTPAudit", needs: ["CofferBase", "SocketClient"],
        sources: ["HTTPAnswer.swift"]),
    Module(
        name: "MariaDBClient", path: "Clients/MariaDBClient", needs: ["CofferBase"],
        sources: ["MariaDBSettings.swift"]),
    Module(
        name: "EtcdClient", path: "Clients/EtcdClient", needs: ["CofferBase", "NIOCore"],
        sources: ["EtcdCall.swift", "EtcdEndpoint.swift", "EtcdEntry.swift", "EtcdFailure.swift", "EtcdTransaction.swift"]),
    Module(name: "RedisClient", path: "Clients/RedisClient", needs: ["NIOCore"], sources: ["RedisValue.swift"]),
    Module(
        name: "DatabaseEngine", path: "Engines/DatabaseEngine",
        needs: ["CofferBase", "CofferCrypto", "CofferJSON", "CofferStorage", "CofferFramework", "GoTemplate"]),
    Module(
        name: "TransitEngine", path: "Engines/TransitEngine",
        needs: ["CofferBase", "CofferCrypto", "CofferJSON", "CofferStorage", "CofferFramework", "CofferTools"]),
    Module(
        name: "TOTPEngine", path: "Engines/TOTPEngine",
        needs: ["CofferBase", "CofferCrypto", "CofferJSON", "CofferStorage", "CofferFramework", "Barcode"]),
    Module(
        name: "CofferCore", path: "Core/CofferCore/Pipeline", needs: ["CofferBase"], sources: ["QueryString.swift"]),
    Module(
        name: "CofferHTTP", path: "HTTP/CofferHTTP/Server", needs: ["NIOCore"],
        sources: [
            "HTTP1Parser.swift", "HTTP1Head.swift", "HTTPFields.swift", "HTTP2FrameWalk.swift", "ProxyHeader.swift",
            "AddressText.swift",
        ]),
]

// ---- nothing to add below this line when a module is added ------------------

let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    // Optimised, so that there are more executions; traps and preconditions stay in.
    .unsafeFlags(["-sanitize=fuzzer,address", "-parse-as-library", "-O"]),
]

let products: [String: Target.Dependency] = [
    "Crypto": .product(name: "Crypto", package: "swift-crypto"),
    "CryptoExtras": .product(name: "CryptoExtras", package: "swift-crypto"),
    "NIOCore": .product(name: "NIOCore", package: "swift-nio"),
]

func dependencies(_ names: [String]) -> [Target.Dependency] { names.map { products[$0] ?? .byName(name: $0) } }

let package = Package(
    name: "coffer-fuzz",
    dependencies: [
        .package(url: "https://github.com/apple/swift-crypto.git", exact: "4.5.2"),
        .package(url: "https://github.com/apple/swift-nio.git", from: "2.101.2"),
    ],
    targets: [
        .target(name: "CBase", path: "Sources-main/Base/CBase"),
        .systemLibrary(name: "CZlib", path: "Sources-main/Base/CZlib", pkgConfig: "zlib"),
        .target(name: "CFuzzer", path: "CFuzzer"),
        .target(
            name: "FuzzTargets", dependencies: dependencies(["NIOCore"] + modules.map(\.name)), path: "FuzzTargets",
            swiftSettings: settings),
        .executableTarget(
            name: "coffer-fuzz", dependencies: ["CFuzzer", "FuzzTargets"], path: "Main", swiftSettings: settings,
            linkerSettings: [.unsafeFlags(["-sanitize=fuzzer,address", "-use-ld=lld"])]),
    ]
        + modules.map { module in
            .target(
                name: module.name, dependencies: dependencies(module.needs), path: "Sources-main/\(module.path)",
                sources: module.sources, swiftSettings: settings)
        }
)
