internal import CofferBase
package import CofferFramework
internal import CofferJSON
internal import CofferStorage

/// Secrets without versions: each path holds one object of any fields.
package struct KVVersion1: Engine {
    package let paths = PathTable([root, secret])

    package init() {}

    private static let synopsis = "Pass-through secret storage: any fields at any path."

    /// `LIST` of the mount itself, which has no path to capture.
    private static let root = Path(
        "", synopsis, traits: KV.readOnStandby,
        [
            Verb(.list, "list-root", "List the names at the root of the mount.", Page.schema, list),
            Verb(.scan, "scan-root", "List the names of all secrets of the mount.", Page.schema, scan),
        ])

    private static let secret = Path(
        "*path", synopsis,
        description: "The fields of a write replace all fields that were there. A field `ttl` (or `lease`) is only a "
            + "hint for readers: it becomes the lease_duration of reads and expires nothing.",
        captures: ["path": "Location of the secret."], traits: KV.readOnStandby,
        exists: { call in try await call.storage.get(key(call)) != nil },
        [
            Verb(.read, "read", "Read the secret at the path.", read),
            Verb(freeForm: .update, "write", "Store a secret at the path.", write),
            Verb(.delete, "delete", "Delete the secret at the path.") { call in
                try await call.storage.delete(key(call))
                return .empty
            },
            Verb(.list, "list", "List the names below the path.", Page.schema, list),
            Verb(.scan, "scan", "List the names of all secrets below the path.", Page.schema, scan),
        ])

    private static func key(_ call: Call) -> StorageKey { SecretKeys.plain(call.capture("path")) }

    @Sendable private static func list(_ call: Call, _ page: Page) async throws -> Reply {
        try await call.list(key(call), page)
    }

    @Sendable private static func scan(_ call: Call, _ page: Page) async throws -> Reply {
        try await call.scan(key(call), page)
    }

    @Sendable private static func read(_ call: Call) async throws -> Reply {
        guard let bytes = try await call.storage.get(key(call)) else { throw EngineError.notFound }
        let secret = try SecretData.parse(bytes)
        var reply = Reply.data(secret)
        reply.advisoryLeaseSeconds = advisoryLease(secret) ?? call.mount.defaultTTL.wholeSeconds
        return reply
    }

    @Sendable private static func write(_ call: Call, _ fields: JSONObject) async throws -> Reply {
        if fields.isEmpty { throw KVErrors.missingFields }
        try await call.storage.put(key(call), JSON.object(fields).serialized())
        return .empty
    }

    /// Nil when the secret names no duration, or one that cannot be read.
    private static func advisoryLease(_ secret: JSONObject) -> Int64? {
        guard let wire = secret["ttl"] ?? secret["lease"], !wire.isNull else { return nil }
        return Duration(wire: wire)?.wholeSeconds
    }
}
