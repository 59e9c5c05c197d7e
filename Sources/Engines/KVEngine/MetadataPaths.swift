internal import CofferFramework
internal import CofferJSON
internal import CofferStorage

/// Settings, names and removal of whole secrets: `metadata/`.
enum MetadataPaths {
    @Sendable static func read(_ call: Call) async throws -> Reply {
        guard let metadata = try await SecretMetadata.load(call.capture("path"), from: call.storage) else {
            throw EngineError.notFound
        }
        return .data(metadata.wire)
    }

    /// Makes a secret without versions when there is none.
    @Sendable static func write(_ call: Call) async throws -> Reply {
        try await change(call, orMake: true) { try SecretSettings.schema.merge(call.fields, into: &$0) }
    }

    /// RFC 7396 on the settings: null brings back a default, or removes one custom pair.
    @Sendable static func patch(_ call: Call) async throws -> Reply {
        try await change(call, orMake: false) { settings in
            let patched = SecretSettings.schema.encode(settings).mergePatched(with: call.fields)
            settings = try SecretSettings.schema.decode(patched)
        }
    }

    @Sendable static func delete(_ call: Call) async throws -> Reply {
        let path = call.capture("path")
        return try await call.storage.transaction { transaction in
            guard let metadata = try await SecretMetadata.load(path, &transaction) else { return .empty }
            for version in metadata.versions { version.deleteEntry(of: path, &transaction) }
            transaction.delete(SecretKeys.metadata(path))
            return .empty
        }
    }

    @Sendable static func list(_ call: Call, _ page: Page) async throws -> Reply {
        try await call.list(SecretKeys.metadata(call.capture("path")), page)
    }

    @Sendable static func scan(_ call: Call, _ page: Page) async throws -> Reply {
        try await call.scan(SecretKeys.metadata(call.capture("path")), page)
    }

    /// The names of a list or scan, each secret with its settings and versions.
    static func detailed(
        _ names: @escaping @Sendable (Call, Page) async throws -> Reply
    ) -> @Sendable (Call, Page) async throws -> Reply {
        { call, page in
            let reply = try await names(call, page)
            guard case .data(var data) = reply.body else { return reply }
            var info = JSONObject()
            for key in data["keys"]?.arrayValue?.compactMap(\.stringValue) ?? [] where !key.hasSuffix("/") {
                let path = call.capture("path") + key
                if let metadata = try await SecretMetadata.load(path, from: call.storage) {
                    info.append(key, .object(metadata.wire))
                }
            }
            data["key_info"] = .object(info)
            return .data(data)
        }
    }

    private static func change(
        _ call: Call, orMake makes: Bool, _ body: (inout SecretSettings) throws -> Void
    ) async throws -> Reply {
        let path = call.capture("path")
        return try await call.storage.transaction { transaction in
            let mount = try await MountSettings.load(from: call.storage)
            let stored = try await SecretMetadata.load(path, &transaction)
            guard var metadata = stored ?? (makes ? SecretMetadata(created: call.now) : nil) else {
                throw EngineError.notFound
            }
            try body(&metadata.settings)
            try metadata.settings.validate()
            metadata.updated = call.now
            metadata.store(path, &transaction)
            var reply = Reply.empty
            reply.warnings = metadata.settings.warnings(under: mount, given: call.fields)
            return reply
        }
    }
}
