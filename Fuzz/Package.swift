// swift-tools-version: 6.2
import PackageDescription

// A package of its own, so that the sanitizer's flags stay out of the main one.
// It builds the same sources (through the link `Sources-main`), because what the
// fuzzers call has `package` access. A fuzzer is a line in `fuzzers`, a module
// under test a line in `modules`.

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
    Module(name: "HCL", path: "Base/HCL", needs: ["CofferBase", "CofferJSON"]),
    Module(
        name: "CofferHTTP", path: "HTTP/CofferHTTP/Server",
        sources: ["HTTP1Parser.swift", "HTTP1Head.swift", "HTTPFields.swift"]),
]

/// Each has a folder here and a folder of first inputs under `Corpus`.
let fuzzers: [Module] = [
    Module(name: "fuzz-json", path: "JSON", needs: ["CofferJSON"]),
    Module(name: "fuzz-hcl", path: "HCL", needs: ["HCL"]),
    Module(name: "fuzz-http1", path: "HTTP1", needs: ["CofferHTTP"]),
]

// ---- nothing to add below this line when a fuzzer is added ------------------

let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .unsafeFlags(["-sanitize=fuzzer,address", "-parse-as-library"]),
]

func dependencies(_ names: [String]) -> [Target.Dependency] { names.map { .byName(name: $0) } }

let package = Package(
    name: "coffer-fuzz",
    targets: [
        .target(name: "CBase", path: "Sources-main/Base/CBase"),
        .target(name: "CFuzzer", path: "CFuzzer"),
    ]
        + modules.map { module in
            .target(
                name: module.name, dependencies: dependencies(module.needs), path: "Sources-main/\(module.path)",
                sources: module.sources, swiftSettings: settings)
        }
        + fuzzers.map { fuzzer in
            .executableTarget(
                name: fuzzer.name, dependencies: dependencies(["CFuzzer"] + fuzzer.needs), path: fuzzer.path,
                swiftSettings: settings, linkerSettings: [.unsafeFlags(["-sanitize=fuzzer,address", "-use-ld=lld"])])
        }
)
