import CofferBarrier
import CofferBase
import CofferStorage
import MemoryStorage
import Synchronization
import TestSupport

/// A storage in memory with what a barrier over it needs.
struct Fixture {
    let memory = MemoryStorage()
    let clock = ManualClock()
    let random = RandomSource.seeded(1)
    let rootKey = SecretBytes(copying: [UInt8](0..<32))

    func barrier(over storage: (any Storage)? = nil, cacheEntries: Int = 1000, unbound: Bool = false) -> Barrier {
        Barrier(
            storage: storage ?? memory, clock: clock, random: random, cacheEntries: cacheEntries,
            acceptsUnboundEntries: unbound)
    }

    /// A barrier that was initialised and opened.
    func opened(over storage: (any Storage)? = nil, cacheEntries: Int = 1000) async throws -> Barrier {
        let barrier = barrier(over: storage, cacheEntries: cacheEntries)
        try await barrier.initialize(rootKey: rootKey)
        try await barrier.unseal(rootKey: rootKey)
        return barrier
    }

    /// Writes below the barrier, as whoever holds the storage could.
    func tamper(_ barrier: Barrier, _ key: StorageKey, _ value: [UInt8]?) async throws {
        var batch = WriteBatch(epoch: barrier.epoch)
        batch.changes[key] = value.map { .put($0) } ?? .delete
        try await memory.commit(batch)
    }
}

extension Barrier {
    @discardableResult
    func put(_ key: StorageKey, _ value: [UInt8]) async throws(StorageError) -> UInt64 {
        var batch = WriteBatch(epoch: epoch)
        batch.changes[key] = .put(value)
        return try await commit(batch)
    }

    func value(_ key: StorageKey) async throws(StorageError) -> [UInt8]? { try await get(key)?.value }
}

/// A storage that runs something once, right before the next commit or behind the next read.
final class InterruptedStorage: Storage {
    typealias Interruption = @Sendable () async throws -> Void
    private let base: any Storage
    private let plans = Mutex<(beforeCommit: Interruption?, afterRead: Interruption?)>((nil, nil))

    init(_ base: any Storage) { self.base = base }

    func beforeNextCommit(_ body: @escaping Interruption) { plans.withLock { $0.beforeCommit = body } }
    func afterNextRead(_ body: @escaping Interruption) { plans.withLock { $0.afterRead = body } }

    var type: String { base.type }

    func get(_ key: StorageKey) async throws(StorageError) -> StoredEntry? {
        let entry = try await base.get(key)
        let plan = plans.withLock { plans in
            defer { plans.afterRead = nil }
            return plans.afterRead
        }
        try await run(plan)
        return entry
    }

    func children(of prefix: StorageKey, after: String?, limit: Int?) async throws(StorageError) -> [String] {
        try await base.children(of: prefix, after: after, limit: limit)
    }

    func scan(_ prefix: StorageKey, after: StorageKey?, limit: Int) async throws(StorageError) -> [StorageKey] {
        try await base.scan(prefix, after: after, limit: limit)
    }

    func commit(_ batch: WriteBatch) async throws(StorageError) -> UInt64 {
        let plan = plans.withLock { plans in
            defer { plans.beforeCommit = nil }
            return plans.beforeCommit
        }
        try await run(plan)
        return try await base.commit(batch)
    }

    func acquireEpoch() async throws(StorageError) -> Epoch { try await base.acquireEpoch() }

    func walk(
        _ body: @escaping @Sendable (StorageKey, [UInt8]) throws -> Void
    ) async throws -> (version: UInt64, epoch: Epoch) { try await base.walk(body) }

    func replaceAll(with next: @escaping @Sendable () throws -> (key: StorageKey, value: [UInt8])?) async throws {
        try await base.replaceAll(with: next)
    }

    func close() async { await base.close() }

    private func run(_ plan: Interruption?) async throws(StorageError) {
        do {
            try await plan?()
        } catch {
            throw .broken("the interruption failed")
        }
    }
}
