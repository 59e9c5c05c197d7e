internal import CofferBase
internal import CofferStorage
internal import PostgresClient
internal import Synchronization

/// Those who wait for a connection: bounded, and told together when the database does not let anybody in.
final class PostgresCrowd: Sendable {
    private struct State {
        var count = 0
        /// The last attempt to connect that failed.
        var failure: (triedAt: Duration, failure: PostgresFailure)?
    }

    private static let limit = 8192
    private let state = Mutex(State())

    /// When the caller began to wait; `leave` must follow.
    /// - Throws: `.unavailable` when too many wait.
    func enter() throws(StorageError) -> Duration {
        let isIn = state.withLock { state in
            if state.count < Self.limit { state.count += 1 } else { return false }
            return true
        }
        if !isIn { throw .unavailable("the database: too many reads are waiting") }
        return Steady.now()
    }

    func leave() { state.withLock { $0.count -= 1 } }

    func failed(_ failure: PostgresFailure, triedAt time: Duration) {
        state.withLock { $0.failure = (time, failure) }
    }

    /// Of an attempt that was begun after this time.
    func failure(since time: Duration) -> PostgresFailure? {
        state.withLock { state in state.failure.flatMap { $0.triedAt > time ? $0.failure : nil } }
    }
}
