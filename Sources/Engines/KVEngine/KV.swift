package import CofferFramework

/// The key-value secrets engine: free-form secrets, with or without versions.
package enum KV {
    /// `kv`; the mount option `version` chooses between the two layouts.
    package static let kind = kind(type: "kv", versions: ["1", "2"])
    /// `generic`, the engine's former name; always version 1.
    package static let genericKind = kind(type: "generic", versions: ["1"])

    /// Secrets are read as they are stored.
    static let readOnStandby = PathTraits.traits { $0.readOnStandby = [.read, .list, .scan] }

    private static func kind(type: String, versions: [String]) -> EngineKind {
        var kind = EngineKind(type: type, class: .secret, version: "v0.24.0+builtin") { context in
            if context.mount.options["version"] == "2" { return KVVersion2() }
            return KVVersion1()
        }
        kind.checkOptions = { (options) throws(EngineError) in
            guard let version = options["version"], !version.isEmpty else { return options }
            guard versions.contains(version) else { throw KVErrors.unknownVersion(allowed: versions) }
            return options
        }
        return kind
    }
}
