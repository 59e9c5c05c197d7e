internal import CofferStorage

/// One batch inside the writer's transaction: checked first, then applied.
enum SQLiteBatch {
    /// Applies the batch under the next version, unless it is refused; then nothing of it is applied.
    static func apply(
        _ batch: WriteBatch, _ version: inout UInt64, epoch: UInt64, _ known: inout KnownVersions,
        _ connection: SQLiteConnection
    ) throws(SQLiteFailure) -> StorageError? {
        if batch.epoch.value != epoch { return .fenced }
        if batch.changes.isEmpty { return try hasConflict(batch, &known, connection) ? .conflict : nil }
        let next = version + 1
        if let (key, expected, value) = batch.replacement {
            guard try replace(key, expected, with: value, version: next, connection) else { return .conflict }
            known.change(key, to: next)
        } else {
            if try hasConflict(batch, &known, connection) { return .conflict }
            for (key, change) in batch.changes {
                try apply(change, to: key, version: next, connection)
                known.change(key, to: change == .delete ? 0 : next)
            }
        }
        version = next
        return nil
    }

    private static func hasConflict(
        _ batch: WriteBatch, _ known: inout KnownVersions, _ connection: SQLiteConnection
    ) throws(SQLiteFailure) -> Bool {
        for (key, expected) in batch.expected {
            if try known.version(of: key, else: { () throws(SQLiteFailure) in try version(of: key, connection) })
                != expected
            {
                return true
            }
        }
        return false
    }

    /// 0 when there is no such entry.
    private static func version(of key: StorageKey, _ connection: SQLiteConnection) throws(SQLiteFailure) -> UInt64 {
        var found: UInt64 = 0
        try connection.run("SELECT version FROM entries WHERE key = ?1", [.blob(key.bytes)]) { row in
            found = UInt64(bitPattern: row.integer(0))
            return false
        }
        return found
    }

    /// Check and change in one statement; false when the entry was not as expected.
    private static func replace(
        _ key: StorageKey, _ expected: UInt64, with value: [UInt8], version: UInt64, _ connection: SQLiteConnection
    ) throws(SQLiteFailure) -> Bool {
        try connection.run(
            "UPDATE entries SET value = ?2, version = ?3 WHERE key = ?1 AND version = ?4",
            [
                .blob(key.bytes), .blob(value), .integer(Int64(bitPattern: version)),
                .integer(Int64(bitPattern: expected)),
            ])
        return connection.changedRows == 1
    }

    private static func apply(
        _ change: WriteBatch.Change, to key: StorageKey, version: UInt64, _ connection: SQLiteConnection
    ) throws(SQLiteFailure) {
        switch change {
        case .put(let value):
            try connection.run(
                """
                INSERT INTO entries (key, value, version) VALUES (?1, ?2, ?3)
                ON CONFLICT (key) DO UPDATE SET value = excluded.value, version = excluded.version
                """,
                [.blob(key.bytes), .blob(value), .integer(Int64(bitPattern: version))])
        case .delete:
            try connection.run("DELETE FROM entries WHERE key = ?1", [.blob(key.bytes)])
        }
    }
}

extension WriteBatch {
    /// The whole batch, when all it does is to replace the one entry that it has read.
    fileprivate var replacement: (StorageKey, UInt64, [UInt8])? {
        guard expected.count == 1, changes.count == 1, let (key, change) = changes.first,
            let version = expected[key], version > 0, case .put(let value) = change
        else { return nil }
        return (key, version, value)
    }
}
