internal import CofferFramework
internal import CofferJSON
internal import CofferStorage

/// What holds for the whole mount: whether encrypting creates keys, and how many decoded keys are kept.
struct MountSettings: Sendable {
    let cache: KeyCache

    struct KeyRules: Sendable {
        /// Encrypting with a key that does not exist creates none.
        var disableUpsert = false

        static let schema = Schema<KeyRules>(
            { KeyRules() },
            [Field("disable_upsert", \.disableUpsert, "Whether encrypting with an unknown key creates none.")])
    }

    struct CacheSize: Sendable {
        var size: Int64 = 0

        static let schema = Schema<CacheSize>(
            { CacheSize() },
            [Field("size", \.size, "How many keys are kept ready; 0 for all, else at least 10.")])
    }

    private static let rulesKey: StorageKey = "config/keys"
    private static let cacheKey: StorageKey = "config/cache"
    private static let smallestCache: Int64 = 10

    var paths: [Path] { [rulesPath, cachePath] }

    func read(_ storage: StorageView) async throws -> KeyRules {
        try await Self.load(Self.rulesKey, KeyRules.schema, storage)
    }

    /// At the first request of the mount: the cache of this process starts without a limit.
    func applyCacheSize(_ storage: StorageView) async throws {
        let stored = try await Self.load(Self.cacheKey, CacheSize.schema, storage)
        cache.setLimit(Int(clamping: stored.size))
    }

    private static func load<Record>(
        _ key: StorageKey, _ schema: Schema<Record>, _ storage: StorageView
    ) async throws -> Record {
        guard let bytes = try await storage.get(key) else { return try schema.decode([:]) }
        return try schema.decode(try JSON.parseObject(bytes, limits: .trusted))
    }

    private var rulesPath: Path {
        Path(
            "config/keys", "Rules for all keys of the mount.",
            [
                Verb(.read, "read-keys-configuration", "Read the rules for all keys.") { call in
                    .data(KeyRules.schema.encode(try await read(call.storage)))
                },
                Verb(writing: KeyRules.schema, "configure-keys", "Change the rules for all keys.") { call in
                    var rules = try await read(call.storage)
                    try KeyRules.schema.merge(call.fields, into: &rules)
                    let object = KeyRules.schema.encode(rules)
                    try await call.storage.put(Self.rulesKey, JSON.object(object).serialized())
                    return .data(object)
                },
            ])
    }

    private var cachePath: Path {
        Path(
            "cache-config", "How many keys are kept ready for use.",
            [
                Verb(.read, "read-cache-configuration", "Read the size of the cache.") { call in
                    .data(CacheSize.schema.encode(try await Self.load(Self.cacheKey, CacheSize.schema, call.storage)))
                },
                Verb(.update, "configure-cache", "Change the size of the cache.", CacheSize.schema) { call, input in
                    guard input.size == 0 || input.size >= Self.smallestCache else { throw TransitErrors.cacheSize }
                    let object = CacheSize.schema.encode(input)
                    try await call.storage.put(Self.cacheKey, JSON.object(object).serialized())
                    cache.setLimit(Int(clamping: input.size))
                    return .data(object)
                },
            ])
    }
}
