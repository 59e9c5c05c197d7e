package import CofferFramework
internal import CofferJSON
internal import CofferStorage

/// Free-form storage that belongs to one token and ends with it.
///
/// Everything lies below the token's cubbyhole id; the token service deletes that
/// folder when the token is revoked, so the engine itself removes nothing.
package struct Cubbyhole: Engine {
    package let paths = PathTable([root, secret])

    package init() {}

    package static let kind: EngineKind = {
        var kind = EngineKind(type: "cubbyhole", class: .secret, version: "v1.20.0+builtin.vault") { _ in Cubbyhole() }
        kind.isBuiltIn = true
        return kind
    }()

    static let onlyServiceTokens = EngineError.badRequest(
        "cubbyhole operations are only supported by \"service\" type tokens")
    static let missingFields = EngineError.badRequest("missing data fields")

    private static let synopsis = "Storage of any fields that only the calling token can reach."

    /// `LIST cubbyhole`, which has no path to capture.
    private static let root = Path(
        "", synopsis,
        [
            Verb(.list, "list-root", "List the names at the root of the token's cubbyhole.", Page.schema, list),
            Verb(.scan, "scan-root", "List the names of all secrets of the cubbyhole.", Page.schema, scan),
        ])

    private static let secret = Path(
        "*path", synopsis,
        description: "Two tokens never see each other's cubbyhole, not even with the same policies. "
            + "The content ends with the token.",
        captures: ["path": "Location of the secret."], exists: exists,
        [
            Verb(.read, "read", "Read the secret at the path.", read),
            Verb(freeForm: .update, "write", "Store a secret at the path.", write),
            Verb(.delete, "delete", "Delete the secret at the path.") { call in
                try await call.storage.delete(try key(call))
                return .empty
            },
            Verb(.list, "list", "List the names below the path.", Page.schema, list),
            Verb(.scan, "scan", "List the names of all secrets below the path.", Page.schema, scan),
        ])

    /// The place of the path in the caller's own folder. Nobody else's can be named:
    /// the folder comes from the token and a clean path cannot leave it.
    private static func key(_ call: Call) throws(EngineError) -> StorageKey {
        guard let caller = call.caller else { throw .permissionDenied }
        if caller.cubbyholeID.isEmpty { throw onlyServiceTokens }
        return StorageKey(caller.cubbyholeID + "/" + call.capture("path"))
    }

    @Sendable private static func exists(_ call: Call) async throws -> Bool {
        guard let caller = call.caller, !caller.cubbyholeID.isEmpty else { return false }
        return try await call.storage.get(try key(call)) != nil
    }

    @Sendable private static func list(_ call: Call, _ page: Page) async throws -> Reply {
        try await call.list(try key(call), page)
    }

    @Sendable private static func scan(_ call: Call, _ page: Page) async throws -> Reply {
        try await call.scan(try key(call), page)
    }

    @Sendable private static func read(_ call: Call) async throws -> Reply {
        guard let bytes = try await call.storage.get(try key(call)) else { throw EngineError.notFound }
        do {
            return .data(try JSON.parseObject(bytes, limits: .trusted))
        } catch {
            throw EngineError.internal("a stored secret is damaged; see the server log")
        }
    }

    @Sendable private static func write(_ call: Call, _ fields: JSONObject) async throws -> Reply {
        let key = try key(call)
        if fields.isEmpty { throw missingFields }
        try await call.storage.put(key, JSON.object(fields).serialized())
        return .empty
    }
}
