internal import CofferStorage
internal import EtcdClient
internal import Synchronization

/// Reads entries of the generation that counts. Never what was committed before an answer that was already given.
final class EtcdReader: Sendable {
    /// What was read, from which entries, and of which moment.
    struct Reading: Sendable {
        let verdict: EtcdVerdict
        let generation: EtcdGeneration
        var revision: UInt64 { verdict.revision }
    }

    let layout: EtcdLayout
    private let client: EtcdClient
    private let health: StorageHealth
    private let limit: Duration
    private let known: Mutex<EtcdGeneration>

    /// What may have been collected or forgotten meanwhile is read again so many times.
    private static let attempts = 5

    init(
        _ client: EtcdClient, layout: EtcdLayout, generation: EtcdGeneration, health: StorageHealth, limit: Duration
    ) {
        self.client = client
        self.layout = layout
        self.health = health
        self.limit = limit
        known = Mutex(generation)
    }

    /// The generation seen last.
    var generation: EtcdGeneration { known.withLock { $0 } }

    func use(_ generation: EtcdGeneration) { known.withLock { $0 = generation } }

    func get(_ key: StorageKey) async throws(StorageError) -> StoredEntry? {
        let layout = layout
        for _ in 0..<Self.attempts {
            let reading = try await now { [.range(EtcdRange(layout.entry(key, $0)))] }
            guard let entry = reading.verdict.entry(0) else { return nil }
            if let value = try await value(of: entry, key, reading.generation, at: reading.revision) {
                return StoredEntry(value: value, version: entry.modRevision)
            }
        }
        throw .integrity(key)
    }

    /// The value of an entry that was read at this revision; nil when its pieces are gone, as those of an entry
    /// that was overwritten meanwhile.
    func value(
        of entry: EtcdEntry, _ key: StorageKey, _ generation: EtcdGeneration, at revision: UInt64
    ) async throws(StorageError) -> [UInt8]? {
        guard let value = EtcdValue(entry.value) else { throw .integrity(key) }
        switch value {
        case .whole(let value): return value
        case .pieces(let id, let count, let size):
            var value: [UInt8] = []
            for number in 0..<count {
                var range = EtcdRange(layout.piece(number, of: id, key, generation))
                range.revision = revision
                guard let piece = try await page(range)?.entries.first else { return nil }
                value += piece.value
                if value.count > size { throw .integrity(key) }
            }
            if value.count != size { throw .integrity(key) }
            return value
        }
    }

    /// Reads of one moment, which is now.
    func now(_ operations: (EtcdGeneration) -> [EtcdOperation]) async throws(StorageError) -> Reading {
        for _ in 0..<Self.attempts {
            let generation = generation
            let verdict = try await commit(
                EtcdTransaction(
                    [.modRevision(of: layout.generation, generation.revision)], success: operations(generation),
                    failure: [.range(EtcdRange(layout.generation))]))
            if verdict.succeeded { return Reading(verdict: verdict, generation: generation) }
            guard let newer = EtcdGeneration(verdict.entry(0)) else {
                throw .unavailable(EtcdMemory.text("the key `generation` is missing"))
            }
            use(newer)
        }
        throw .unavailable("etcd: the entries are being replaced")
    }

    /// Nil when etcd has forgotten the revision that the range asks for.
    func page(_ range: EtcdRange) async throws(StorageError) -> EtcdPage? {
        try health.check()
        do throws(EtcdFailure) {
            let verdict = try await client.commit(
                EtcdTransaction(success: [.range(range)]), isRepeatable: true, within: limit)
            return verdict.page(0)
        } catch {
            if error.isCompacted { return nil }
            throw health.report(error.storageError)
        }
    }

    /// A transaction that only reads.
    private func commit(_ transaction: EtcdTransaction) async throws(StorageError) -> EtcdVerdict {
        try health.check()
        do throws(EtcdFailure) {
            return try await client.commit(transaction, isRepeatable: true, within: limit)
        } catch {
            throw health.report(error.storageError)
        }
    }
}
