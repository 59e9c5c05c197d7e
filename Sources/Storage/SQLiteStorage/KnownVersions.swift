internal import CofferStorage

/// Versions of the entries that batches expected last, as the open transaction of the writer has them: the same few are
/// expected again and again, such as the entity of whoever logs in. When a transaction is rolled back they are wrong.
struct KnownVersions {
    private static let capacity = 1024
    private var versions: [StorageKey: UInt64] = [:]

    /// 0 for an entry that is not there.
    mutating func version(
        of key: StorageKey, else read: () throws(SQLiteFailure) -> UInt64
    ) throws(SQLiteFailure) -> UInt64 {
        if let known = versions[key] { return known }
        let version = try read()
        if versions.count == Self.capacity { versions.removeAll(keepingCapacity: true) }
        versions[key] = version
        return version
    }

    /// An entry has been written, or deleted: 0.
    mutating func change(_ key: StorageKey, to version: UInt64) {
        if let index = versions.index(forKey: key) { versions.values[index] = version }
    }
}
