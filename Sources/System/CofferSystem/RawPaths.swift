internal import CofferBarrier
internal import CofferBase
internal import CofferCore
internal import CofferFramework
internal import CofferJSON
internal import CofferStorage

/// `sys/raw`: the decrypted storage, where `raw_storage_endpoint` allows it.
struct RawPaths {
    let core: Core

    struct Input: Sendable {
        var value = ""
        var encoding = ""
        var compressed = false
        var compressionType = ""

        static let schema = Schema<Input>(
            { Input() },
            [
                Field("value", \.value, "The value to store.").secret,
                Field("encoding", \.encoding, "Empty, or base64."),
                Field("compressed", \.compressed, "Decompress when reading; values are not compressed here."),
                Field("compression_type", \.compressionType, "Not supported: values are stored as they are."),
            ])
    }

    /// Entries that hold keys, or that the barrier does not encrypt.
    private static let protected = [
        "core/keyring", "core/hsm/", "core/seal-config", "core/master", "core/recovery-config", "core/recovery-key",
        "core/shamir-kek", "core/upgrade/", "core/unseal-keys-backup", "core/recovery-keys-backup",
    ]

    private static let sudo = PathTraits.traits {
        $0.sudo = [.read, .update, .delete, .list]
    }

    var paths: [Path] {
        [
            Path(
                "raw", "The decrypted storage.", traits: Self.sudo,
                [
                    Verb(.list, "raw-list-root", "List names at the top.", Page.schema) { _, page in
                        try await list("", page)
                    }
                ]),
            Path(
                "raw/*path", "An entry of the decrypted storage.", captures: ["path": "Key of the entry."],
                traits: Self.sudo,
                [
                    Verb(.read, "raw-read", "Read an entry.", Input.schema) { call, input in
                        try await read(call, input)
                    },
                    Verb(.update, "raw-write", "Write an entry.", Input.schema) { call, input in
                        try await write(call, input)
                    },
                    Verb(.delete, "raw-delete", "Delete an entry.") { call in
                        try await commit(.delete, at: try Self.key(call, "delete"))
                    },
                    Verb(.list, "raw-list", "List names below a key.", Page.schema) { call, page in
                        try await list(call.capture("path"), page)
                    },
                ]),
        ]
    }

    private static func key(_ call: Call, _ verb: String) throws(EngineError) -> StorageKey {
        let path = call.capture("path")
        for name in protected where path == name || (name.hasSuffix("/") && path.hasPrefix(name)) {
            throw .badRequest("cannot \(verb) '\(name)'")
        }
        return StorageKey(path)
    }

    private func list(_ folder: String, _ page: Page) async throws -> Reply {
        let barrier = try core.openBarrier()
        return try .keys(
            try await barrier.children(of: StorageKey(folder), after: page.start, limit: page.maximum))
    }

    private func read(_ call: Call, _ input: Input) async throws -> Reply {
        guard let stored = try await core.openBarrier().get(try Self.key(call, "read")) else {
            throw EngineError.notFound
        }
        if input.encoding == "base64" { return .data(["value": .string(Base64.standard.encode(stored.value))]) }
        guard input.encoding.isEmpty else { throw Self.wrongEncoding }
        guard let text = String(validating: stored.value, as: UTF8.self) else {
            throw EngineError.badRequest("the value is not text; read it with encoding=base64")
        }
        return .data(["value": .string(text)])
    }

    private func write(_ call: Call, _ input: Input) async throws -> Reply {
        let key = try Self.key(call, "write")
        guard input.compressionType.isEmpty else {
            throw EngineError.badRequest("compression is not supported; leave compression_type out")
        }
        switch input.encoding {
        case "": return try await commit(.put(Array(input.value.utf8)), at: key)
        case "base64":
            guard let bytes = Base64.standard.decode(input.value) else {
                throw EngineError.badRequest("the value is not base64")
            }
            return try await commit(.put(bytes), at: key)
        default: throw Self.wrongEncoding
        }
    }

    private static let wrongEncoding = EngineError.badRequest("invalid encoding; leave it out or use base64")

    private func commit(_ change: WriteBatch.Change, at key: StorageKey) async throws -> Reply {
        let barrier = try core.openBarrier()
        var batch = WriteBatch(epoch: barrier.epoch)
        batch.changes[key] = change
        try await barrier.commit(batch)
        return .empty
    }
}
