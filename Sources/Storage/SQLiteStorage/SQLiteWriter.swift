internal import CofferBase
internal import CofferStorage
internal import Synchronization

/// The one connection that writes, and the queue in front of it.
///
/// Group commit: everything that waits goes into one transaction and shares its
/// sync. What a batch expects is checked before any of its changes is applied,
/// so one that conflicts is skipped without harm to the others.
final class SQLiteWriter: Sendable {
    private struct Waiting {
        let request: Request
        let continuation: Continuation
    }

    private typealias Continuation = CheckedContinuation<Result<UInt64, StorageError>, Never>

    private enum Request {
        case commit(WriteBatch)
        case acquireEpoch
    }

    private struct Queue {
        var waiting: [Waiting] = []
        var isDraining = false
        var isClosed = false
    }

    /// Touched by the writing thread only.
    private struct State {
        var connection: SQLiteConnection?
        var counters: Counters
        var known = KnownVersions()
    }

    private struct Counters: Equatable {
        var version: UInt64
        var epoch: UInt64
    }

    /// Bounds of a group: its latency and the size of the log stay small.
    private static let groupLimit = (requests: 256, bytes: 4 << 20)
    /// Pages after which the log is copied beside the writing: 16 MiB. Pages that many commits change are copied once.
    private static let logLimit = 4000
    /// Pages after which the writer copies the log itself, however long that takes: the disk cannot keep up.
    private static let largestLog = 16_000

    private let queue = Mutex(Queue())
    private let state: Mutex<State>
    private let counts = Mutex((commits: UInt64(0), requests: UInt64(0)))
    /// It lets the threads that answer requests go first: what they have ready joins the next commit.
    private let thread = BlockingPool(threads: 1, niceness: 5)
    private let note: VersionNote
    private let health: StorageHealth
    private let checkpointer: SQLiteCheckpointer

    init(
        _ opened: sending SQLiteSchema.Opened, note: VersionNote, health: StorageHealth,
        checkpointer: SQLiteCheckpointer
    ) {
        self.checkpointer = checkpointer
        state = Mutex(
            State(
                connection: opened.connection, counters: Counters(version: opened.version, epoch: opened.epoch)))
        self.note = note
        self.health = health
    }

    /// Durable transactions, and the requests they held.
    var statistics: (commits: UInt64, requests: UInt64) { counts.withLock { $0 } }

    func commit(_ batch: WriteBatch) async throws(StorageError) -> UInt64 { try await answer(to: .commit(batch)) }

    func acquireEpoch() async throws(StorageError) -> Epoch { Epoch(try await answer(to: .acquireEpoch)) }

    /// Answers everything that waits, empties the log and closes the connection. Blocks its caller.
    func close() {
        queue.withLock { $0.isClosed = true }
        checkpointer.close()
        _ = thread.submit { [self] in
            drain()
            state.withLock { state in
                checkpoint(&state, truncating: true)
                state.connection = nil
            }
        }
        thread.shutdown()
    }

    private func answer(to request: Request) async throws(StorageError) -> UInt64 {
        try health.check()
        let result = await withCheckedContinuation { continuation in
            enqueue(Waiting(request: request, continuation: continuation))
        }
        // What a thread made it gives back: memory that others return is looked for, for each request.
        return try withExtendedLifetime(request) { () throws(StorageError) in try result.get() }
    }

    private func enqueue(_ waiting: Waiting) {
        let (isClosed, mustStart) = queue.withLock { queue in
            if queue.isClosed { return (true, false) }
            queue.waiting.append(waiting)
            defer { queue.isDraining = true }
            return (false, !queue.isDraining)
        }
        if isClosed { waiting.continuation.resume(returning: .failure(StorageHealth.closed)) }
        if mustStart, !thread.submit({ [self] in drain() }) { refuseWaiting() }
    }

    /// Nothing will be written: the storage is closing, or the system gave no thread.
    private func refuseWaiting() {
        while let group = nextGroup() {
            for waiting in group { waiting.continuation.resume(returning: .failure(.unavailable("no writing thread"))) }
        }
    }

    /// On the writing thread: everything that waits, group by group. Answers come before the checkpoint.
    private func drain() {
        while let answers = answerGroup() {
            for (continuation, result) in answers { continuation.resume(returning: result) }
            state.withLock { shortenLog(&$0) }
        }
    }

    /// The next group's answers; its requests are let go, which whoever asked still holds.
    private func answerGroup() -> Zip2Sequence<[Continuation], [Result<UInt64, StorageError>]>? {
        guard let group = nextGroup() else { return nil }
        let results = state.withLock { perform(group, &$0) }
        return zip(group.map(\.continuation), results)
    }

    private func shortenLog(_ state: inout State) {
        guard let pages = state.connection?.pagesInLog, pages >= Self.logLimit else { return }
        switch checkpointer.progress {
        case .idle where pages < Self.largestLog: return checkpointer.start(at: state.counters.version)
        case .copying where pages < Self.largestLog: return
        case .idle, .copying, .nearlyDone: checkpoint(&state, truncating: false)
        }
    }

    private func nextGroup() -> [Waiting]? {
        queue.withLock { queue in
            var bytes = 0
            let group = queue.waiting.prefix(Self.groupLimit.requests).prefix { waiting in
                defer { if case .commit(let batch) = waiting.request { bytes += batch.size } }
                return bytes < Self.groupLimit.bytes
            }
            queue.isDraining = !group.isEmpty
            queue.waiting.removeFirst(group.count)
            return group.isEmpty ? nil : Array(group)
        }
    }

    /// One transaction, which succeeds or fails as a whole but for the requests it refuses.
    private func perform(_ group: [Waiting], _ state: inout State) -> [Result<UInt64, StorageError>] {
        do throws(StorageError) {
            if let failure = health.failure { throw failure }
            guard let connection = state.connection else { throw StorageHealth.closed }
            var counters = state.counters
            do throws(SQLiteFailure) {
                let results = try Self.transaction(group.map(\.request), &counters, &state.known, connection)
                if counters != state.counters {
                    counts.withLock { $0 = ($0.commits + 1, $0.requests + UInt64(group.count)) }
                }
                state.counters = counters
                return results
            } catch {
                // SQLite has already rolled back after some failures; then this one has nothing to do.
                try? connection.execute("ROLLBACK")
                state.known = KnownVersions()
                throw health.report(error)
            }
        } catch {
            return group.map { _ in .failure(error) }
        }
    }

    private static func transaction(
        _ requests: [Request], _ counters: inout Counters, _ known: inout KnownVersions,
        _ connection: SQLiteConnection
    ) throws(SQLiteFailure) -> [Result<UInt64, StorageError>] {
        let before = counters
        var results: [Result<UInt64, StorageError>] = []
        try connection.run("BEGIN IMMEDIATE")
        for request in requests {
            switch request {
            case .acquireEpoch:
                counters.epoch += 1
                results.append(.success(counters.epoch))
            case .commit(let batch):
                let refusal = try SQLiteBatch.apply(
                    batch, &counters.version, epoch: counters.epoch, &known, connection)
                if let refusal {
                    results.append(.failure(refusal))
                } else {
                    results.append(.success(counters.version))
                }
            }
        }
        if counters != before { try store(counters, connection) }
        try connection.run("COMMIT")
        return results
    }

    /// On the writing thread: everything out and everything in, in one transaction of its own.
    func replaceAll(
        with next: @escaping @Sendable () throws -> (key: StorageKey, value: [UInt8])?, maxEntrySize: Int
    ) async throws {
        try health.check()
        do {
            try await thread.run { [self] in
                try state.withLock { state in
                    try replaceAll(&state, next, maxEntrySize)
                    checkpoint(&state, truncating: false)
                }
            }
        } catch is BlockingPool.Closed {
            throw StorageHealth.closed
        }
    }

    private func replaceAll(
        _ state: inout State, _ next: () throws -> (key: StorageKey, value: [UInt8])?, _ maxEntrySize: Int
    ) throws {
        if let failure = health.failure { throw failure }
        guard let connection = state.connection else { throw StorageHealth.closed }
        let counters = Counters(version: state.counters.version + 1, epoch: state.counters.epoch + 1)
        state.known = KnownVersions()
        do {
            try connection.run("BEGIN IMMEDIATE")
            try connection.run("DELETE FROM entries")
            while let (key, value) = try next() {
                if value.count > maxEntrySize { throw StorageError.tooLarge(limit: maxEntrySize) }
                try connection.run(
                    "INSERT INTO entries (key, value, version) VALUES (?1, ?2, ?3)",
                    [.blob(key.bytes), .blob(value), .integer(Int64(bitPattern: counters.version))])
            }
            try Self.store(counters, connection)
            try connection.run("COMMIT")
            state.counters = counters
        } catch {
            try? connection.execute("ROLLBACK")
            if let failure = error as? SQLiteFailure { throw health.report(failure) }
            throw error
        }
    }

    private static func store(_ counters: Counters, _ connection: SQLiteConnection) throws(SQLiteFailure) {
        try connection.run(
            "UPDATE meta SET value = CASE name WHEN 'version' THEN ?1 ELSE ?2 END",
            [.integer(Int64(counters.version)), .integer(Int64(counters.epoch))])
    }

    /// By hand, not by SQLite's automatic checkpoint, which would hide a failed sync (rule L5).
    private func checkpoint(_ state: inout State, truncating: Bool) {
        guard let connection = state.connection, health.failure == nil else { return }
        // Two at once are refused by SQLite.
        checkpointer.wait()
        defer { checkpointer.finish() }
        do throws(SQLiteFailure) {
            try connection.checkpoint(truncating: truncating)
        } catch {
            _ = health.report(error)
        }
        if truncating { note.write(state.counters.version) }
    }
}

extension WriteBatch {
    /// Bytes of its keys and values.
    fileprivate var size: Int {
        changes.reduce(0) { sum, change in
            guard case .put(let value) = change.value else { return sum + change.key.bytes.count }
            return sum + change.key.bytes.count + value.count
        }
    }
}
