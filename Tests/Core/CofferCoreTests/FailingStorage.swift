import CofferStorage
import MemoryStorage
import Synchronization

/// A storage in memory that refuses commits after a number of them, until it is mended.
final class FailingStorage: Storage {
    private let base = MemoryStorage()
    private let left = Mutex<Int?>(nil)

    /// Accepts `count` more commits; nil for all.
    func accept(_ count: Int?) { left.withLock { $0 = count } }

    var type: String { base.type }

    func get(_ key: StorageKey) async throws(StorageError) -> StoredEntry? { try await base.get(key) }

    func children(of prefix: StorageKey, after: String?, limit: Int?) async throws(StorageError) -> [String] {
        try await base.children(of: prefix, after: after, limit: limit)
    }

    func scan(_ prefix: StorageKey, after: StorageKey?, limit: Int) async throws(StorageError) -> [StorageKey] {
        try await base.scan(prefix, after: after, limit: limit)
    }

    func commit(_ batch: WriteBatch) async throws(StorageError) -> UInt64 {
        let isAccepted = left.withLock { left in
            guard let count = left else { return true }
            left = max(count - 1, 0)
            return count > 0
        }
        if !isAccepted { throw .unavailable("planned failure") }
        return try await base.commit(batch)
    }

    func walk(
        _ body: @escaping @Sendable (StorageKey, [UInt8]) throws -> Void
    ) async throws -> (version: UInt64, epoch: Epoch) {
        try await base.walk(body)
    }

    func replaceAll(with next: @escaping @Sendable () throws -> (key: StorageKey, value: [UInt8])?) async throws {
        try await base.replaceAll(with: next)
    }

    func acquireEpoch() async throws(StorageError) -> Epoch { try await base.acquireEpoch() }

    func close() async { await base.close() }
}
