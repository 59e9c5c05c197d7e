internal import Synchronization

/// Values of entries that were decoded before, by key and version: an entry that has not changed is not decoded again.
///
/// Nothing has to be forgotten when an entry changes: it then has another version, and no two commits have the same.
/// Belongs to what lives from one unseal to the next, since a restored storage counts anew.
package final class DecodedEntries<Value: Sendable>: Sendable {
    private final class Known: Sendable {
        let value: Value
        init(_ value: Value) { self.value = value }
    }

    private let entries: KnownEntries

    package init(capacity: Int) { entries = KnownEntries(capacity: capacity) }

    /// What was made of this version of the entry; nil when nothing was yet.
    func known(at key: StorageKey, version: UInt64) -> Value? {
        (entries.find(key, version: version) as? Known)?.value
    }

    /// What `decode` makes of the entry, or made of it the last time.
    func value(of entry: StoredEntry, at key: StorageKey, _ decode: ([UInt8]) throws -> Value) rethrows -> Value {
        if let known = entries.find(key, version: entry.version) as? Known { return known.value }
        let value = try decode(entry.value)
        entries.keep(Known(value), at: key, version: entry.version)
        return value
    }
}

/// The part that is the same for all types.
private final class KnownEntries: Sendable {
    private struct Entry {
        let version: UInt64
        let value: any AnyObject & Sendable
    }

    private let entries = Mutex<[StorageKey: Entry]>([:])
    private let capacity: Int

    init(capacity: Int) { self.capacity = capacity }

    func find(_ key: StorageKey, version: UInt64) -> (any AnyObject & Sendable)? {
        entries.withLock { entries in
            guard let entry = entries[key], entry.version == version else { return nil }
            return entry.value
        }
    }

    func keep(_ value: any AnyObject & Sendable, at key: StorageKey, version: UInt64) {
        entries.withLock { entries in
            if entries.count >= capacity { entries.removeAll(keepingCapacity: true) }
            entries[key] = Entry(version: version, value: value)
        }
    }
}
