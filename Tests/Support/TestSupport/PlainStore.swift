package import CofferStorage

/// A storage with an epoch and nothing else: what a barrier is to engines, without the encryption.
package struct PlainStore: TransactionalStorage {
    package let epoch: Epoch
    private let base: any Storage

    /// Takes leadership of `base`.
    package init(_ base: any Storage) async throws(StorageError) {
        self.base = base
        epoch = try await base.acquireEpoch()
    }

    package var type: String { base.type }

    package func get(_ key: StorageKey) async throws(StorageError) -> StoredEntry? { try await base.get(key) }

    package func children(
        of prefix: StorageKey, after: String?, limit: Int?
    ) async throws(StorageError) -> [String] {
        try await base.children(of: prefix, after: after, limit: limit)
    }

    package func scan(
        _ prefix: StorageKey, after: StorageKey?, limit: Int
    ) async throws(StorageError) -> [StorageKey] {
        try await base.scan(prefix, after: after, limit: limit)
    }

    package func commit(_ batch: WriteBatch) async throws(StorageError) -> UInt64 { try await base.commit(batch) }

    package func acquireEpoch() async throws(StorageError) -> Epoch { try await base.acquireEpoch() }

    package func walk(
        _ body: @escaping @Sendable (StorageKey, [UInt8]) throws -> Void
    ) async throws -> (version: UInt64, epoch: Epoch) { try await base.walk(body) }

    package func replaceAll(
        with next: @escaping @Sendable () throws -> (key: StorageKey, value: [UInt8])?
    ) async throws { try await base.replaceAll(with: next) }

    package func close() async { await base.close() }
}
