internal import CofferStorage
internal import Synchronization

/// The queue in front of what writes.
///
/// Group commit: everything that waits goes into one transaction. Of those who wait, the first one works: it writes the
/// group that it is in, and hands the work on to the first one that was not in it.
final class EtcdWriter: Sendable {
    private enum Turn: Sendable {
        case done(Result<UInt64, StorageError>)
        /// It is the caller who writes the next group, or does what it came for.
        case work
        case closed
    }

    private struct Waiting {
        /// Nil: wants to be alone with the session.
        let batch: EtcdBatch?
        let size: Int
        let continuation: CheckedContinuation<Turn, Never>
    }

    private struct Queue {
        var waiting: [Waiting] = []
        /// Somebody works.
        var isBusy = false
        var isClosed = false
    }

    /// Operations of a transaction: one for each batch, and those of the largest of them.
    private static let largestGroup = 90

    private let queue = Mutex(Queue())
    private let counts = Mutex((commits: UInt64(0), batches: UInt64(0)))
    private let session: EtcdWritingSession
    private let requestSize: Int

    init(_ session: EtcdWritingSession, requestSize: Int) {
        self.session = session
        self.requestSize = requestSize
    }

    /// Transactions, and the batches they held.
    var statistics: (commits: UInt64, batches: UInt64) { counts.withLock { $0 } }

    func commit(_ batch: WriteBatch) async throws(StorageError) -> UInt64 {
        let batch = EtcdBatch(batch)
        switch await turn(batch) {
        case .done(let result): return try result.get()
        case .closed: throw StorageHealth.closed
        case .work: break
        }
        let group = takeGroup(with: batch)
        let results = await session.commit([batch] + group.compactMap(\.batch))
        if results.contains(where: { (try? $0.get()) != nil }) {
            counts.withLock { $0 = ($0.commits + 1, $0.batches + UInt64(results.count)) }
        }
        for (waiting, result) in zip(group, results.dropFirst()) {
            waiting.continuation.resume(returning: .done(result))
        }
        await session.collect()
        handOn()
        return try results[0].get()
    }

    /// Runs `body` between two groups.
    func alone<R: Sendable, E: Error>(
        _ body: (EtcdWritingSession) async throws(E) -> R
    ) async throws -> R {
        guard case .work = await turn(nil) else { throw StorageHealth.closed }
        defer { handOn() }
        return try await body(session)
    }

    /// Refuses what waits and what comes, and returns when nobody works any more.
    func close() async {
        let waiting = queue.withLock { queue in
            queue.isClosed = true
            defer { queue.waiting = [] }
            return queue.waiting
        }
        for one in waiting { one.continuation.resume(returning: .closed) }
        _ = await withCheckedContinuation { continuation in
            let isFree = queue.withLock { queue in
                if queue.isBusy { queue.waiting.append(Waiting(batch: nil, size: 0, continuation: continuation)) }
                return !queue.isBusy
            }
            if isFree { continuation.resume(returning: Turn.closed) }
        }
    }

    /// Waits until somebody else has written the batch, or until it is the caller's turn to work.
    private func turn(_ batch: EtcdBatch?) async -> Turn {
        await withCheckedContinuation { continuation in
            let turn = queue.withLock { queue -> Turn? in
                if queue.isClosed { return .closed }
                if queue.isBusy {
                    queue.waiting.append(Waiting(batch: batch, size: batch?.size ?? 0, continuation: continuation))
                    return nil
                }
                queue.isBusy = true
                return .work
            }
            if let turn { continuation.resume(returning: turn) }
        }
    }

    /// Who has worked lets the first one that waits work.
    private func handOn() {
        let next = queue.withLock { queue -> CheckedContinuation<Turn, Never>? in
            if queue.waiting.isEmpty {
                queue.isBusy = false
                return nil
            }
            return queue.waiting.removeFirst().continuation
        }
        next?.resume(returning: .work)
    }

    /// Those of the queue that go into one transaction with `first`: of one epoch, small together, and none that
    /// touches an entry which another one writes.
    private func takeGroup(with first: EtcdBatch) -> [Waiting] {
        guard first.isSmall, first.size < requestSize / 2 else { return [] }
        var size = first.size
        var written = Set(first.written)
        var touched = Set(first.keys)
        return queue.withLock { queue in
            let group = queue.waiting.prefix(Self.largestGroup - 1).prefix { waiting in
                guard let batch = waiting.batch, batch.isSmall, batch.epoch == first.epoch,
                    size + waiting.size < requestSize, written.isDisjoint(with: batch.keys),
                    touched.isDisjoint(with: batch.written)
                else { return false }
                size += waiting.size
                written.formUnion(batch.written)
                touched.formUnion(batch.keys)
                return true
            }
            queue.waiting.removeFirst(group.count)
            return Array(group)
        }
    }
}
