package import CofferStorage

/// A storage to be checked: how to open it, and what it promises.
package struct StorageFixture: Sendable {
    /// True when a storage opened after the first was closed holds the same entries.
    package let isPersistent: Bool
    /// The first call opens an empty storage with the default limit of 1 MiB for an entry.
    package let open: @Sendable () async throws -> any Storage

    package init(isPersistent: Bool, open: @escaping @Sendable () async throws -> any Storage) {
        self.isPersistent = isPersistent
        self.open = open
    }

    /// Opens the storage and takes leadership of it.
    func lead() async throws -> LedStorage {
        let storage = try await open()
        return LedStorage(storage: storage, epoch: try await storage.acquireEpoch())
    }
}

/// A storage and the epoch under which a check writes to it.
struct LedStorage: Sendable {
    let storage: any Storage
    let epoch: Epoch

    func value(_ key: StorageKey) async throws -> [UInt8]? { try await storage.get(key)?.value }

    /// The version of an entry; 0 when there is none.
    func version(_ key: StorageKey) async throws -> UInt64 { try await storage.get(key)?.version ?? 0 }

    @discardableResult
    func commit(
        _ changes: [StorageKey: WriteBatch.Change], expecting expected: [StorageKey: UInt64] = [:]
    ) async throws(StorageError) -> UInt64 {
        var batch = WriteBatch(epoch: epoch)
        batch.changes = changes
        batch.expected = expected
        return try await storage.commit(batch)
    }

    @discardableResult
    func put(_ key: StorageKey, _ value: [UInt8] = [1]) async throws(StorageError) -> UInt64 {
        try await commit([key: .put(value)])
    }
}
