internal import CofferStorage
internal import PostgresClient

/// Which keys have changed since a moment: one row for each transaction, which also says where it started from, so
/// that a row that is missing is noticed.
struct PostgresChanges {
    let tables: PostgresTables

    /// More rows than this are not looked at: then anything may have changed.
    private static let limit = 256
    /// Of one transaction; more are not noted.
    private static let keyLimit = 1024
    /// How many versions are kept.
    private static let depth: UInt64 = 8192

    // MARK: writing

    /// Notes what a transaction changes; part of that transaction.
    func note(_ keys: Set<StorageKey>, from start: UInt64, to end: UInt64) -> [PostgresStatement] {
        let noted = keys.count <= Self.keyLimit ? PostgresValue.bytes(Self.encoded(keys)) : .bytes([])
        let note = PostgresStatement(
            "INSERT INTO \(tables.changes) (version, start, keys) VALUES ($1, $2, $3)",
            [.integer(Int64(clamping: end)), .integer(Int64(clamping: start)), noted])
        // Now and then: when the version passes a multiple of a part of what is kept.
        let step = Self.depth / 8
        guard end / step != start / step, end > Self.depth else { return [note] }
        let old = PostgresStatement(
            "DELETE FROM \(tables.changes) WHERE version < $1", [.integer(Int64(clamping: end - Self.depth))])
        return [note, old]
    }

    /// Length and bytes of each key. Nothing for a transaction that changed more than is noted.
    private static func encoded(_ keys: Set<StorageKey>) -> [UInt8] {
        keys.flatMap { key in
            let count = UInt16(clamping: key.bytes.count)
            return [UInt8(count >> 8), UInt8(count & 0xff)] + key.bytes
        }
    }

    private static func decoded(_ bytes: [UInt8]) -> [StorageKey]? {
        if bytes.isEmpty { return nil }
        var keys: [StorageKey] = []
        var rest = bytes[...]
        while let high = rest.popFirst() {
            guard let low = rest.popFirst() else { return nil }
            let count = Int(high) << 8 | Int(low)
            guard rest.count >= count else { return nil }
            keys.append(StorageKey(bytes: Array(rest.prefix(count))))
            rest = rest.dropFirst(count)
        }
        return keys
    }

    // MARK: reading

    /// For a database without the table.
    private static let nothing = "(SELECT 0::bigint AS version, 0::bigint AS start, NULL::bytea AS keys)"

    func changes(
        since moment: StorageMoment?, _ reader: PostgresReader, isKept: Bool
    ) throws(PostgresFailure) -> StorageChanges {
        // One statement sees one state: a row that it does not show belongs to a later version.
        let rows = try reader.rows(
            """
            SELECT m.version, m.epoch, c.start, c.version, c.keys FROM \(tables.meta) m
            LEFT JOIN \(isKept ? tables.changes : Self.nothing) AS c ON c.version > $1 AND c.version <= m.version
            WHERE m.id = 1 ORDER BY c.version LIMIT \(Self.limit + 1)
            """, [.integer(Int64(clamping: moment?.version ?? UInt64(Int64.max)))])
        guard let version = rows.integer(0, 0), let epoch = rows.integer(0, 1) else {
            throw PostgresFailure(rejected: "the table \(tables.meta) has lost its row")
        }
        let now = StorageMoment(epoch: Epoch(UInt64(clamping: epoch)), version: UInt64(clamping: version))
        return StorageChanges(moment: now, keys: moment.flatMap { Self.keys(since: $0, until: now, rows) })
    }

    /// Nil when the rows are not all there, or another node has begun to lead.
    private static func keys(
        since moment: StorageMoment, until now: StorageMoment, _ rows: PostgresRows
    ) -> [StorageKey]? {
        guard moment.epoch == now.epoch, rows.count <= limit else { return nil }
        var keys: [StorageKey] = []
        var reached = moment.version
        for row in 0..<rows.count where rows.integer(row, 3) != nil {
            guard let start = rows.integer(row, 2), UInt64(clamping: start) == reached,
                let version = rows.integer(row, 3), let changed = rows.bytes(row, 4).flatMap(decoded)
            else { return nil }
            keys += changed
            reached = UInt64(clamping: version)
        }
        return reached == now.version ? keys : nil
    }
}
