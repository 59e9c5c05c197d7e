internal import CofferBase
internal import CofferFramework
internal import CofferJSON
internal import CofferStorage

/// What holds for the whole mount: whether encrypting creates keys, and how many decoded keys are kept.
struct MountSettings: Sendable {
    let cache: NamedCache<KeyRing>

    struct KeyRules: Sendable {
        /// Encrypting with a key that does not exist creates none.
        var disableUpsert = false
    }

    struct CacheSize: Sendable {
        var size: Int64 = 0
    }

    private static let rules = Setting(
        "config/keys",
        Schema({ KeyRules() }, [Field("disable_upsert", \.disableUpsert, "Encrypting with an unknown key makes none.")])
    )
    private static let size = Setting(
        "config/cache",
        Schema({ CacheSize() }, [Field("size", \.size, "How many keys are kept ready; 0 for all, else at least 10.")]))
    private static let smallestCache: Int64 = 10

    var paths: [Path] {
        [
            Self.rules.path("config/keys", "keys-configuration", "configure-keys", "Rules for all keys.") { _ in },
            Self.size.path("cache-config", "cache-configuration", "configure-cache", "Size of the cache of keys.") {
                guard $0.size == 0 || $0.size >= Self.smallestCache else { throw TransitErrors.cacheSize }
                cache.setLimit(Int(clamping: $0.size))
            },
        ]
    }

    func read(_ storage: StorageView) async throws -> KeyRules { try await Self.rules.read(storage) }

    /// The cache of an engine that was just made has no limit yet.
    func applyCacheSize(_ storage: StorageView) async throws {
        cache.setLimit(Int(clamping: try await Self.size.read(storage).size))
    }
}

/// One entry of settings, and a path that reads and writes it; both answer with all of them.
private struct Setting<Record: Sendable>: Sendable {
    private let key: StorageKey
    private let schema: Schema<Record>

    init(_ key: StorageKey, _ schema: Schema<Record>) {
        self.key = key
        self.schema = schema
    }

    func read(_ storage: StorageView) async throws -> Record {
        guard let bytes = try await storage.get(key) else { return try schema.decode([:]) }
        return try schema.decode(try JSON.parseObject(bytes, limits: .trusted))
    }

    /// - Parameter apply: checks new settings before they are stored, and puts them to use.
    func path(
        _ pattern: String, _ noun: String, _ writeID: String, _ synopsis: String,
        _ apply: @escaping @Sendable (Record) throws -> Void
    ) -> Path {
        Path(
            pattern, synopsis,
            [
                Verb(.read, "read-" + noun, synopsis) { call in .data(schema.encode(try await read(call.storage))) },
                Verb(writing: schema, writeID, synopsis) { call in
                    var record = try await read(call.storage)
                    try schema.merge(call.fields, into: &record)
                    try apply(record)
                    let object = schema.encode(record)
                    try await call.storage.put(key, JSON.object(object).serialized())
                    return .data(object)
                },
            ])
    }
}
