internal import CofferStorage
internal import PostgresClient

/// Names in a folder, read in pages of keys.
///
/// Where most of a page lies below one sub-folder, the next page is asked for in another way: the server itself
/// jumps from one name to the next, which costs one look-up for each name instead of reading all keys between.
struct PostgresListing {
    let tables: PostgresTables

    private static let page = 512

    func names(
        of prefix: StorageKey, after: String?, limit: Int?, _ reader: PostgresReader
    ) throws(PostgresFailure) -> [String] {
        var listing = FolderListing(of: prefix, after: after, limit: limit)
        var jumps = false
        while let start = listing.start {
            let page = min(limit.map { $0 - listing.names.count + 1 } ?? Self.page, Self.page)
            let rows = try reader.rows(
                jumps ? jumping : walking,
                [.bytes(start.bytes), .integer(Int64(page))] + (jumps ? [.integer(Int64(prefix.bytes.count))] : []))
            let used = offer(rows, to: &listing)
            // Fewer keys than asked for: nothing comes after the last of them.
            if rows.count < page { listing.finish() }
            jumps = used < page / 2
        }
        return listing.names
    }

    /// Offers the keys of a page, those passed over that lie before the place to go on; how many were used.
    private func offer(_ rows: PostgresRows, to listing: inout FolderListing) -> Int {
        var used = 0
        for row in 0..<rows.count {
            guard let start = listing.start else { return used }
            guard let key = rows.bytes(row), !(StorageKey(bytes: key) < start) else { continue }
            used += 1
            if case .next = listing.offer(key) { listing.moveOn(behind: key) }
        }
        return used
    }

    private var walking: String { "SELECT key FROM \(tables.entries) WHERE key >= $1 ORDER BY key LIMIT $2" }

    /// The first key of each name: behind a leaf its successor, behind a sub-folder (`/` is 0x2f) what follows it.
    private var jumping: String {
        """
        WITH RECURSIVE found(key) AS (
        (SELECT key FROM \(tables.entries) WHERE key >= $1 ORDER BY key LIMIT 1)
        UNION ALL SELECT (SELECT e.key FROM \(tables.entries) e WHERE e.key >= CASE
        position('\\x2f'::bytea IN substring(found.key FROM $3::int + 1))
        WHEN 0 THEN found.key || '\\x00'::bytea
        ELSE substring(found.key FROM 1 FOR $3::int + position('\\x2f'::bytea IN substring(found.key FROM $3::int + 1)) - 1)
        || '\\x30'::bytea END ORDER BY e.key LIMIT 1)
        FROM found WHERE found.key IS NOT NULL)
        SELECT key FROM found WHERE key IS NOT NULL LIMIT $2
        """
    }
}
