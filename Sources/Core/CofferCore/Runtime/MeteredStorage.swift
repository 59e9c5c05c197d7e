internal import CofferBase
internal import CofferMetrics
internal import CofferStorage

/// A storage whose operations are measured, under names that start with its type.
final class MeteredStorage: Storage {
    private let base: any Storage
    private let reads: Summary
    private let lists: Summary
    private let writes: Summary
    private let clock: any WallClock
    /// Told of an epoch that is over.
    private let onFence: (@Sendable (Epoch) -> Void)?

    init(_ base: any Storage, _ metrics: Metrics, onFence: (@Sendable (Epoch) -> Void)? = nil) {
        self.onFence = onFence
        self.base = base
        reads = metrics.summary(base.type + ".get")
        lists = metrics.summary(base.type + ".list")
        writes = metrics.summary(base.type + ".put")
        clock = metrics.clock
    }

    var type: String { base.type }

    func get(_ key: StorageKey) async throws(StorageError) -> StoredEntry? {
        let start = clock.now
        defer { reads.measure(since: start) }
        return try await base.get(key)
    }

    func children(of prefix: StorageKey, after: String?, limit: Int?) async throws(StorageError) -> [String] {
        let start = clock.now
        defer { lists.measure(since: start) }
        return try await base.children(of: prefix, after: after, limit: limit)
    }

    func scan(_ prefix: StorageKey, after: StorageKey?, limit: Int) async throws(StorageError) -> [StorageKey] {
        let start = clock.now
        defer { lists.measure(since: start) }
        return try await base.scan(prefix, after: after, limit: limit)
    }

    func occupied(_ prefixes: [StorageKey]) async throws(StorageError) -> Set<StorageKey> {
        let start = clock.now
        defer { lists.measure(since: start) }
        return try await base.occupied(prefixes)
    }

    func commit(_ batch: WriteBatch) async throws(StorageError) -> UInt64 {
        let start = clock.now
        defer { writes.measure(since: start) }
        do throws(StorageError) {
            return try await base.commit(batch)
        } catch {
            if error == .fenced { onFence?(batch.epoch) }
            throw error
        }
    }

    func walk(
        _ body: @escaping @Sendable (StorageKey, [UInt8]) throws -> Void
    ) async throws -> (version: UInt64, epoch: Epoch) {
        try await base.walk(body)
    }

    func replaceAll(
        with next: @escaping @Sendable () throws -> (key: StorageKey, value: [UInt8])?
    ) async throws {
        try await base.replaceAll(with: next)
    }

    func acquireEpoch() async throws(StorageError) -> Epoch { try await base.acquireEpoch() }

    func close() async { await base.close() }
}
