import CofferBase
import CofferStorage
import MemoryStorage
import Synchronization

/// A storage with one deliberate flaw: a kit that does not catch it proves nothing.
struct FlawedStorage: Storage {
    /// Each is named after the check that must catch it.
    enum Flaw: String, CaseIterable {
        case losesUpdates = "concurrent increments lose nothing"
        case letsDeposedLeadersWrite = "a deposed leader cannot write, nor one that nobody elected"
        case checksOnlyWhatItWrites = "of two who each leave because the other is there, one stays (write skew, FE4)"
        case appliesHalfOfABatch = "a batch is applied whole or not at all"
        case losesTheLastName = "listings equal a reference map for hostile names, at any page"
        case walksThroughChanges = "a walk gives all entries as they were at one moment, while others write"
        case replacesPiecemeal = "when the source of new entries fails, everything stays"
        case forgetsThatItIsClosed = "a closed storage is unavailable, and closing again does nothing"
    }

    let base = MemoryStorage()
    let flaw: Flaw
    private let current = Current()

    private final class Current: Sendable {
        let epoch = Mutex(Epoch(0))
    }

    init(_ flaw: Flaw) { self.flaw = flaw }

    var type: String { base.type }

    func get(_ key: StorageKey) async throws(StorageError) -> StoredEntry? { try await base.get(key) }

    func children(
        of prefix: StorageKey, after: String?, limit: Int?
    ) async throws(StorageError) -> [String] {
        let names = try await base.children(of: prefix, after: after, limit: limit)
        return flaw == .losesTheLastName ? Array(names.dropLast()) : names
    }

    func scan(
        _ prefix: StorageKey, after: StorageKey?, limit: Int
    ) async throws(StorageError) -> [StorageKey] {
        try await base.scan(prefix, after: after, limit: limit)
    }

    func commit(_ batch: WriteBatch) async throws(StorageError) -> UInt64 {
        var batch = batch
        switch flaw {
        case .losesUpdates: batch.expected = [:]
        // As REPEATABLE READ does.
        case .checksOnlyWhatItWrites: batch.expected = batch.expected.filter { batch.changes[$0.key] != nil }
        case .letsDeposedLeadersWrite: batch.epoch = current.epoch.withLock { $0 }
        case .appliesHalfOfABatch:
            if let first = batch.changes.first, batch.changes.count > 1 {
                batch.changes = [first.key: first.value]
                batch.expected = [:]
            }
        case .losesTheLastName, .walksThroughChanges, .replacesPiecemeal, .forgetsThatItIsClosed: break
        }
        return try await base.commit(batch)
    }

    func acquireEpoch() async throws(StorageError) -> Epoch {
        let taken = try await base.acquireEpoch()
        current.epoch.withLock { $0 = max($0, taken) }
        return taken
    }

    func walk(
        _ body: @escaping @Sendable (StorageKey, [UInt8]) throws -> Void
    ) async throws -> (version: UInt64, epoch: Epoch) {
        guard flaw == .walksThroughChanges else { return try await base.walk(body) }
        for key in try await base.scan("", after: nil, limit: .max) {
            guard let entry = try await base.get(key) else { continue }
            try await BlockingPool(threads: 1).run { try body(key, entry.value) }
        }
        return (1, Epoch(1))
    }

    func replaceAll(with next: @escaping @Sendable () throws -> (key: StorageKey, value: [UInt8])?) async throws {
        guard flaw == .replacesPiecemeal else { return try await base.replaceAll(with: next) }
        while let (key, value) = try next() {
            var batch = WriteBatch(epoch: current.epoch.withLock { $0 })
            batch.changes[key] = .put(value)
            try await base.commit(batch)
        }
    }

    func close() async { if flaw != .forgetsThatItIsClosed { await base.close() } }
}
