internal import Synchronization

/// Whether a storage may be used; shared by its readers and its writer.
package final class StorageHealth: Sendable {
    private struct State {
        var isClosed = false
        var failure: StorageError?
    }

    private let state = Mutex(State())

    package static let closed = StorageError.unavailable("the storage is closed")

    package init() {}

    /// The failure after which nothing may be trusted any more, if there was one.
    package var failure: StorageError? { state.withLock { $0.failure } }

    /// - Throws: `.unavailable` when closed; `.broken`, for good, after such a failure.
    package func check() throws(StorageError) {
        if let refusal = state.withLock({ $0.isClosed ? Self.closed : $0.failure }) { throw refusal }
    }

    /// Marks the storage as closed; false when it was closed before.
    package func close() -> Bool {
        state.withLock { state in
            defer { state.isClosed = true }
            return !state.isClosed
        }
    }

    /// What the caller is told; remembered when it is final (rule S7).
    package func report(_ error: StorageError) -> StorageError {
        if case .broken = error { state.withLock { $0.failure = $0.failure ?? error } }
        return error
    }
}
