internal import CofferBase
package import CofferStorage

/// Entries in one SQLite file: the embedded default.
///
/// One thread writes, with group commit; readers have connections of their own.
package final class SQLiteStorage: Storage {
    package struct Options: Sendable {
        /// In bytes, of one value.
        package var maxEntrySize: Int
        /// SQLite's `max_page_count`: lets tests meet a full disk. Nil for no limit.
        package var pageLimit: Int?

        /// - Parameter maxEntrySize: 1 MiB as in Vault's integrated storage.
        package init(maxEntrySize: Int = 1 << 20, pageLimit: Int? = nil) {
            self.maxEntrySize = maxEntrySize
            self.pageLimit = pageLimit
        }
    }

    private let folder: SQLiteFolder
    private let writer: SQLiteWriter
    private let readers: SQLiteReaders
    /// For walks over everything, which take long and have a connection each.
    private let walker = BlockingPool(threads: 1)
    private let health = StorageHealth()
    private let maxEntrySize: Int
    /// `storage_epoch_regression: …` when the database is older than one this folder held before; to be logged.
    package let openWarning: String?

    /// Opens `coffer.db` in `folder`, making what is missing, and locks the folder until `close()`.
    /// - Throws: a text that says what is wrong and what to do: folder in use or not writable, file of
    ///   another program or a newer release, damaged file.
    package static func open(
        folder: String, options: Options = Options()
    ) throws(StorageOpenError) -> SQLiteStorage {
        try SQLiteStorage(SQLiteFolder(folder), options)
    }

    private init(_ folder: SQLiteFolder, _ options: Options) throws(StorageOpenError) {
        let note = VersionNote(folder: folder.path)
        let opened = try SQLiteSchema.open(folder.databasePath, options: options)
        openWarning = note.regression(from: opened.version)
        self.folder = folder
        maxEntrySize = options.maxEntrySize
        readers = try SQLiteReaders(folder.databasePath, count: 3, health: health)
        let checkpointer = SQLiteCheckpointer(
            try SQLiteSchema.openCheckpointer(folder.databasePath), note: note, health: health)
        writer = SQLiteWriter(opened, note: note, health: health, checkpointer: checkpointer)
    }

    package var type: String { "sqlite" }

    /// Durable transactions since the opening, and the batches they held: group commit at work.
    package var statistics: (commits: UInt64, batches: UInt64) {
        let counts = writer.statistics
        return (counts.commits, counts.requests)
    }

    package func get(_ key: StorageKey) async throws(StorageError) -> StoredEntry? {
        try await readers.short { (connection) throws(SQLiteFailure) in
            var entry: StoredEntry?
            try connection.run("SELECT value, version FROM entries WHERE key = ?1", [.blob(key.bytes)]) { row in
                entry = StoredEntry(value: row.blob(0), version: UInt64(bitPattern: row.integer(1)))
                return false
            }
            return entry
        }
    }

    package func children(
        of prefix: StorageKey, after: String?, limit: Int?
    ) async throws(StorageError) -> [String] {
        try await readers.long { (connection) throws(SQLiteFailure) in
            var listing = FolderListing(of: prefix, after: after, limit: limit)
            while let start = listing.start {
                var isExhausted = true
                try connection.run("SELECT key FROM entries WHERE key >= ?1 ORDER BY key", [.blob(start.bytes)]) {
                    row in
                    guard case .seek = listing.offer(row.blob(0)) else { return true }
                    isExhausted = false
                    return false
                }
                if isExhausted { listing.finish() }
            }
            return listing.names
        }
    }

    package func scan(
        _ prefix: StorageKey, after: StorageKey?, limit: Int
    ) async throws(StorageError) -> [StorageKey] {
        let start = after.map { max($0.successor, prefix) } ?? prefix
        return try await readers.long { (connection) throws(SQLiteFailure) in
            var keys: [StorageKey] = []
            try connection.run(
                "SELECT key FROM entries WHERE key >= ?1 ORDER BY key LIMIT ?2",
                [.blob(start.bytes), .integer(Int64(max(limit, 0)))]
            ) { row in
                let key = StorageKey(bytes: row.blob(0))
                if !key.hasPrefix(prefix) { return false }
                keys.append(key)
                return true
            }
            return keys
        }
    }

    package func occupied(_ prefixes: [StorageKey]) async throws(StorageError) -> Set<StorageKey> {
        try await readers.long { (connection) throws(SQLiteFailure) in
            var found: Set<StorageKey> = []
            // One moment, and one lock of the file instead of one for each.
            try connection.run("BEGIN")
            defer { try? connection.run("COMMIT") }
            for prefix in prefixes {
                try connection.run(
                    "SELECT key FROM entries WHERE key >= ?1 ORDER BY key LIMIT 1", [.blob(prefix.bytes)]
                ) { row in
                    if StorageKey(bytes: row.blob(0)).hasPrefix(prefix) { found.insert(prefix) }
                    return false
                }
            }
            return found
        }
    }

    @discardableResult
    package func commit(_ batch: WriteBatch) async throws(StorageError) -> UInt64 {
        for case .put(let value) in batch.changes.values where value.count > maxEntrySize {
            throw .tooLarge(limit: maxEntrySize)
        }
        return try await writer.commit(batch)
    }

    package func acquireEpoch() async throws(StorageError) -> Epoch { try await writer.acquireEpoch() }

    package func walk(
        _ body: @escaping @Sendable (StorageKey, [UInt8]) throws -> Void
    ) async throws -> (version: UInt64, epoch: Epoch) {
        let (path, health) = (folder.databasePath, health)
        do {
            return try await walker.run { try SQLiteWalk.run(path, health, body) }
        } catch is BlockingPool.Closed {
            throw StorageHealth.closed
        }
    }

    package func replaceAll(
        with next: @escaping @Sendable () throws -> (key: StorageKey, value: [UInt8])?
    ) async throws {
        try await writer.replaceAll(with: next, maxEntrySize: maxEntrySize)
    }

    /// The readers go first, so that the log can be emptied; the lock goes last. Blocks for one sync.
    package func close() async {
        guard health.close() else { return }
        walker.shutdown()
        readers.close()
        writer.close()
        folder.unlock()
    }
}
