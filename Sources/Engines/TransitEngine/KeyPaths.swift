internal import CofferBase
internal import CofferFramework
internal import CofferJSON
internal import CofferStorage

/// Making, reading, changing, rotating, trimming and deleting keys.
struct KeyPaths: Sendable {
    let keys: KeyStore

    var paths: [Path] { [listPath, keyPath, settingsPath, rotatePath, trimPath] + softDeletionPaths }

    private var listPath: Path {
        Path(
            "keys", "Names of keys.",
            [
                Verb(.list, "list-keys", "List the names of the keys.", Page.schema) { call, page in
                    try await call.list(KeyStore.folder, page)
                }
            ])
    }

    // MARK: keys/:name

    struct ReadInput: Sendable {
        var context = ""

        static let schema = Schema<ReadInput>(
            { ReadInput() },
            [
                Field(
                    "context", \.context, "Shows the public keys of a derived Ed25519 key for this context, in base64."
                ).query
            ])
    }

    private var keyPath: Path {
        Path(
            "keys/:name", "A named key.",
            description: "A write without fields makes an AES-256 key. Key material is never shown here.",
            captures: Path.transitCaptures,
            [
                Verb(.read, "read-key", "Read the settings and the public parts of a key.", ReadInput.schema, read),
                Verb(.update, "create-key", "Make a key.", KeyInput.schema, create),
                Verb(.delete, "delete-key", "Delete a key for good, where its settings allow it.", delete),
            ])
    }

    @Sendable private func read(_ call: Call, _ input: ReadInput) async throws -> Reply {
        let ring = try await keys.ring(call, or: .notFound)
        guard let context = try? GoBase64.decode(input.context) else { throw TransitErrors.wrongContext }
        return .data(try ring.description(context: context))
    }

    @Sendable private func create(_ call: Call, _ input: KeyInput) async throws -> Reply {
        let key = try input.key(named: call.capture("name"))
        let isNew = try await keys.create(key, call)
        let reply = try await describe(call)
        return isNew ? reply : reply.warning(TransitErrors.alreadyExists(key.name))
    }

    @Sendable private func delete(_ call: Call) async throws -> Reply {
        let name = call.capture("name")
        try await keys.change(name, in: call.storage) { key, transaction in
            guard let found = key else { throw TransitErrors.deletion(of: name, "could not delete key; not found") }
            guard found.allowsDeletion else {
                throw TransitErrors.deletion(of: name, "deletion is not allowed for this key")
            }
            transaction.deleteVersions(found.oldest..<found.latest + 1, of: found)
            key = nil
        }
        return .empty
    }

    private func describe(_ call: Call) async throws -> Reply {
        .data(try await keys.ring(call, or: TransitErrors.keyNotFound).description())
    }

    // MARK: changes

    private var settingsPath: Path {
        .transit(
            .update, "keys/:name/config", "configure-key", "Change settings of a key.", KeySettingsInput.schema
        ) { call, input in
            let missing = TransitErrors.noKey(named: call.capture("name"))
            let warning = try await change(call, or: missing) { key, _ in try input.apply(to: &key) }
            let reply = try await describe(call)
            return warning.map(reply.warning) ?? reply
        }
    }

    private var rotatePath: Path {
        .transit(
            .update, "keys/:name/rotate", "rotate-key", "Add a version to a key.",
            description: "New data is encrypted with the new version; older versions still decrypt.",
            Schema({ KeyInput() }, KeyInput.managed)
        ) { call, _ in
            let ring = try await keys.ring(call, or: TransitErrors.keyNotFound)
            try await keys.rotate(ring, in: call.storage, at: call.now, call.random)
            return try await describe(call)
        }
    }

    struct TrimInput: Sendable {
        var minimumAvailable: Int64?

        static let schema = Schema<TrimInput>(
            { TrimInput() },
            [Field("min_available_version", \.minimumAvailable, "Versions below are removed for good.")])
    }

    private var trimPath: Path {
        .transit(
            .update, "keys/:name/trim", "trim-key", "Remove the oldest versions of a key for good.", TrimInput.schema
        ) { call, input in
            try await change(call, or: TransitErrors.invalidName) { key, transaction in
                guard let minimum = input.minimumAvailable else { throw TransitErrors.noTrimVersion }
                try Self.checkTrim(key, to: minimum)
                transaction.deleteVersions(key.oldest..<max(minimum, key.oldest), of: key)
                key.minimumAvailable = minimum
            }
            return try await describe(call)
        }
    }

    private static func checkTrim(_ key: Key, to minimum: Int64) throws(EngineError) {
        if minimum < key.minimumAvailable { throw TransitErrors.trimBackwards }
        if key.minimumEncryption == 0 { throw TransitErrors.trimUnset("encryption") }
        if minimum > key.minimumEncryption { throw TransitErrors.trimAbove("encryption", "minmum") }
        if minimum > key.minimumDecryption { throw TransitErrors.trimAbove("decryption") }
        if minimum == 0 { throw TransitErrors.trimZero }
    }

    // MARK: soft deletion

    private var softDeletionPaths: [Path] {
        let none = Schema({ KeyInput() }, [])
        return [
            .transit(
                .delete, "keys/:name/soft-delete", "soft-delete-key", "Put a key out of use.",
                description: "It can be brought back by a write to `soft-delete-restore`.", none
            ) { call, _ in try await setSoftDeleted(call, true, "key was already marked as soft deleted") },
            .transit(
                .update, "keys/:name/soft-delete-restore", "soft-delete-restore-key", "Bring a key back into use.",
                none
            ) { call, _ in try await setSoftDeleted(call, false, "key was already restored") },
        ]
    }

    private func setSoftDeleted(_ call: Call, _ isDeleted: Bool, _ unchanged: String) async throws -> Reply {
        let isChanged = try await change(call, or: .notFound, includesDeleted: true) { key, _ in
            defer { key.isSoftDeleted = isDeleted }
            return key.isSoftDeleted != isDeleted
        }
        let reply = try await describe(call)
        return isChanged ? reply : reply.warning(unchanged)
    }

    private func change<R>(
        _ call: Call, or missing: EngineError, includesDeleted: Bool = false,
        _ body: (inout Key, inout Transaction) throws -> R
    ) async throws -> R {
        try await keys.change(call.capture("name"), in: call.storage) { key, transaction in
            guard var found = key else { throw missing }
            if found.isSoftDeleted, !includesDeleted { throw TransitErrors.softDeleted }
            defer { key = found }
            return try body(&found, &transaction)
        }
    }
}
