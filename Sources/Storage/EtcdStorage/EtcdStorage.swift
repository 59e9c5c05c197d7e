internal import CofferBase
package import CofferStorage
internal import EtcdClient

/// Entries in etcd, for several nodes of which one leads.
package final class EtcdStorage: Storage, Election, ChangeFeed {
    private let client: EtcdClient
    private let termClient: EtcdClient
    private let reader: EtcdReader
    private let writer: EtcdWriter
    private let term: EtcdTerm
    private let feed: EtcdChanges
    /// For what those who walk and replace do with entries: it blocks.
    private let pool = BlockingPool(threads: 2)
    private let health: StorageHealth
    private let maxEntrySize: Int
    /// What an operator should know about the cluster; to be logged.
    package let openWarning: String?

    /// Of one key.
    package static let longestKey = 4096

    /// Connects, checks the servers, and makes what is missing.
    /// - Throws: a text that says what is wrong and what to do.
    package static func open(_ options: EtcdOptions) async throws(StorageOpenError) -> EtcdStorage {
        let clients: [EtcdClient]
        // A server that is frozen takes connections, and must not cost half a term.
        var ofTerm = options.settings
        ofTerm.connectLimit = min(ofTerm.connectLimit, options.termLimit / 2)
        do throws(EtcdFailure) {
            clients = [try EtcdClient(options.settings), try EtcdClient(ofTerm)]
        } catch {
            throw StorageOpenError("etcd: \(error.text)")
        }
        do throws(StorageOpenError) {
            return try await EtcdOpening(clients[0], options).storage(clients[1])
        } catch {
            for client in clients { client.close() }
            throw error
        }
    }

    init(_ parts: EtcdParts) {
        client = parts.client
        termClient = parts.termClient
        reader = parts.reader
        writer = EtcdWriter(parts.session, requestSize: parts.options.requestSize)
        term = parts.term
        health = parts.health
        feed = EtcdChanges(
            client: parts.client, layout: parts.reader.layout, health: parts.health, memory: parts.term.memory,
            log: EtcdChangeLog(parts.client, key: parts.reader.layout.meta), limit: parts.options.callLimit,
            isKept: parts.options.keepsChanges)
        maxEntrySize = parts.options.maxEntrySize
        openWarning = parts.warning
    }

    package var type: String { "etcd" }

    /// Transactions since the opening, and the batches they held: group commit at work.
    package var statistics: (commits: UInt64, batches: UInt64) { writer.statistics }

    package func get(_ key: StorageKey) async throws(StorageError) -> StoredEntry? { try await reader.get(key) }

    package func children(
        of prefix: StorageKey, after: String?, limit: Int?
    ) async throws(StorageError) -> [String] {
        try health.check()
        return try await reader.children(of: prefix, after: after, limit: limit)
    }

    package func scan(
        _ prefix: StorageKey, after: StorageKey?, limit: Int
    ) async throws(StorageError) -> [StorageKey] {
        try health.check()
        return try await reader.scan(prefix, after: after, limit: limit)
    }

    @discardableResult
    package func commit(_ batch: WriteBatch) async throws(StorageError) -> UInt64 {
        try health.check()
        for (key, change) in batch.changes {
            if key.bytes.count > Self.longestKey { throw .tooLarge(limit: Self.longestKey) }
            if case .put(let value) = change, value.count > maxEntrySize { throw .tooLarge(limit: maxEntrySize) }
        }
        return try await writer.commit(batch)
    }

    package func walk(
        _ body: @escaping @Sendable (StorageKey, [UInt8]) throws -> Void
    ) async throws -> (version: UInt64, epoch: Epoch) {
        try health.check()
        do {
            return try await EtcdWalk(reader: reader, health: health, pool: pool).run(body)
        } catch is BlockingPool.Closed {
            throw StorageHealth.closed
        }
    }

    package func replaceAll(
        with next: @escaping @Sendable () throws -> (key: StorageKey, value: [UInt8])?
    ) async throws {
        try health.check()
        let (pool, maxEntrySize) = (pool, maxEntrySize)
        do {
            try await writer.alone { session in
                try await session.replaceAll(with: next, maxEntrySize: maxEntrySize, in: pool)
            }
        } catch is BlockingPool.Closed {
            throw StorageHealth.closed
        }
    }

    package func close() async {
        guard health.close() else { return }
        await writer.close()
        pool.shutdown()
        client.close()
        termClient.close()
    }

    // MARK: leadership

    package func acquireEpoch() async throws(StorageError) -> Epoch {
        try await leading { (session) async throws(StorageError) in try await session.takeEpoch() }
    }

    package func acquire(_ candidate: Candidate, for time: Duration) async throws(StorageError) -> Epoch? {
        // A look that waits for no writer.
        if let leader = try await term.leader(), leader.candidate.id != candidate.id { return nil }
        let taken = try await leading { (session) async throws(StorageError) in
            try await session.acquire(candidate, for: time)
        }
        guard let (epoch, lease) = taken else { return nil }
        term.took(epoch, lease: lease)
        return epoch
    }

    package func renew(
        _ epoch: Epoch, _ candidate: Candidate, for time: Duration
    ) async throws(StorageError) -> Bool {
        try await term.renew(epoch, candidate)
    }

    package func release(_ epoch: Epoch, _ candidate: Candidate) async throws(StorageError) {
        try await term.release(epoch, candidate)
    }

    package func leader() async throws(StorageError) -> LeaderRecord? { try await term.leader() }

    package var mark: StorageMark? { term.memory.mark }

    package func recall(_ mark: StorageMark) { term.memory.recall(mark) }

    package func changes(since moment: StorageMoment?) async throws(StorageError) -> StorageChanges {
        try await feed.changes(since: moment)
    }

    package func tellOfLeaders(_ changed: (@Sendable () -> Void)?) { term.watch.tell(changed) }

    private func leading<R: Sendable>(
        _ body: (EtcdWritingSession) async throws(StorageError) -> R
    ) async throws(StorageError) -> R {
        try health.check()
        do {
            return try await writer.alone(body)
        } catch {
            throw error as? StorageError ?? StorageHealth.closed
        }
    }
}
