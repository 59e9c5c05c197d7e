internal import CofferFramework
internal import CofferStorage

/// Deleting versions, bringing them back, destroying them. Unknown numbers and secrets are passed over.
enum VersionChanges {
    @Sendable static func deleteCurrent(_ call: Call) async throws -> Reply {
        try await change(call) { metadata, _ in delete(metadata.current, in: &metadata, call) }
    }

    @Sendable static func delete(_ call: Call, _ input: VersionsInput) async throws -> Reply {
        try requireVersions(input)
        return try await change(call) { metadata, _ in
            for number in input.versions { delete(number, in: &metadata, call) }
        }
    }

    @Sendable static func undelete(_ call: Call, _ input: VersionsInput) async throws -> Reply {
        try requireVersions(input)
        return try await change(call) { metadata, _ in
            for number in input.versions where metadata[number]?.isDestroyed == false {
                metadata[number]?.deletion = nil
            }
        }
    }

    @Sendable static func destroy(_ call: Call, _ input: VersionsInput) async throws -> Reply {
        if input.versions.isEmpty { throw KVErrors.noVersionsToDestroy }
        let path = call.capture("path")
        return try await change(call) { metadata, transaction in
            for number in input.versions where metadata[number]?.isDestroyed == false {
                metadata[number]?.deleteEntry(of: path, &transaction)
                metadata[number]?.destroy()
            }
        }
    }

    private static func requireVersions(_ input: VersionsInput) throws(EngineError) {
        if input.versions.isEmpty { throw KVErrors.noVersions }
    }

    /// A version that is deleted already keeps its time.
    private static func delete(_ number: Int64, in metadata: inout SecretMetadata, _ call: Call) {
        guard let version = metadata[number], version.isReadable(at: call.now) else { return }
        metadata[number]?.deletion = call.now
    }

    private static func change(
        _ call: Call, _ body: (inout SecretMetadata, inout Transaction) -> Void
    ) async throws -> Reply {
        let path = call.capture("path")
        return try await call.storage.transaction { transaction in
            guard let old = try await SecretMetadata.load(path, &transaction) else { return .empty }
            var new = old
            body(&new, &transaction)
            if new != old { new.store(path, &transaction) }
            return .empty
        }
    }
}
