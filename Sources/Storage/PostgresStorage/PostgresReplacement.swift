internal import CofferStorage
internal import PostgresClient

/// Everything out and everything in, in one transaction, which also ends whoever leads.
extension PostgresWritingSession {
    /// Bytes of the entries that are sent together.
    private static let chunk = 1 << 20

    mutating func replaceAll(
        with next: () throws -> (key: StorageKey, value: [UInt8])?, maxEntrySize: Int
    ) throws {
        do {
            let link = try connection()
            do {
                try replace(link, next, maxEntrySize)
            } catch {
                if !link.abandonTransaction(after: error as? PostgresFailure) { disconnect() }
                throw error
            }
        } catch let failure as PostgresFailure {
            throw health.report(failure)
        }
    }

    private mutating func replace(
        _ link: PostgresLink, _ next: () throws -> (key: StorageKey, value: [UInt8])?, _ maxEntrySize: Int
    ) throws {
        var limits = PostgresTransaction.Limits()
        // The source may be a slow disk; a node that is frozen here is ended by who takes over.
        (limits.idle, limits.statement, limits.lock) = (60_000, 600_000, 10_000)
        let opening =
            PostgresTransaction.begin(limits) + [
                PostgresStatement("SELECT pg_advisory_xact_lock(\(tables.lock))"),
                PostgresStatement(
                    """
                    UPDATE \(tables.leader) SET epoch = epoch + 1, holder = NULL, addr = '', valid_until = NULL WHERE id = 1
                    """),
                PostgresStatement(
                    "UPDATE \(tables.meta) SET version = version + 1, epoch = epoch + 1 WHERE id = 1 RETURNING version"),
                PostgresStatement("DELETE FROM \(tables.entries)"),
            ]
        let answers = try together(link, opening)
        guard let version = answers[answers.count - 2].integer(0) else {
            throw StorageError.unavailable("the table \(tables.meta) has lost its row")
        }
        var (keys, values, size): ([[UInt8]], [[UInt8]], Int) = ([], [], 0)
        while let (key, value) = try next() {
            if value.count > maxEntrySize { throw StorageError.tooLarge(limit: maxEntrySize) }
            keys.append(key.bytes)
            values.append(value)
            size += key.bytes.count + value.count
            if size < Self.chunk { continue }
            try together(link, [insertion(keys, values, version)])
            (keys, values, size) = ([], [], 0)
        }
        try together(link, [insertion(keys, values, version), PostgresTransaction.commit])
        start(from: UInt64(clamping: version))
    }

    private func insertion(_ keys: [[UInt8]], _ values: [[UInt8]], _ version: Int64) -> PostgresStatement {
        PostgresStatement(
            "INSERT INTO \(tables.entries) (key, value, version) SELECT k, v, $3 FROM unnest($1, $2) AS p(k, v)",
            [.byteArray(keys), .byteArray(values), .integer(version)])
    }

    @discardableResult
    private func together(
        _ link: PostgresLink, _ statements: [PostgresStatement]
    ) throws(PostgresFailure) -> [PostgresRows] {
        let outcome = link.runTogether(statements, within: .seconds(600))
        if let failure = outcome.failure { throw failure }
        return outcome.answers
    }
}
