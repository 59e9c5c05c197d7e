internal import CofferStorage

/// Names of our tables as they stand in statements: quoted once, here (contract rule E14).
struct PostgresTables: Sendable {
    /// key, value, version
    let entries: String
    /// The storage version, and the highest epoch that was given out.
    let meta: String
    /// Who leads.
    let leader: String
    /// Which keys each transaction has changed, for nodes that read beside the leader.
    let changes: String
    /// The advisory lock between writers and a take-over, as an expression: our name and the number of the
    /// table, so that clusters in one database do not meet.
    let lock: String

    /// PostgreSQL cuts longer names off without a word.
    private static let longestName = 63
    private static let metaEnding = "_meta"
    private static let changesEnding = "_changes"

    init(entries: String, leader: String) throws(StorageOpenError) {
        self.entries = try Self.quoted(entries, room: Self.changesEnding.utf8.count, "table")
        meta = try Self.quoted(entries + Self.metaEnding, room: 0, "table")
        changes = try Self.quoted(entries + Self.changesEnding, room: 0, "table")
        self.leader = try Self.quoted(leader, room: 0, "ha_table")
        guard ![entries, entries + Self.metaEnding, entries + Self.changesEnding].contains(leader) else {
            throw StorageOpenError("postgresql: ha_table must be another table than table")
        }
        lock = "(\(Self.lockFamily << 32) + \(Self.literal(self.leader))::regclass::oid::bigint)"
    }

    /// "COFR".
    static let lockFamily: Int64 = 0x434F_4652

    private static func quoted(_ name: String, room: Int, _ key: String) throws(StorageOpenError) -> String {
        guard !name.isEmpty, !name.utf8.contains(0), name.utf8.count + room <= longestName else {
            throw StorageOpenError(
                "postgresql: \(key) must have between 1 and \(longestName - room) bytes, none of them zero")
        }
        return "\"" + name.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
    }

    /// A text that names an identifier; `E''` so that a backslash means the same under every setting.
    static func literal(_ text: String) -> String {
        var literal = "E'"
        for character in text.unicodeScalars {
            if character == "'" || character == "\\" { literal += "\\" }
            literal.unicodeScalars.append(character)
        }
        return literal + "'"
    }
}
