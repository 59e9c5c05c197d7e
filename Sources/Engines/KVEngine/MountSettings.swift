internal import CofferFramework
internal import CofferJSON
internal import CofferStorage

/// What applies to every secret of a mount of version 2.
struct MountSettings: Sendable, Equatable {
    /// 0 means the default of 10.
    var maximumVersions: Int64 = 0
    var casRequired = false
    var deleteVersionAfter = VersionLifetime.none

    static let schema = Schema<MountSettings>(
        { MountSettings() },
        [
            Field("max_versions", \.maximumVersions, "How many versions of each secret are kept; 0 means 10."),
            Field("cas_required", \.casRequired, "Whether every write must name the current version in options.cas."),
            Field(
                "delete_version_after", \.deleteVersionAfter,
                "How long a version can be read; 0 means for ever, a negative duration switches it off everywhere."),
        ])

    /// The stored settings, or the defaults.
    ///
    /// Read beside the transaction that needs it: a change of the settings in the same moment may come
    /// before or after a write, and need not be checked with it.
    static func load(from storage: StorageView) async throws -> MountSettings {
        try decode(try await storage.get(SecretKeys.configuration))
    }

    @Sendable static func read(_ call: Call) async throws -> Reply {
        .data(schema.encode(try await load(from: call.storage)))
    }

    @Sendable static func write(_ call: Call) async throws -> Reply {
        try await call.storage.transaction { transaction in
            var settings = try decode(try await transaction.get(SecretKeys.configuration))
            try schema.merge(call.fields, into: &settings)
            if settings.maximumVersions < 0 { throw KVErrors.negativeMaximum }
            transaction.put(SecretKeys.configuration, JSON.object(schema.encode(settings)).serialized())
            return .empty
        }
    }

    private static func decode(_ bytes: [UInt8]?) throws -> MountSettings {
        guard let bytes else { return MountSettings() }
        return try schema.decode(try SecretData.parse(bytes))
    }
}
