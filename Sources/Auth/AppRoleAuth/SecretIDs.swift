internal import CofferBase
internal import CofferFramework
internal import CofferJSON
internal import CofferStorage

/// Where secret ids are kept. One commit makes or removes all entries of one.
///
/// | entry | holds |
/// |---|---|
/// | `secret-id/<folder>/<hash>` | the record |
/// | `accessor/<folder>/<accessor>` | the hash; an accessor is only known to the role it belongs to (CVE-2023-24999) |
/// | `due/<end>/<folder>/<hash>` | nothing: the key is the calendar of those that end |
/// | `dead/<folder>` | nothing: the role of this folder is gone, and its secret ids are to be removed |
enum SecretIDs {
    static func load(
        _ hash: String, of role: Role, in transaction: inout Transaction, at now: Timestamp,
        _ known: DecodedEntries<SecretID>? = nil
    ) async throws -> SecretID? {
        let key = key(role.folder, hash)
        let secretID =
            if let known {
                try await transaction.get(key, known, decode)
            } else {
                try await transaction.get(key).map(decode)
            }
        // It ends when its time is over, whether or not it was tidied up by then.
        return secretID?.isExpired(at: now) == false ? secretID : nil
    }

    private static func decode(_ stored: [UInt8]) throws(EngineError) -> SecretID {
        do {
            return try SecretID.schema.restore(try JSON.parseObject(stored, limits: .trusted))
        } catch {
            throw EngineError.internal("a stored secret id is damaged; see the server log")
        }
    }

    /// The hash that an accessor of this role stands for.
    static func hash(
        accessor: String, of role: Role, in transaction: inout Transaction
    ) async throws -> String? {
        // Only what an accessor can be becomes part of a key.
        guard accessor.utf8.allSatisfy({ $0 == UInt8(ascii: "-") || Hex.value($0) != nil }) else { return nil }
        return try await transaction.get(accessorKey(role.folder, accessor)).map { String(decoding: $0, as: UTF8.self) }
    }

    static func insert(
        _ secretID: SecretID, _ hash: String, of role: Role, in transaction: inout Transaction
    ) async throws {
        if try await transaction.get(key(role.folder, hash)) != nil { throw AppRoleErrors.secretIDTaken }
        update(secretID, hash, of: role, in: &transaction)
        transaction.put(accessorKey(role.folder, secretID.accessor), Array(hash.utf8))
        if let end = secretID.expiration.time { transaction.put(dueKey(end, role.folder, hash), []) }
    }

    static func update(
        _ secretID: SecretID, _ hash: String, of role: Role, in transaction: inout Transaction
    ) {
        transaction.put(key(role.folder, hash), JSON.object(SecretID.schema.encode(secretID)).serialized())
    }

    static func remove(_ secretID: SecretID, _ hash: String, of role: Role, in transaction: inout Transaction) {
        transaction.delete(key(role.folder, hash))
        transaction.delete(accessorKey(role.folder, secretID.accessor))
        if let end = secretID.expiration.time { transaction.delete(dueKey(end, role.folder, hash)) }
    }

    // MARK: tidying

    /// From now on nothing can reach the secret ids of the role, and the next `tidy` removes them.
    static func abandon(_ role: Role, in transaction: inout Transaction) {
        transaction.put(StorageKey("dead/" + role.folder), [])
    }

    /// Removes what has ended and what a deleted role has left.
    /// - Returns: when the next one ends.
    static func tidy(_ storage: StorageView, at now: Timestamp) async throws -> Timestamp? {
        while let folder = try await storage.children(of: "dead/", limit: 1).first {
            try await storage.deleteAll(below: StorageKey("secret-id/\(folder)/"))
            try await storage.deleteAll(below: StorageKey("accessor/\(folder)/"))
            try await storage.delete(StorageKey("dead/" + folder))
        }
        while let key = try await storage.scan("due/", limit: 1).first {
            let parts = key.description.split(separator: "/").map(String.init)
            guard parts.count == 4, let seconds = Int64(parts[1]) else {
                try await storage.delete(key)
                continue
            }
            let end = Timestamp(seconds: seconds)
            if end > now { return end }
            try await removeEnded(key, folder: parts[2], hash: parts[3], storage)
        }
        return nil
    }

    private static func removeEnded(
        _ due: StorageKey, folder: String, hash: String, _ storage: StorageView
    ) async throws {
        try await storage.transaction { transaction in
            transaction.delete(due)
            guard let stored = try await transaction.get(key(folder, hash)) else { return }
            transaction.delete(key(folder, hash))
            let object = try? JSON.parseObject(stored, limits: .trusted)
            guard let accessor = object?["secret_id_accessor"]?.stringValue else { return }
            transaction.delete(accessorKey(folder, accessor))
        }
    }

    // MARK: keys

    static func accessors(of role: Role) -> StorageKey { StorageKey("accessor/\(role.folder)/") }

    private static func key(_ folder: String, _ hash: String) -> StorageKey {
        StorageKey("secret-id/\(folder)/\(hash)")
    }

    private static func accessorKey(_ folder: String, _ accessor: String) -> StorageKey {
        StorageKey("accessor/\(folder)/\(accessor)")
    }

    /// Digits of one length sort as numbers; the second after the end, so that it is over when its time comes.
    private static func dueKey(_ end: Timestamp, _ folder: String, _ hash: String) -> StorageKey {
        let digits = String(max(end.seconds, 0) + 1)
        return StorageKey("due/\(String(repeating: "0", count: max(12 - digits.count, 0)))\(digits)/\(folder)/\(hash)")
    }
}
