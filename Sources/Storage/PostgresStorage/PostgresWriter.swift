internal import CofferBase
internal import CofferStorage
internal import PostgresClient
internal import Synchronization

/// The one connection that writes, and the queue in front of it.
///
/// Group commit: everything that waits goes into one transaction, sent in one round trip.
final class PostgresWriter: Sendable {
    private struct Waiting {
        let batch: WriteBatch
        let since = Steady.now()
        let continuation: CheckedContinuation<Result<UInt64, StorageError>, Never>
    }

    private struct Queue {
        var waiting: [Waiting] = []
        var isDraining = false
        var isClosed = false
    }

    /// Bounds of a group: its latency and the size of its transaction stay small.
    private static let groupLimit = (batches: 256, bytes: 4 << 20)
    /// Of the queue: how many wait, and how long.
    private static let waitingLimit = (count: 8192, time: Duration.seconds(10))

    private let queue = Mutex(Queue())
    private let counts = Mutex((commits: UInt64(0), batches: UInt64(0)))
    private let session: Mutex<PostgresWritingSession>
    private let thread = BlockingPool(threads: 1)
    private let health: StorageHealth

    init(_ session: sending PostgresWritingSession, health: StorageHealth) {
        self.session = Mutex(session)
        self.health = health
    }

    /// Transactions, and the batches they held.
    var statistics: (commits: UInt64, batches: UInt64) { counts.withLock { $0 } }

    func commit(_ batch: WriteBatch) async throws(StorageError) -> UInt64 {
        try health.check()
        let result = await withCheckedContinuation { continuation in
            enqueue(Waiting(batch: batch, continuation: continuation))
        }
        return try result.get()
    }

    /// Runs `body` between two groups.
    func alone<R: Sendable>(
        _ body: @escaping @Sendable (inout PostgresWritingSession) throws -> R
    ) async throws -> R {
        try health.check()
        do {
            return try await thread.run { [self] in try session.withLock { try body(&$0) } }
        } catch is BlockingPool.Closed {
            throw StorageHealth.closed
        }
    }

    /// Ends the group that is being written, refuses what waits and closes the connection. Blocks its caller.
    func close() {
        queue.withLock { $0.isClosed = true }
        thread.shutdown()
        refuseWaiting()
        session.withLock { $0.disconnect() }
    }

    private func enqueue(_ waiting: Waiting) {
        let (refusal, mustStart): (StorageError?, Bool) = queue.withLock { queue in
            if queue.isClosed { return (StorageHealth.closed, false) }
            if queue.waiting.count >= Self.waitingLimit.count { return (Self.crowded, false) }
            queue.waiting.append(waiting)
            defer { queue.isDraining = true }
            return (nil, !queue.isDraining)
        }
        if let refusal { waiting.continuation.resume(returning: .failure(refusal)) }
        if mustStart { startGroup() }
    }

    private static let crowded = StorageError.unavailable("the database: too many writes are waiting")

    private func startGroup() {
        if !thread.submit({ [self] in performGroup() }) { refuseWaiting() }
    }

    private func refuseWaiting() {
        let waiting = queue.withLock { queue in
            defer { (queue.waiting, queue.isDraining) = ([], false) }
            return queue.waiting
        }
        for one in waiting { one.continuation.resume(returning: .failure(StorageHealth.closed)) }
    }

    /// On the writing thread; the next group is another piece of work, so that `alone` gets its turn.
    private func performGroup() {
        for late in takeLate() { late.continuation.resume(returning: .failure(Self.crowded)) }
        let group = nextGroup()
        if group.isEmpty { return }
        let results = session.withLock { session in
            do throws(StorageError) {
                if let failure = health.failure { throw failure }
                return try session.commit(group.map(\.batch))
            } catch {
                return group.map { _ in .failure(error) }
            }
        }
        if results.contains(where: { (try? $0.get()) != nil }) {
            counts.withLock { $0 = ($0.commits + 1, $0.batches + UInt64(group.count)) }
        }
        for (waiting, result) in zip(group, results) { waiting.continuation.resume(returning: result) }
        startGroup()
    }

    /// Those who have waited for so long that nobody waits for them any more.
    private func takeLate() -> ArraySlice<Waiting> {
        let limit = Steady.now() - Self.waitingLimit.time
        return queue.withLock { queue in
            let late = queue.waiting.prefix { $0.since < limit }
            queue.waiting.removeFirst(late.count)
            return late
        }
    }

    /// What goes into the next transaction: of one epoch. Empty when nothing waits, and then nothing drains.
    private func nextGroup() -> [Waiting] {
        queue.withLock { queue in
            let epoch = queue.waiting.first?.batch.epoch
            var bytes = 0
            let group = queue.waiting.prefix(Self.groupLimit.batches).prefix { waiting in
                defer { bytes += waiting.batch.size }
                return bytes < Self.groupLimit.bytes && waiting.batch.epoch == epoch
            }
            queue.isDraining = !group.isEmpty
            queue.waiting.removeFirst(group.count)
            return Array(group)
        }
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
