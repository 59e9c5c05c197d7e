internal import CofferStorage

/// One pass over all entries inside one read transaction, which sees none of the commits made meanwhile.
enum SQLiteWalk {
    /// Blocks; ends early when the storage is closed.
    static func run(
        _ path: String, _ health: StorageHealth, _ body: (StorageKey, [UInt8]) throws -> Void
    ) throws -> (version: UInt64, epoch: Epoch) {
        try health.check()
        let connection = try reader(path)
        var failure: (any Error)?
        let moment: (UInt64, Epoch)
        do throws(SQLiteFailure) {
            try connection.execute("BEGIN")
            // The transaction begins to see with its first read.
            let version = try connection.integer("SELECT value FROM meta WHERE name = 'version'") ?? 0
            let epoch = try connection.integer("SELECT value FROM meta WHERE name = 'epoch'") ?? 0
            moment = (UInt64(bitPattern: version), Epoch(UInt64(bitPattern: epoch)))
            try connection.run("SELECT key, value FROM entries ORDER BY key") { row in
                do {
                    try health.check()
                    try body(StorageKey(bytes: row.blob(0)), row.blob(1))
                    return true
                } catch {
                    failure = error
                    return false
                }
            }
        } catch {
            throw health.report(error)
        }
        if let failure { throw failure }
        return moment
    }

    private static func reader(_ path: String) throws(StorageError) -> SQLiteConnection {
        do throws(StorageOpenError) {
            return try SQLiteSchema.openReader(path)
        } catch {
            throw .unavailable(error.description)
        }
    }
}
