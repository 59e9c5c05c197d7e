internal import CofferStorage
internal import PostgresClient

/// How our tables are made and recognised.
struct PostgresSchema: Sendable {
    private let tables: PostgresTables
    private static let format: Int64 = 1
    /// Two nodes that start at once make the tables one after the other. Not a table's lock: there is none yet.
    private static let lock = PostgresTables.lockFamily << 32

    init(_ tables: PostgresTables) { self.tables = tables }

    /// Makes what is missing, if that is wished, and checks that the tables are ours.
    /// - Parameter withChanges: the table that tells other nodes what has changed is needed.
    func prepare(_ link: PostgresLink, creating: Bool, withChanges: Bool) throws(StorageOpenError) {
        if creating && !exists(link) {
            let made = link.runTogether(
                PostgresTransaction.begin() + creation + [PostgresTransaction.commit], within: .seconds(20))
            if let failure = made.failure {
                throw StorageOpenError(
                    "postgresql: the tables cannot be made: \(failure.text). Give the account the right to create "
                        + "tables, or make them yourself and set skip_create_table")
            }
        }
        if withChanges { try prepareChanges(link, creating: creating) }
        let found = link.runTogether(
            [
                PostgresStatement("SELECT format, version FROM \(tables.meta) WHERE id = 1"),
                PostgresStatement("SELECT count(*) FROM \(tables.leader) WHERE id = 1"),
                PostgresStatement("SELECT key, value, version FROM \(tables.entries) ORDER BY key LIMIT 0"),
            ], within: .seconds(10))
        if let failure = found.failure {
            throw StorageOpenError(
                "postgresql: the tables \(tables.entries), \(tables.meta) and \(tables.leader) are not all there, or "
                    + "another program's: \(failure.text). Choose other names, or let the server make them")
        }
        guard let format = found.answers[0].integer(0) else {
            throw StorageOpenError("postgresql: the table \(tables.meta) has lost its row; restore a backup")
        }
        guard format == Self.format else {
            throw StorageOpenError("postgresql: the tables have format \(format), which a newer release has made")
        }
    }

    /// Made later than the others, when reads on standbys are switched on.
    private func prepareChanges(_ link: PostgresLink, creating: Bool) throws(StorageOpenError) {
        let look = PostgresStatement("SELECT start, version, keys FROM \(tables.changes) LIMIT 0")
        if link.runTogether([look], within: .seconds(10)).failure == nil { return }
        let table = """
            CREATE TABLE IF NOT EXISTS \(tables.changes)
            (version bigint PRIMARY KEY, start bigint NOT NULL, keys bytea)
            """
        let statements = ["SELECT pg_advisory_xact_lock(\(Self.lock))", table].map { PostgresStatement($0) }
        let made =
            creating
            ? link.runTogether(
                PostgresTransaction.begin() + statements + [PostgresTransaction.commit], within: .seconds(20))
            : link.runTogether([look], within: .seconds(10))
        if let failure = made.failure {
            throw StorageOpenError(
                "postgresql: reads on standbys need the table \(tables.changes): \(failure.text). Give the account the "
                    + "right to create tables, or make it yourself: \(table)")
        }
    }

    private func exists(_ link: PostgresLink) -> Bool {
        link.runTogether([PostgresStatement("SELECT 1 FROM \(tables.meta)")], within: .seconds(10)).failure == nil
    }

    /// The rows are made only together with their table: one that was deleted later must be missed, not made anew.
    private var creation: [PostgresStatement] {
        [
            "SELECT pg_advisory_xact_lock(\(Self.lock))",
            """
            CREATE TABLE IF NOT EXISTS \(tables.entries)
            (key bytea PRIMARY KEY, value bytea NOT NULL, version bigint NOT NULL)
            """,
            """
            CREATE TABLE IF NOT EXISTS \(tables.leader) (id integer PRIMARY KEY CHECK (id = 1),
            epoch bigint NOT NULL, holder uuid, addr text NOT NULL DEFAULT '', valid_until timestamptz)
            """,
            """
            CREATE TABLE IF NOT EXISTS \(tables.meta) (id integer PRIMARY KEY CHECK (id = 1),
            format integer NOT NULL, version bigint NOT NULL, epoch bigint NOT NULL)
            """,
            """
            INSERT INTO \(tables.leader) (id, epoch) SELECT 1, 0
            WHERE NOT EXISTS (SELECT 1 FROM \(tables.meta)) ON CONFLICT DO NOTHING
            """,
            """
            INSERT INTO \(tables.meta) (id, format, version, epoch)
            SELECT 1, \(Self.format), 0, epoch FROM \(tables.leader) ON CONFLICT DO NOTHING
            """,
        ].map { PostgresStatement($0) }
    }
}
