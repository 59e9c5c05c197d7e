package import CofferBase
internal import CofferCrypto

extension Namespaces {
    /// Locks the API of a namespace and of all below it.
    /// - Returns: the key that opens the lock; only its hash is kept.
    package func lock(_ namespace: Namespace, random: RandomSource) async throws -> String {
        let key = try random.base62(24)
        let hash = Hex.encode(SHA256.hash(Array(key.utf8)))
        try await update(namespace.entry.id) { entry in
            if entry.isLocked { throw NamespaceTexts.locked(entry.path) }
            entry.lock = hash
        }
        return key
    }

    /// - Parameter key: nil from a caller who needs none.
    package func unlock(_ namespace: Namespace, key: String?) async throws {
        if let above = table.locking(namespace.reference), above.entry.id != namespace.entry.id,
            namespace.entry.isLocked
        {
            throw NamespaceTexts.lockedAbove(namespace.entry.path, by: above.entry.path)
        }
        try await update(namespace.entry.id) { entry in
            guard entry.isLocked else { throw NamespaceTexts.unlocked(entry.path) }
            if let key {
                let hash = Hex.encode(SHA256.hash(Array(key.utf8)))
                guard constantTimeEqual(hash.utf8, entry.lock.utf8) else { throw NamespaceTexts.wrongKey }
            }
            entry.lock = ""
        }
    }
}
