internal import CSQLite
internal import CofferStorage

/// How the database file is recognised, made and checked.
enum SQLiteSchema {
    /// "COFR", in the header of every database that is ours.
    private static let applicationID: Int64 = 0x434F_4652
    private static let formatVersion: Int64 = 2

    /// Byte for byte as SQLite keeps them, to recognise our file.
    ///
    /// Not `WITHOUT ROWID`: there every value above 1 KiB would go to pages of its own, and a write changes
    /// three or four pages instead of one. The keys then stand twice, once in the index.
    private static let tables = ["entries": entriesTable, "meta": metaTable]
    private static let entriesTable =
        "CREATE TABLE entries (id INTEGER PRIMARY KEY, key BLOB NOT NULL UNIQUE, value BLOB NOT NULL, version INTEGER NOT NULL)"
    private static let metaTable = "CREATE TABLE meta (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID"

    /// The writing connection and the counters in the file.
    struct Opened {
        let connection: SQLiteConnection
        let version: UInt64
        let epoch: UInt64
    }

    /// Opens the database for writing, making the tables in an empty file.
    static func open(_ path: String, options: SQLiteStorage.Options) throws(StorageOpenError) -> sending Opened {
        do throws(SQLiteFailure) {
            let connection = try SQLiteConnection(path: path, readOnly: false, gathersLog: true)
            try connection.execute("PRAGMA cell_size_check = ON; PRAGMA trusted_schema = OFF")
            let isNew = try recognise(connection)
            try makeDurable(connection)
            try connection.execute("PRAGMA journal_size_limit = 16777216")
            try connection.execute("PRAGMA cache_size = -8192; PRAGMA temp_store = MEMORY")
            if isNew { try make(connection) } else { try convert(connection) }
            if let limit = options.pageLimit { try connection.execute("PRAGMA max_page_count = \(limit)") }
            try check(connection)
            return Opened(
                connection: connection,
                version: try counter("SELECT value FROM meta WHERE name = 'version'", connection),
                epoch: try counter("SELECT value FROM meta WHERE name = 'epoch'", connection))
        } catch {
            throw StorageOpenError("\(path): \(error.message). \(advice(for: error))")
        }
    }

    /// A connection for reading, to a database that `open` has checked.
    ///
    /// No `mmap_size`: measured with 50,000 entries it saved at most a third of a point read (7–10 µs
    /// instead of 10–13) but counted up to 64 MiB more as resident, and an I/O error on a mapped page
    /// kills the process with SIGBUS instead of being reported.
    static func openReader(_ path: String) throws(StorageOpenError) -> sending SQLiteConnection {
        do throws(SQLiteFailure) {
            let connection = try SQLiteConnection(path: path, readOnly: true)
            try connection.execute("PRAGMA cell_size_check = ON; PRAGMA trusted_schema = OFF")
            try connection.execute("PRAGMA cache_size = -2048")
            return connection
        } catch {
            throw StorageOpenError("\(path): \(error.message). \(advice(for: error))")
        }
    }

    /// A connection that copies the log of an open database.
    static func openCheckpointer(_ path: String) throws(StorageOpenError) -> sending SQLiteConnection {
        do throws(SQLiteFailure) {
            let connection = try SQLiteConnection(path: path, readOnly: false)
            try connection.execute("PRAGMA trusted_schema = OFF; PRAGMA cache_size = -64; PRAGMA synchronous = FULL")
            return connection
        } catch {
            throw StorageOpenError("\(path): \(error.message). \(advice(for: error))")
        }
    }

    /// True for an empty file; false for one of ours.
    private static func recognise(_ connection: SQLiteConnection) throws(SQLiteFailure) -> Bool {
        let found = try connection.integer("PRAGMA application_id") ?? 0
        let count = try connection.integer("SELECT count(*) FROM sqlite_master") ?? 0
        if found == 0 && count == 0 { return true }
        guard found == applicationID else { throw .foreign }
        let format = try connection.integer("PRAGMA user_version") ?? 0
        guard (1...formatVersion).contains(format) else { throw .otherRelease(format) }
        return false
    }

    /// Acknowledged means on the disk: asks for it, and checks what SQLite really does.
    private static func makeDurable(_ connection: SQLiteConnection) throws(SQLiteFailure) {
        var mode = ""
        try connection.run("PRAGMA journal_mode = WAL") { row in
            mode = row.text(0)
            return false
        }
        try connection.execute("PRAGMA synchronous = FULL")
        let level = try connection.integer("PRAGMA synchronous")
        guard mode == "wal" && level == 2 else { throw .notDurable }
    }

    private static func make(_ connection: SQLiteConnection) throws(SQLiteFailure) {
        let statements = tables.values.sorted().joined(separator: ";")
        try connection.execute(
            """
            BEGIN IMMEDIATE; \(statements);
            INSERT INTO meta VALUES ('version', 0), ('epoch', 0);
            PRAGMA application_id = \(applicationID); PRAGMA user_version = \(formatVersion);
            COMMIT
            """)
    }

    /// Format 1 had the entries in a table without row ids. One transaction: the old format or the new one.
    private static func convert(_ connection: SQLiteConnection) throws(SQLiteFailure) {
        guard try connection.integer("PRAGMA user_version") == 1 else { return }
        try connection.execute(
            """
            BEGIN IMMEDIATE; ALTER TABLE entries RENAME TO entries1; \(entriesTable);
            INSERT INTO entries (key, value, version) SELECT key, value, version FROM entries1 ORDER BY key;
            DROP TABLE entries1; PRAGMA user_version = \(formatVersion);
            COMMIT
            """)
    }

    /// Quick: the tables are ours and nothing else is there, and both ends of the entries can be read.
    private static func check(_ connection: SQLiteConnection) throws(SQLiteFailure) {
        var found: [String: String] = [:]
        try connection.run("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL") { row in
            found[row.text(0)] = row.text(1)
            return true
        }
        guard found == tables else { throw .foreign }
        _ = try connection.integer("SELECT version FROM entries ORDER BY key ASC LIMIT 1")
        _ = try connection.integer("SELECT version FROM entries ORDER BY key DESC LIMIT 1")
    }

    private static func counter(
        _ query: StaticString, _ connection: SQLiteConnection
    ) throws(SQLiteFailure) -> UInt64 {
        // Half of the range is left for counting.
        guard let value = try connection.integer(query),
            value >= 0 && value < Int64.max / 2
        else { throw .damaged }
        return UInt64(value)
    }

    private static func advice(for failure: SQLiteFailure) -> String {
        switch failure.code & 0xff {
        case SQLITE_NOTADB: "Choose another storage path, or restore a snapshot"
        case SQLITE_CORRUPT: "Restore a snapshot into an empty folder"
        case SQLITE_MISMATCH: "Start the release that wrote it, or restore a snapshot made by this one"
        default: "Check the disk and the permissions of the folder"
        }
    }
}

extension SQLiteFailure {
    fileprivate static var foreign: SQLiteFailure {
        SQLiteFailure(code: SQLITE_NOTADB, systemCode: 0, message: "the file belongs to another program")
    }

    fileprivate static func otherRelease(_ format: Int64) -> SQLiteFailure {
        SQLiteFailure(
            code: SQLITE_MISMATCH, systemCode: 0,
            message: "the database has format \(format), which a newer release of this program wrote")
    }

    fileprivate static var damaged: SQLiteFailure {
        SQLiteFailure(code: SQLITE_CORRUPT, systemCode: 0, message: "the counters of the database are damaged")
    }

    fileprivate static var notDurable: SQLiteFailure {
        SQLiteFailure(
            code: SQLITE_ERROR, systemCode: 0,
            message: "SQLite refused the write-ahead log or synchronous=FULL on this file system")
    }
}
