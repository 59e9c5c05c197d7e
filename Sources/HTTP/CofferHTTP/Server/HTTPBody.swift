internal import Synchronization

/// The body of one request: filled by the connection, collected by the handler.
package final class HTTPBody: Sendable {
    private struct State {
        var bytes: [UInt8] = []
        var isComplete = false
        var failure: HTTPBodyError?
        var limit = Int.max
        var isWanted = false
        var waiter: CheckedContinuation<Result<[UInt8], HTTPBodyError>, Never>?

        /// The handler wants the body, up to `limit`; the outcome when that is known already.
        mutating func limited(to limit: Int) -> Result<[UInt8], HTTPBodyError>? {
            self.limit = limit
            isWanted = true
            return HTTPBody.outcome(&self)
        }
    }

    private let state = Mutex(State())
    /// Called when the handler first waits, so that a client is told to go on only when it is wanted.
    private let onDemand: @Sendable () -> Void
    /// From `Content-Length`; nil when chunked.
    package let declaredLength: Int?

    package init(declaredLength: Int?, onDemand: @escaping @Sendable () -> Void = {}) {
        self.declaredLength = declaredLength
        self.onDemand = onDemand
    }

    /// A body that is all there.
    package convenience init(received bytes: [UInt8]) {
        self.init(declaredLength: bytes.count)
        append(bytes)
        finish()
    }

    /// The whole body.
    /// - Throws: `.tooLarge` as soon as it is known to exceed `limit`, `.disconnected`.
    package func collect(limit: Int) async throws(HTTPBodyError) -> [UInt8] {
        if let declaredLength, declaredLength > limit { throw .tooLarge }
        // Most bodies have come with their head.
        if let ready = state.withLock({ $0.limited(to: limit) }) { return try ready.get() }
        let result = await withCheckedContinuation { continuation in
            let early: Result<[UInt8], HTTPBodyError>? = state.withLock { state in
                if let ready = state.limited(to: limit) { return ready }
                state.waiter = continuation
                return nil
            }
            if let early { continuation.resume(returning: early) } else { onDemand() }
        }
        return try result.get()
    }

    func append(_ more: some Collection<UInt8>) {
        deliver { state in state.bytes.append(contentsOf: more) }
    }

    func finish() { deliver { $0.isComplete = true } }
    func fail(_ error: HTTPBodyError) { deliver { if !$0.isComplete { $0.failure = error } } }

    /// Bytes held for a handler that has not asked for them yet; 0 once it has.
    var unwanted: Int { state.withLock { $0.isWanted ? 0 : $0.bytes.count } }

    private func deliver(_ change: (inout State) -> Void) {
        let resume: (CheckedContinuation<Result<[UInt8], HTTPBodyError>, Never>, Result<[UInt8], HTTPBodyError>)? =
            state.withLock { state in
                change(&state)
                guard let waiter = state.waiter, let outcome = Self.outcome(&state) else { return nil }
                state.waiter = nil
                return (waiter, outcome)
            }
        if let (waiter, outcome) = resume { waiter.resume(returning: outcome) }
    }

    private static func outcome(_ state: inout State) -> Result<[UInt8], HTTPBodyError>? {
        if state.bytes.count > state.limit { return .failure(.tooLarge) }
        if let failure = state.failure { return .failure(failure) }
        guard state.isComplete else { return nil }
        let bytes = state.bytes
        state.bytes = []
        return .success(bytes)
    }
}
