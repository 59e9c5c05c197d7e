internal import CofferFramework
internal import CofferJSON
internal import CofferStorage

/// Reading and making versions: `data/` and `subkeys/`.
enum SecretVersions {
    /// A version that was asked for; its data is nil when deleted or destroyed.
    private struct Found {
        let metadata: SecretMetadata
        let version: SecretMetadata.Version
        let data: JSONObject?
    }

    @Sendable static func read(_ call: Call, _ input: ReadInput) async throws -> Reply {
        let found = try await find(input.version, call)
        return reply(found.data, "data", found.metadata, found.version)
    }

    @Sendable static func subkeys(_ call: Call, _ input: SubkeysInput) async throws -> Reply {
        let found = try await find(input.version, call)
        let names = found.data.map { SecretData.subkeys(of: $0, depth: max(input.depth, 0)) }
        return reply(names, "subkeys", found.metadata, found.version)
    }

    @Sendable static func write(_ call: Call, _ input: WriteInput) async throws -> Reply {
        let data = JSON.object(try input.fields()).serialized()
        let path = call.capture("path")
        return try await call.storage.transaction { transaction in
            let mount = try await MountSettings.load(from: call.storage)
            var metadata = try await SecretMetadata.load(path, &transaction) ?? SecretMetadata(created: call.now)
            try input.check(against: metadata, under: mount)
            let version = metadata.add(data, at: call.now, under: mount, path, &transaction)
            metadata.store(path, &transaction)
            return .data(metadata.wire(version))
        }
    }

    @Sendable static func patch(_ call: Call, _ input: WriteInput) async throws -> Reply {
        let changes = try input.fields()
        let path = call.capture("path")
        return try await call.storage.transaction { transaction in
            let mount = try await MountSettings.load(from: call.storage)
            guard var metadata = try await SecretMetadata.load(path, &transaction),
                let current = metadata[metadata.current]
            else { throw EngineError.notFound }
            guard current.isReadable(at: call.now) else { return reply(nil, "data", metadata, current) }
            try input.check(against: metadata, under: mount)
            guard let old = try await current.data(of: path, &transaction) else { throw KVErrors.damaged }
            let new = JSON.object(try SecretData.parse(old).mergePatched(with: changes)).serialized()
            let version = metadata.add(new, at: call.now, under: mount, path, &transaction)
            metadata.store(path, &transaction)
            return .data(metadata.wire(version))
        }
    }

    private static func find(_ number: Int64, _ call: Call) async throws -> Found {
        let path = call.capture("path")
        // A write between the two reads may prune the version just found: then the second look tells.
        for _ in 0..<2 {
            guard let metadata = try await SecretMetadata.load(path, from: call.storage),
                let version = metadata[number > 0 ? number : metadata.current]
            else { throw EngineError.notFound }
            guard version.isReadable(at: call.now) else {
                return Found(metadata: metadata, version: version, data: nil)
            }
            if let bytes = try await version.data(of: path, in: call.storage) {
                return Found(metadata: metadata, version: version, data: try SecretData.parse(bytes))
            }
        }
        throw KVErrors.damaged
    }

    /// A deleted or destroyed version is a 404 with a body (contract, "Examples" 3).
    private static func reply(
        _ content: JSONObject?, _ name: String, _ metadata: SecretMetadata, _ version: SecretMetadata.Version
    ) -> Reply {
        var data = JSONObject()
        data.append(name, content.map { .object($0) } ?? .null)
        data.append("metadata", .object(metadata.wire(version)))
        return Reply(.data(data), status: content == nil ? 404 : nil)
    }
}
