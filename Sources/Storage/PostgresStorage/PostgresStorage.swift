internal import CofferBase
package import CofferStorage
internal import PostgresClient

/// Entries in PostgreSQL, for several nodes of which one leads.
///
/// Calls of libpq block, and run on threads of our own: one writes, with group commit; readers have connections
/// of their own; one keeps the leadership.
package final class PostgresStorage: Storage, Election, ChangeFeed {
    private let tables: PostgresTables
    private let connector: PostgresConnector
    private let writer: PostgresWriter
    private let readers: PostgresReaders
    private let term: PostgresTerm
    /// For walks over everything, which take long and have a connection each.
    private let walker = BlockingPool(threads: 1)
    private let health = StorageHealth()
    private let memory = PostgresMemory()
    private let keepsChanges: Bool
    private let maxEntrySize: Int
    /// What an operator should know about the database; to be logged.
    package let openWarning: String?

    /// Of one key: what an entry of the index has room for.
    package static let longestKey = 2600

    /// Connects, makes the tables unless told otherwise, and checks the server. Blocks.
    /// - Throws: a text that says what is wrong and what to do.
    package init(_ options: PostgresOptions) throws(StorageOpenError) {
        tables = try PostgresTables(entries: options.table, leader: options.leaderTable)
        let connector = try PostgresConnector(url: options.connectionURL)
        maxEntrySize = options.maxEntrySize
        let link = try Self.firstLink(connector, retries: options.connectRetries)
        let check = try PostgresServerCheck(link)
        if !check.objections.isEmpty && !options.acceptsUnsafeServer {
            throw StorageOpenError(
                "postgresql: the server is not used: \(check.objections.joined(separator: "; ")). Mend its settings, "
                    + "or accept the loss with allow_unsafe_server = true")
        }
        let warnings = check.objections + check.warnings
        openWarning = warnings.isEmpty ? nil : "postgresql: " + warnings.joined(separator: "; ")
        keepsChanges = options.keepsChanges
        try PostgresSchema(tables).prepare(
            link, creating: options.createsTables, withChanges: options.keepsChanges)
        memory.saw(version: 0, identity: PostgresIdentityCheck.identity(of: link))
        self.connector = connector.checking(PostgresIdentityCheck(tables: tables, memory: memory))
        readers = PostgresReaders(self.connector, count: options.parallelReads, health: health)
        term = PostgresTerm(tables: tables, connector: self.connector, health: health, memory: memory)
        writer = PostgresWriter(
            PostgresWritingSession(
                tables: tables, connector: self.connector, health: health, memory: memory, fence: options.fence,
                keepsChanges: options.keepsChanges),
            health: health)
    }

    private static func firstLink(
        _ connector: PostgresConnector, retries: Int
    ) throws(StorageOpenError) -> PostgresLink {
        var left = max(retries, 0)
        while true {
            do throws(PostgresFailure) {
                return try connector.connect()
            } catch {
                guard left > 0, error.kind == .unreachable else {
                    throw StorageOpenError("postgresql: no connection: \(error.text)")
                }
            }
            left -= 1
            Pause.long()
        }
    }

    package var type: String { "postgresql" }

    /// Transactions since the opening, and the batches they held: group commit at work.
    package var statistics: (commits: UInt64, batches: UInt64) { writer.statistics }

    package func get(_ key: StorageKey) async throws(StorageError) -> StoredEntry? {
        let sql = "SELECT value, version FROM \(tables.entries) WHERE key = $1"
        return try await readers.run { (reader) throws(PostgresFailure) in
            let rows = try reader.rows(sql, [.bytes(key.bytes)])
            guard let value = rows.bytes(0), let version = rows.integer(0, 1) else { return nil }
            return StoredEntry(value: value, version: UInt64(clamping: version))
        }
    }

    package func children(
        of prefix: StorageKey, after: String?, limit: Int?
    ) async throws(StorageError) -> [String] {
        let listing = PostgresListing(tables: tables)
        return try await readers.run { (reader) throws(PostgresFailure) in
            try listing.names(of: prefix, after: after, limit: limit, reader)
        }
    }

    package func scan(
        _ prefix: StorageKey, after: StorageKey?, limit: Int
    ) async throws(StorageError) -> [StorageKey] {
        let start = after.map { max($0.successor, prefix) } ?? prefix
        let end = prefix.upperBound
        let sql =
            "SELECT key FROM \(tables.entries) WHERE key >= $1\(end == nil ? "" : " AND key < $3") ORDER BY key LIMIT $2"
        let parameters: [PostgresValue] =
            [.bytes(start.bytes), .integer(Int64(max(limit, 0)))] + (end.map { [.bytes($0.bytes)] } ?? [])
        return try await readers.run { (reader) throws(PostgresFailure) in
            let rows = try reader.rows(sql, parameters)
            return (0..<rows.count).map { StorageKey(bytes: rows.bytes($0) ?? []) }.filter { $0.hasPrefix(prefix) }
        }
    }

    package func occupied(_ prefixes: [StorageKey]) async throws(StorageError) -> Set<StorageKey> {
        let ranges = prefixes.compactMap { prefix in prefix.upperBound.map { (prefix, $0) } }
        let sql = """
            SELECT low FROM unnest($1::bytea[], $2::bytea[]) AS ranges (low, high) WHERE EXISTS (
                SELECT 1 FROM \(tables.entries) WHERE key >= low AND key < high)
            """
        let parameters: [PostgresValue] = [
            .byteArray(ranges.map { $0.0.bytes }), .byteArray(ranges.map { $0.1.bytes }),
        ]
        var found = try await readers.run { (reader) throws(PostgresFailure) in
            let rows = try reader.rows(sql, parameters)
            return Set((0..<rows.count).map { StorageKey(bytes: rows.bytes($0) ?? []) })
        }
        // One without an end holds the last keys of all.
        for prefix in prefixes where prefix.upperBound == nil {
            if try await !scan(prefix, after: nil, limit: 1).isEmpty { found.insert(prefix) }
        }
        return found
    }

    @discardableResult
    package func commit(_ batch: WriteBatch) async throws(StorageError) -> UInt64 {
        for (key, change) in batch.changes {
            if key.bytes.count > Self.longestKey { throw .tooLarge(limit: Self.longestKey) }
            if case .put(let value) = change, value.count > maxEntrySize { throw .tooLarge(limit: maxEntrySize) }
        }
        return try await writer.commit(batch)
    }

    package func walk(
        _ body: @escaping @Sendable (StorageKey, [UInt8]) throws -> Void
    ) async throws -> (version: UInt64, epoch: Epoch) {
        let walk = PostgresWalk(tables: tables, connector: connector, health: health)
        do {
            return try await walker.run { try walk.run(body) }
        } catch is BlockingPool.Closed {
            throw StorageHealth.closed
        }
    }

    package func replaceAll(
        with next: @escaping @Sendable () throws -> (key: StorageKey, value: [UInt8])?
    ) async throws {
        let maxEntrySize = maxEntrySize
        try await writer.alone { session in try session.replaceAll(with: next, maxEntrySize: maxEntrySize) }
    }

    /// Blocks until what runs has ended.
    package func close() async {
        guard health.close() else { return }
        walker.shutdown()
        term.close()
        readers.close()
        writer.close()
    }

    // MARK: leadership

    package func acquireEpoch() async throws(StorageError) -> Epoch {
        try await leading { (session) throws(StorageError) in try session.takeEpoch() }
    }

    package func acquire(_ candidate: Candidate, for time: Duration) async throws(StorageError) -> Epoch? {
        // A look without the lock, which would keep the leader's writers waiting.
        if let leader = try await term.leader(), leader.isCurrent, leader.candidate.id != candidate.id { return nil }
        return try await leading { (session) throws(StorageError) in try session.acquire(candidate, for: time) }
    }

    package func renew(
        _ epoch: Epoch, _ candidate: Candidate, for time: Duration
    ) async throws(StorageError) -> Bool {
        try await term.renew(epoch, candidate, for: time)
    }

    package func release(_ epoch: Epoch, _ candidate: Candidate) async throws(StorageError) {
        try await term.release(epoch, candidate)
    }

    package func leader() async throws(StorageError) -> LeaderRecord? { try await term.leader() }

    package var mark: StorageMark? { memory.mark }

    package func recall(_ mark: StorageMark) { memory.recall(mark) }

    package func changes(since moment: StorageMoment?) async throws(StorageError) -> StorageChanges {
        let feed = PostgresChanges(tables: tables)
        let isKept = keepsChanges
        let seen = memory.mark ?? StorageMark()
        let changes = try await readers.run { (reader) throws(PostgresFailure) in
            try feed.changes(since: moment, reader, isKept: isKept)
        }
        let now = StorageMark(version: changes.moment.version, epoch: changes.moment.epoch.value)
        if let objection = seen.objection(to: now) { throw .unavailable(PostgresMemory.text(objection)) }
        return changes
    }

    private func leading<R: Sendable>(
        _ body: @escaping @Sendable (inout PostgresWritingSession) throws(StorageError) -> R
    ) async throws(StorageError) -> R {
        let result: Result<R, StorageError>
        do {
            result = try await writer.alone { session in
                do throws(StorageError) { return .success(try body(&session)) } catch { return .failure(error) }
            }
        } catch {
            throw StorageHealth.closed
        }
        return try result.get()
    }
}
