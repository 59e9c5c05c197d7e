/// Copies every entry of one storage to another, as it is, encrypted values included.
///
/// The destination holds a mark until the copy is whole: a server does not start on half of one, and an
/// interrupted migration goes on after the last batch that was committed.
package struct StorageMigration: Sendable {
    /// What stands in the destination while the copy is not whole; its value is the last key that was copied.
    package static let mark: StorageKey = "core/migration"

    /// Why nothing was copied.
    package enum Refusal: Error, Sendable, Equatable {
        case emptySource
        /// The destination holds entries that no migration left there.
        case occupiedDestination
        /// The source is itself the half of a copy.
        case unfinishedSource
        /// An entry of the source is not in the destination, or is another one there.
        case differs(StorageKey)
    }

    private static let batchSize = 256

    let source: any Storage
    let destination: any Storage

    package init(from source: any Storage, to destination: any Storage) {
        self.source = source
        self.destination = destination
    }

    /// True when a migration into `storage` was begun and not finished.
    package static func isUnfinished(_ storage: any Storage) async throws(StorageError) -> Bool {
        try await storage.get(mark) != nil
    }

    /// - Parameters:
    ///   - start: copies only keys from this one on, in place of where an interrupted migration was.
    ///   - report: is told of every batch: how many entries, and the last key.
    /// - Returns: how many entries this run has copied.
    /// - Throws: `Refusal`, or `StorageError` from either storage.
    package func run(
        from start: StorageKey? = nil, report: @Sendable (_ count: Int, _ last: StorageKey) -> Void = { _, _ in }
    ) async throws -> Int {
        var after = try await resumption(start)
        let epoch = try await destination.acquireEpoch()
        var total = 0
        while true {
            let keys = try await source.scan("", after: after, limit: Self.batchSize)
            guard let last = keys.last else { break }
            var batch = WriteBatch(epoch: epoch)
            for key in keys {
                if let start, key < start { continue }
                if let entry = try await source.get(key) { batch.changes[key] = .put(entry.value) }
            }
            total += batch.changes.count
            batch.changes[Self.mark] = .put(last.bytes)
            try await destination.commit(batch)
            report(total, last)
            after = last
        }
        try await verify(from: start)
        var end = WriteBatch(epoch: epoch)
        end.changes[Self.mark] = .delete
        try await destination.commit(end)
        return total
    }

    /// Reads both anew and compares: the mark goes only when nothing is missing and nothing differs.
    private func verify(from start: StorageKey?) async throws {
        var after: StorageKey?
        while true {
            let keys = try await source.scan("", after: after, limit: Self.batchSize)
            guard let last = keys.last else { return }
            for key in keys {
                if let start, key < start { continue }
                let (original, copy) = (try await source.get(key), try await destination.get(key))
                guard original?.value == copy?.value else { throw Refusal.differs(key) }
            }
            after = last
        }
    }

    /// The key after which to go on; nil for the beginning.
    private func resumption(_ start: StorageKey?) async throws -> StorageKey? {
        if try await Self.isUnfinished(source) { throw Refusal.unfinishedSource }
        if try await source.scan("", after: nil, limit: 1).isEmpty { throw Refusal.emptySource }
        let reached = try await destination.get(Self.mark)
        if reached == nil, start == nil, try await !destination.scan("", after: nil, limit: 1).isEmpty {
            throw Refusal.occupiedDestination
        }
        return start == nil ? reached.map { StorageKey(bytes: $0.value) } : nil
    }
}
