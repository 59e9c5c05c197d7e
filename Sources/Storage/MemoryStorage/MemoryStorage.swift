internal import CofferBase
package import CofferStorage
internal import Synchronization

/// Entries in memory, for tests and development mode.
package final class MemoryStorage: Storage, ChangeFeed {
    private struct Contents {
        var entries = SortedEntries()
        var version: UInt64 = 0
        var epoch = Epoch(0)
        var isClosed = false
        /// What the latest commits changed, the oldest first; nil before anybody asked.
        var changes: [(version: UInt64, keys: [StorageKey])]?

        /// Nil: not known any more.
        func changedKeys(since version: UInt64) -> [StorageKey]? {
            if version == self.version { return [] }
            guard let changes, let first = changes.first, first.version <= version + 1 else { return nil }
            return changes.lazy.filter { $0.version > version }.flatMap(\.keys)
        }
    }

    private static let keptChanges = 256

    private let contents = Mutex(Contents())
    private let maxEntrySize: Int
    /// Faults that a test plans.
    package let faults = StorageFaults()

    /// - Parameter maxEntrySize: in bytes, of one value; 1 MiB as in Vault's integrated storage.
    package init(maxEntrySize: Int = 1 << 20) { self.maxEntrySize = maxEntrySize }

    package var type: String { "inmem" }

    package func get(_ key: StorageKey) async throws(StorageError) -> StoredEntry? {
        try await access { (contents) throws(StorageError) in contents.entries[key] }
    }

    package func children(
        of prefix: StorageKey, after: String?, limit: Int?
    ) async throws(StorageError) -> [String] {
        try await access { (contents) throws(StorageError) in
            var listing = FolderListing(of: prefix, after: after, limit: limit)
            while let start = listing.start { contents.entries.walk(from: start, offeringTo: &listing) }
            return listing.names
        }
    }

    package func scan(
        _ prefix: StorageKey, after: StorageKey?, limit: Int
    ) async throws(StorageError) -> [StorageKey] {
        try await access { (contents) throws(StorageError) in
            var position = contents.entries.lowerBound(after.map { max($0.successor, prefix) } ?? prefix)
            var keys: [StorageKey] = []
            while keys.count < limit, let item = contents.entries[position], item.key.hasPrefix(prefix) {
                keys.append(item.key)
                position = contents.entries.position(after: position)
            }
            return keys
        }
    }

    @discardableResult
    package func commit(_ batch: WriteBatch) async throws(StorageError) -> UInt64 {
        let limit = maxEntrySize
        return try await access { (contents) throws(StorageError) in
            try faults.commit()
            for case .put(let value) in batch.changes.values where value.count > limit {
                throw .tooLarge(limit: limit)
            }
            guard batch.epoch == contents.epoch else { throw .fenced }
            for (key, version) in batch.expected where (contents.entries[key]?.version ?? 0) != version {
                throw .conflict
            }
            if !batch.changes.isEmpty {
                contents.version += 1
                contents.changes?.append((contents.version, Array(batch.changes.keys)))
                if contents.changes?.count == 2 * Self.keptChanges { contents.changes?.removeFirst(Self.keptChanges) }
            }
            for (key, change) in batch.changes {
                switch change {
                case .put(let value):
                    contents.entries.put(StoredEntry(value: value, version: contents.version), at: key)
                case .delete: contents.entries.remove(key)
                }
            }
            return contents.version
        }
    }

    package func changes(since moment: StorageMoment?) async throws(StorageError) -> StorageChanges {
        try await access { (contents) throws(StorageError) in
            let now = StorageMoment(epoch: contents.epoch, version: contents.version)
            contents.changes = contents.changes ?? []
            guard let moment, moment.epoch == now.epoch else { return StorageChanges(moment: now, keys: nil) }
            return StorageChanges(moment: now, keys: contents.changedKeys(since: moment.version))
        }
    }

    package func acquireEpoch() async throws(StorageError) -> Epoch {
        try await access { (contents) throws(StorageError) in
            contents.epoch = Epoch(contents.epoch.value + 1)
            return contents.epoch
        }
    }

    package func walk(
        _ body: @escaping @Sendable (StorageKey, [UInt8]) throws -> Void
    ) async throws -> (version: UInt64, epoch: Epoch) {
        // A copy costs nothing before someone writes.
        let copy = try await access { (contents) throws(StorageError) in
            (contents.entries, contents.version, contents.epoch)
        }
        try await BlockingPool(threads: 1).run {
            var position = copy.0.lowerBound("")
            while let item = copy.0[position] {
                try body(item.key, item.entry.value)
                position = copy.0.position(after: position)
            }
        }
        return (copy.1, copy.2)
    }

    package func replaceAll(
        with next: @escaping @Sendable () throws -> (key: StorageKey, value: [UInt8])?
    ) async throws {
        let (version, limit) = (try await access { $0.version } + 1, maxEntrySize)
        let entries = try await BlockingPool(threads: 1).run {
            var entries = SortedEntries()
            while let (key, value) = try next() {
                if value.count > limit { throw StorageError.tooLarge(limit: limit) }
                entries.put(StoredEntry(value: value, version: version), at: key)
            }
            return entries
        }
        try await access { (contents) throws(StorageError) in
            contents.entries = entries
            contents.version = max(contents.version + 1, version)
            if contents.changes != nil { contents.changes = [] }
            contents.epoch = Epoch(contents.epoch.value + 1)
        }
    }

    package func close() async { contents.withLock { $0.isClosed = true } }

    private func access<R: Sendable>(
        _ body: (inout Contents) throws(StorageError) -> R
    ) async throws(StorageError) -> R {
        try await faults.operation()
        let result: Result<R, StorageError> = contents.withLock { contents in
            do throws(StorageError) {
                if contents.isClosed { throw .unavailable("the storage is closed") }
                return .success(try body(&contents))
            } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }
}

extension SortedEntries {
    /// Offers keys from `start` on until the listing wants to seek.
    fileprivate func walk(from start: StorageKey, offeringTo listing: inout FolderListing) {
        var position = lowerBound(start)
        while let item = self[position] {
            if case .seek = listing.offer(item.key.bytes) { return }
            position = self.position(after: position)
        }
        listing.finish()
    }
}
