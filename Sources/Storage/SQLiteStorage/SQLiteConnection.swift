internal import CGatheringLog
internal import CSQLite

/// One SQLite connection and its prepared statements: the only owner of the C handles.
///
/// Not `Sendable`: a mutex or a thread holds each connection, so that one thread uses it at a time.
final class SQLiteConnection {
    private let database: OpaquePointer
    /// By the places of their texts.
    private var statements: [UnsafePointer<UInt8>: OpaquePointer] = [:]
    /// Pages in the write-ahead log after the last commit of this connection.
    private let logPages = UnsafeMutablePointer<Int32>.allocate(capacity: 1)

    private static let isConfigured = csqlite_count_no_memory() == SQLITE_OK

    enum Value {
        case blob([UInt8])
        case integer(Int64)
    }

    /// - Parameter gathersLog: of the one that writes: see `coffer_gathering_log`.
    init(path: String, readOnly: Bool, gathersLog: Bool = false) throws(SQLiteFailure) {
        _ = Self.isConfigured
        var handle: OpaquePointer?
        // The file exists by now (made with its mode), so SQLite never creates one.
        let access = readOnly ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE
        let code = sqlite3_open_v2(
            path, &handle, access | SQLITE_OPEN_NOMUTEX, gathersLog ? coffer_gathering_log() : nil)
        guard let handle else { throw SQLiteFailure(code: code, systemCode: 0, message: "out of memory") }
        database = handle
        logPages.initialize(to: 0)
        if code != SQLITE_OK { throw failure(code) }
        sqlite3_extended_result_codes(handle, 1)
        sqlite3_busy_timeout(handle, 2000)
        // Closing must not touch the log by itself: after a failed sync that could hide the loss.
        csqlite_no_checkpoint_on_close(handle)
        // This takes the place of the automatic checkpoint, which is a hook too; see `SQLiteWriter.checkpoint`.
        _ = sqlite3_wal_hook(
            handle,
            { pages, _, _, count in
                pages?.assumingMemoryBound(to: Int32.self).pointee = count
                return SQLITE_OK
            }, logPages)
    }

    deinit {
        for statement in statements.values { sqlite3_finalize(statement) }
        sqlite3_close_v2(database)
        logPages.deallocate()
    }

    func execute(_ sql: String) throws(SQLiteFailure) {
        let code = sqlite3_exec(database, sql, nil, nil, nil)
        if code != SQLITE_OK { throw failure(code) }
    }

    /// Runs a statement, kept prepared, and calls `row` for each result row until it returns false.
    func run(
        _ sql: StaticString, _ values: [Value] = [], row: (Row) -> Bool = { _ in true }
    ) throws(SQLiteFailure) {
        let statement = try prepared(sql)
        defer {
            sqlite3_reset(statement)
            sqlite3_clear_bindings(statement)
        }
        for (index, value) in values.enumerated() { try bind(value, at: Int32(index + 1), statement) }
        while true {
            let code = sqlite3_step(statement)
            switch code {
            case SQLITE_ROW: if !row(Row(statement: statement)) { return }
            case SQLITE_DONE: return
            default: throw failure(code)
            }
        }
    }

    /// The first column of the first row; nil when there is no row.
    func integer(_ sql: StaticString) throws(SQLiteFailure) -> Int64? {
        var found: Int64?
        try run(sql) { row in
            found = row.integer(0)
            return false
        }
        return found
    }

    /// By the statement run last.
    var changedRows: Int { Int(sqlite3_changes(database)) }

    var pagesInLog: Int { Int(logPages.pointee) }

    /// Copies the write-ahead log into the database file; `truncating` also waits for readers and empties the log.
    /// - Returns: pages of the log that are not copied yet.
    @discardableResult
    func checkpoint(truncating: Bool = false) throws(SQLiteFailure) -> Int {
        let mode = truncating ? SQLITE_CHECKPOINT_TRUNCATE : SQLITE_CHECKPOINT_PASSIVE
        var (pages, copied) = (Int32(0), Int32(0))
        let code = sqlite3_wal_checkpoint_v2(database, nil, mode, &pages, &copied)
        if code != SQLITE_OK { throw failure(code) }
        logPages.pointee = 0
        return Int(max(pages - copied, 0))
    }

    /// A result row, valid only inside the callback.
    struct Row {
        fileprivate let statement: OpaquePointer

        func blob(_ column: Int32) -> [UInt8] {
            // The order matters: asking for the blob may convert the value and change its size.
            let bytes = sqlite3_column_blob(statement, column)
            let count = Int(sqlite3_column_bytes(statement, column))
            return Array(UnsafeRawBufferPointer(start: bytes, count: bytes == nil ? 0 : count))
        }

        func integer(_ column: Int32) -> Int64 { sqlite3_column_int64(statement, column) }

        func text(_ column: Int32) -> String { String(decoding: blob(column), as: UTF8.self) }
    }

    private func prepared(_ sql: StaticString) throws(SQLiteFailure) -> OpaquePointer {
        if let statement = statements[sql.utf8Start] { return statement }
        var statement: OpaquePointer?
        let code = sql.utf8Start.withMemoryRebound(to: CChar.self, capacity: sql.utf8CodeUnitCount) { text in
            sqlite3_prepare_v3(
                database, text, Int32(sql.utf8CodeUnitCount), UInt32(SQLITE_PREPARE_PERSISTENT), &statement, nil)
        }
        guard code == SQLITE_OK, let statement else { throw failure(code) }
        statements[sql.utf8Start] = statement
        return statement
    }

    private func bind(_ value: Value, at index: Int32, _ statement: OpaquePointer) throws(SQLiteFailure) {
        let code: Int32
        switch value {
        case .integer(let number): code = sqlite3_bind_int64(statement, index, number)
        // A null pointer would be bound as NULL, which no comparison finds.
        case .blob([]): code = sqlite3_bind_zeroblob(statement, index, 0)
        case .blob(let bytes):
            // SQLITE_TRANSIENT, a macro that Swift cannot import: SQLite copies the bytes.
            let transient = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
            code = bytes.withUnsafeBytes {
                sqlite3_bind_blob64(statement, index, $0.baseAddress, UInt64($0.count), transient)
            }
        }
        if code != SQLITE_OK { throw failure(code) }
    }

    private func failure(_ code: Int32) -> SQLiteFailure {
        SQLiteFailure(
            code: code, systemCode: sqlite3_system_errno(database),
            message: String(cString: sqlite3_errmsg(database)))
    }
}
