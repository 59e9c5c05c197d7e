internal import CofferStorage
internal import PostgresClient
internal import Synchronization

/// Whether the storage may be used; shared by its readers and its writer.
final class PostgresHealth: Sendable {
    private struct State {
        var isClosed = false
        var failure: StorageError?
    }

    private let state = Mutex(State())

    static let closed = StorageError.unavailable("the storage is closed")

    /// The failure after which nothing may be trusted any more, if there was one.
    var failure: StorageError? { state.withLock { $0.failure } }

    /// - Throws: `.unavailable` when closed; `.broken`, for good, after such a failure.
    func check() throws(StorageError) {
        if let refusal = state.withLock({ $0.isClosed ? Self.closed : $0.failure }) { throw refusal }
    }

    /// Marks the storage as closed; false when it was closed before.
    func close() -> Bool {
        state.withLock { state in
            defer { state.isClosed = true }
            return !state.isClosed
        }
    }

    /// What the caller is told; remembered when it is final (rule S7).
    func report(_ failure: PostgresFailure) -> StorageError {
        let error = failure.storageError
        if case .broken = error { state.withLock { $0.failure = $0.failure ?? error } }
        return error
    }
}
