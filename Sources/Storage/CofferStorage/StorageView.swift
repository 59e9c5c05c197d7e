internal import CofferBase

/// A storage seen through a prefix: what an engine gets, and cannot leave.
package struct StorageView: Sendable {
    private let base: any TransactionalStorage
    package let prefix: StorageKey

    package init(_ base: any TransactionalStorage, prefix: StorageKey) {
        self.base = base
        self.prefix = prefix
    }

    package func below(_ folder: some StringProtocol) -> StorageView {
        StorageView(base, prefix: prefix + folder)
    }

    package func get(_ key: StorageKey) async throws(StorageError) -> [UInt8]? {
        let full = prefix + key
        if let entry = try base.known(full) { return entry?.value }
        return try await base.get(full)?.value
    }

    /// Whether there is an entry, without looking into it.
    package func contains(_ key: StorageKey) async throws(StorageError) -> Bool {
        try await base.contains(prefix + key)
    }

    package func children(
        of folder: StorageKey, after: String? = nil, limit: Int? = nil
    ) async throws(StorageError) -> [String] {
        try await base.children(of: prefix + folder, after: after, limit: limit)
    }

    /// Keys relative to this view.
    package func scan(
        _ folder: StorageKey = "", after: StorageKey? = nil, limit: Int
    ) async throws(StorageError) -> [StorageKey] {
        let start = after.map { prefix + $0 }
        let found = try await base.scan(prefix + folder, after: start, limit: limit)
        return found.map { StorageKey(bytes: Array($0.bytes.dropFirst(prefix.bytes.count))) }
    }

    /// Those of the folders in which there is an entry.
    package func occupied(_ folders: [StorageKey]) async throws(StorageError) -> Set<StorageKey> {
        let found = try await base.occupied(folders.map { prefix + $0 })
        return Set(folders.filter { found.contains(prefix + $0) })
    }

    package func put(_ key: StorageKey, _ value: [UInt8]) async throws(StorageError) {
        var batch = WriteBatch(epoch: base.epoch)
        batch.changes[prefix + key] = .put(value)
        try await base.commit(batch)
    }

    package func delete(_ key: StorageKey) async throws(StorageError) {
        var batch = WriteBatch(epoch: base.epoch)
        batch.changes[prefix + key] = .delete
        try await base.commit(batch)
    }

    /// Runs `body` and commits what it changed; on a conflict runs it again from fresh reads: in turn with those that
    /// change the same entry, and after the third one in turn with all others of this view that fare alike.
    ///
    /// `body` may run several times, so it must have no effect but through the transaction. What it
    /// read is checked when it commits changes; the reads of a transaction without changes may come
    /// from different moments.
    /// - Throws: what `body` throws, `.conflict` when there was no end of conflicts, or why the commit failed.
    package func transaction<R>(
        _ body: (inout Transaction) async throws -> R
    ) async throws -> R {
        let contended: StorageKey?
        switch try await attempt(body) {
        case .committed(let result): return result
        case .conflict(let key): contended = key
        }
        // A transaction inside one that has its turn does not wait for itself.
        if ConflictTurn.isHeld { return try await insist(body) }
        // Many clients that write one entry would undo one another's work, and some would never be done.
        guard let contended else { return try await settle(body) }
        return try await ConflictTurn.entries.take(contended) { try await settle(body) }
    }

    /// Two more runs, and then the turn of this view.
    private func settle<R>(_ body: (inout Transaction) async throws -> R) async throws -> R {
        for _ in 0..<2 {
            if case .committed(let result) = try await attempt(body) { return result }
        }
        return try await ConflictTurn.views.take(prefix) { try await insist(body) }
    }

    private func insist<R>(_ body: (inout Transaction) async throws -> R) async throws -> R {
        for _ in 0..<30 {
            if case .committed(let result) = try await attempt(body) { return result }
        }
        throw StorageError.conflict
    }

    private enum Attempt<R> {
        case committed(R)
        /// Another commit came between its reads and its writes; with an entry that it read and changes, if there is one.
        case conflict(StorageKey?)
    }

    /// One run of `body` and its commit.
    private func attempt<R>(_ body: (inout Transaction) async throws -> R) async throws -> Attempt<R> {
        var transaction = Transaction(base, prefix: prefix)
        var isCommitted = false
        defer { transaction.end(committed: isCommitted) }
        do {
            let result = try await body(&transaction)
            try await transaction.commit()
            isCommitted = true
            return .committed(result)
        } catch let error as StorageError where error == .conflict {
            return .conflict(transaction.contended)
        }
    }
}

/// Of transactions that met others: one at a time for each entry, and one for each view of those that met again.
///
/// Who holds the turn of an entry may wait for that of a view, and never the other way round.
private enum ConflictTurn {
    static let entries = Turns()
    static let views = Turns()
    @TaskLocal static var isHeld = false
}

extension Turns {
    fileprivate func take<R>(_ key: StorageKey, _ body: () async throws -> R) async throws -> R {
        try await take(key.description) { try await ConflictTurn.$isHeld.withValue(true, operation: body) }
    }
}

/// A storage that knows the epoch under which this process writes (the barrier).
package protocol TransactionalStorage: Storage {
    var epoch: Epoch { get }
    /// What is known of an entry without waiting; nil when storage has to be asked. Requests are mostly about entries
    /// that are known, and a call that may wait costs more than the answer.
    func known(_ key: StorageKey) throws(StorageError) -> StoredEntry??
    /// The version of an entry, when that is known without waiting: what was decoded of that version need not be read.
    func knownVersion(_ key: StorageKey) throws(StorageError) -> UInt64?
    /// Whether there is an entry; it need not be readable.
    func contains(_ key: StorageKey) async throws(StorageError) -> Bool
}

extension TransactionalStorage {
    package func known(_ key: StorageKey) throws(StorageError) -> StoredEntry?? { nil }
    package func knownVersion(_ key: StorageKey) throws(StorageError) -> UInt64? { nil }
    package func contains(_ key: StorageKey) async throws(StorageError) -> Bool { try await get(key) != nil }
}

/// Reads with remembered versions, and changes that nobody sees until the commit.
package struct Transaction {
    private let base: any TransactionalStorage
    private let prefix: StorageKey
    private var batch: WriteBatch
    private var endings: [@Sendable (_ committed: Bool) -> Void] = []

    init(_ base: any TransactionalStorage, prefix: StorageKey) {
        self.base = base
        self.prefix = prefix
        batch = WriteBatch(epoch: base.epoch)
    }

    /// The value as this transaction sees it, its own changes included.
    package mutating func get(_ key: StorageKey) async throws(StorageError) -> [UInt8]? {
        let full = prefix + key
        if let change = batch.changes[full] { return change.value }
        if let entry = try base.known(full) { return try note(entry, at: full)?.value }
        return try note(try await base.get(full), at: full)?.value
    }

    /// The value decoded, which is done once for each version of it.
    package mutating func get<Value>(
        _ key: StorageKey, _ known: DecodedEntries<Value>, _ decode: ([UInt8]) throws -> Value
    ) async throws -> Value? {
        let full = prefix + key
        if let change = batch.changes[full] { return try change.value.map(decode) }
        if let version = try base.knownVersion(full), let value = known.known(at: full, version: version) {
            try note(version, at: full)
            return value
        }
        let found = if let entry = try base.known(full) { entry } else { try await base.get(full) }
        guard let entry = try note(found, at: full) else { return nil }
        return try known.value(of: entry, at: full, decode)
    }

    /// What was read must still be so when this commits.
    private mutating func note(_ entry: StoredEntry?, at full: StorageKey) throws(StorageError) -> StoredEntry? {
        try note(entry?.version ?? 0, at: full)
        return entry
    }

    private mutating func note(_ version: UInt64, at full: StorageKey) throws(StorageError) {
        // Most read a few entries.
        if batch.expected.isEmpty { batch.expected.reserveCapacity(6) }
        if let seen = batch.expected.updateValue(version, forKey: full), seen != version { throw .conflict }
    }

    package mutating func put(_ key: StorageKey, _ value: [UInt8]) {
        batch.changes[prefix + key] = .put(value)
    }

    package mutating func delete(_ key: StorageKey) {
        batch.changes[prefix + key] = .delete
    }

    package var isEmpty: Bool { batch.changes.isEmpty }

    /// The first entry that it read and changes: where it most likely met another one.
    fileprivate var contended: StorageKey? { batch.expected.keys.filter { batch.changes[$0] != nil }.min() }

    /// A transaction over the same batch whose keys start below another prefix of the same storage.
    ///
    /// Several services join one commit this way: token, accessor, parent index and lease.
    package mutating func within<R>(
        _ view: StorageView, _ body: (inout Transaction) async throws -> R
    ) async throws -> R {
        var inner = Transaction(base, prefix: view.prefix)
        // Moved: a copy would be made at the first change. When `body` throws its changes are gone, but the caller may
        // act on what it read.
        let before = batch.changes.isEmpty ? [:] : batch.changes
        swap(&inner.batch, &batch)
        defer { swap(&inner.batch, &batch) }
        do {
            let result = try await body(&inner)
            endings += inner.endings
            return result
        } catch {
            inner.batch.changes = before
            inner.end(committed: false)
            throw error
        }
    }

    /// Calls `body` once when it is known what became of the changes made so far: true when they are stored.
    ///
    /// For what is derived from storage and kept in memory. A transaction that is tried again ends with false
    /// and begins anew.
    package mutating func onEnd(_ body: @escaping @Sendable (_ committed: Bool) -> Void) { endings.append(body) }

    fileprivate func end(committed: Bool) {
        for body in endings { body(committed) }
    }

    func commit() async throws(StorageError) {
        if !batch.changes.isEmpty { try await base.commit(batch) }
    }
}

extension StorageView {
    /// Deletes every entry below this view, in batches; safe to run again after a crash.
    package func deleteAll(below folder: StorageKey = "") async throws(StorageError) {
        while true {
            let keys = try await scan(folder, limit: 500)
            if keys.isEmpty { return }
            var batch = WriteBatch(epoch: base.epoch)
            for key in keys { batch.changes[prefix + key] = .delete }
            try await base.commit(batch)
        }
    }
}

extension StorageView {
    /// How many entries there are; reads their names only.
    package func count() async throws(StorageError) -> Int {
        var total = 0
        var after: StorageKey?
        while true {
            let keys = try await scan(after: after, limit: 1000)
            total += keys.count
            guard keys.count == 1000, let last = keys.last else { return total }
            after = last
        }
    }
}
