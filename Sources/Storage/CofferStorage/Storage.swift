/// Proof of leadership: grows with every take-over and is checked inside every
/// commit, so that a deposed leader cannot write (contract, "Why locks are not enough").
package struct Epoch: Hashable, Comparable, Sendable {
    package let value: UInt64
    package init(_ value: UInt64) { self.value = value }
    package static func < (left: Epoch, right: Epoch) -> Bool { left.value < right.value }
}

/// A stored value and the storage version of the commit that wrote it (never 0).
package struct StoredEntry: Sendable, Equatable {
    package var value: [UInt8]
    package var version: UInt64

    package init(value: [UInt8], version: UInt64) {
        self.value = value
        self.version = version
    }
}

/// What a storage can say went wrong; texts name no values.
package enum StorageError: Error, Sendable, Equatable {
    /// An entry that the batch had read has changed since; the caller retries from its reads.
    case conflict
    /// The epoch of the batch is not the current one: this node no longer leads.
    case fenced
    /// Nothing was written; the same batch may succeed later (disk full, connection lost before the commit).
    case unavailable(String)
    /// The outcome is unknown: it must not be retried blindly.
    case unknownOutcome(String)
    /// This storage must not be used again by this process (failed fsync, failed checksum).
    case broken(String)
    /// One entry cannot be read or authenticated.
    case integrity(StorageKey)
    /// An entry is larger than the limit, in bytes.
    case tooLarge(limit: Int)
    /// The barrier above the storage is sealed.
    case sealed
}

/// All effects of one operation: committed together or not at all.
package struct WriteBatch: Sendable {
    package enum Change: Sendable, Equatable {
        case put([UInt8])
        case delete

        /// What there is afterwards.
        package var value: [UInt8]? { if case .put(let value) = self { value } else { nil } }
    }

    package var epoch: Epoch
    /// Versions the author saw; 0 means "was absent".
    package var expected: [StorageKey: UInt64] = [:]
    package var changes: [StorageKey: Change] = [:]

    package init(epoch: Epoch) { self.epoch = epoch }
}

/// Where entries live. Every implementation passes `StorageConformance`.
package protocol Storage: Sendable {
    /// Name in `storage_type` of `sys/seal-status`: `inmem`, `sqlite`, …
    var type: String { get }

    /// The entry, or nil when there is none. Never returns data of an uncommitted batch.
    func get(_ key: StorageKey) async throws(StorageError) -> StoredEntry?

    /// Names directly below `prefix`, in byte order: `leaf` for an entry, `folder/` once for all entries below it.
    /// - Parameters:
    ///   - prefix: empty, or a path that ends in `/`; an entry stored exactly at `prefix` is not listed.
    ///   - after: only names greater than this one (byte order, folders with their `/`).
    ///   - limit: at most this many; nil for all.
    /// Names are text: bytes that are not UTF-8 come out as U+FFFD; `scan` gives exact keys.
    func children(
        of prefix: StorageKey, after: String?, limit: Int?
    ) async throws(StorageError) -> [String]

    /// Complete keys that start with `prefix` and are greater than `after`, in byte order.
    func scan(
        _ prefix: StorageKey, after: StorageKey?, limit: Int
    ) async throws(StorageError) -> [StorageKey]

    /// Those of the prefixes with which some key starts: many questions at once, about as they are at one moment.
    func occupied(_ prefixes: [StorageKey]) async throws(StorageError) -> Set<StorageKey>

    /// Applies the batch atomically and durably; returns the new storage version.
    /// A batch without changes only checks, and leaves the version as it is.
    /// - Throws: `.tooLarge`, `.fenced` when the epoch is not the current one, `.conflict` when an
    ///   expectation fails; each of them before anything is applied.
    @discardableResult
    func commit(_ batch: WriteBatch) async throws(StorageError) -> UInt64

    /// Takes leadership: a new epoch, larger than every one before, durable before it returns.
    func acquireEpoch() async throws(StorageError) -> Epoch

    /// Gives every entry to `body`, in key order and all as they were at one moment; writers go on meanwhile.
    /// - Parameter body: called on a thread that may block; what it throws ends the walk and is thrown.
    /// - Returns: the storage version of that moment, and the epoch.
    func walk(
        _ body: @escaping @Sendable (StorageKey, [UInt8]) throws -> Void
    ) async throws -> (version: UInt64, epoch: Epoch)

    /// Puts other entries in the place of all there are, in one durable commit, and ends the leadership of
    /// whoever led. A failure, of `next` too, leaves everything as it was.
    /// - Parameter next: gives the entries, then nil; called on a thread that may block.
    func replaceAll(
        with next: @escaping @Sendable () throws -> (key: StorageKey, value: [UInt8])?
    ) async throws

    /// Releases files and threads; later calls throw `.unavailable`.
    func close() async
}

extension Storage {
    package func occupied(_ prefixes: [StorageKey]) async throws(StorageError) -> Set<StorageKey> {
        var found: Set<StorageKey> = []
        for prefix in prefixes where try await !scan(prefix, after: nil, limit: 1).isEmpty { found.insert(prefix) }
        return found
    }
}
