internal import CofferBase
internal import CofferFramework
internal import CofferJSON
internal import CofferStorage

/// `oidc/key`: the keys that sign identity tokens.
struct SigningKeyPaths: Sendable {
    let oidc: OIDC

    struct Rotation: Sendable {
        var verificationTTL: Duration?

        static let schema = Schema<Rotation>(
            { Rotation() },
            [Field("verification_ttl", \.verificationTTL, "How long the key that signed so far still verifies.")])
    }

    private static let help = ["name": "Name of the key."]

    var paths: [Path] { [list, one, rotate] }

    private var list: Path {
        Path(
            "oidc/key", "List the names of keys.",
            [
                Verb(.list, "oidc-list-keys", "List the names of keys.", Page.schema) { call, page in
                    try .keys(page.part(of: try await oidc.keys.names(in: call.storage)))
                }
            ])
    }

    private var one: Path {
        Path(
            "oidc/key/:name", "Read, write or delete a key.", captures: Self.help,
            exists: { call in try await oidc.keys.load(call.capture("name"), from: call.storage) != nil },
            [
                Verb(.read, "oidc-read-key", "Read a key.") { call in
                    guard let key = try await oidc.keys.load(call.capture("name"), from: call.storage) else {
                        throw EngineError.notFound
                    }
                    return .data(NamedKey.input.encodeForReading(key).sortedByKey)
                },
                Verb(writing: NamedKey.input, "oidc-write-key", "Create or change a key.") { call in
                    try await write(call)
                },
                Verb(.delete, "oidc-delete-key", "Delete a key.") { call in try await delete(call) },
            ])
    }

    private func write(_ call: Call) async throws -> Reply {
        let name = call.capture("name")
        let longest = try await oidc.longestTTL(withKey: name, in: call.storage)
        let fields = call.fields
        try await oidc.keys.write(name, in: call.storage) { key in
            try NamedKey.input.merge(fields, into: &key)
            if longest > key.verificationTTL { throw OIDCTexts.keyTooShort }
        }
        return .empty
    }

    private func delete(_ call: Call) async throws -> Reply {
        let name = call.capture("name")
        if name == NamedKeys.defaultName { throw OIDCTexts.defaultKeyStays }
        let roles = try await oidc.roles.all(in: call.storage).filter { $0.record.key == name }.map(\.name)
        if !roles.isEmpty { throw OIDCTexts.referenced("key", name, by: "roles", roles) }
        let clients = try await oidc.clients.all(in: call.storage).filter { $0.record.key == name }.map(\.name)
        if !clients.isEmpty { throw OIDCTexts.referenced("key", name, by: "clients", clients) }
        try await oidc.keys.delete(name, from: call.storage)
        return .empty
    }

    private var rotate: Path {
        Path(
            "oidc/key/:name/rotate", "Let the next key sign from now on.", captures: Self.help,
            [
                Verb(.update, "oidc-rotate-key", "Let the next key sign from now on.", Rotation.schema) { call, input in
                    try await oidc.keys.rotate(call.capture("name"), ttl: input.verificationTTL, in: call.storage)
                    return .empty
                }
            ])
    }
}
