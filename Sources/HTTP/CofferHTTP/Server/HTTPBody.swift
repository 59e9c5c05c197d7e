internal import Synchronization

/// The body of one request: filled by the connection, collected by the handler or taken piece by piece.
package final class HTTPBody: Sendable {
    private struct State {
        var bytes: [UInt8] = []
        var isComplete = false
        var failure: HTTPBodyError?
        var limit = Int.max
        /// Bytes taken from the budget.
        var taken = 0
        var isWanted = false
        var hasAsked = false
        var waiter: CheckedContinuation<Result<[UInt8], HTTPBodyError>, Never>?
        /// Set once the handler takes pieces; never together with `waiter`.
        var isTakenInPieces = false
        var taker: CheckedContinuation<Result<[UInt8]?, HTTPBodyError>, Never>?

        /// The handler wants the body, up to `limit`; the outcome when that is known already.
        mutating func limited(to limit: Int) -> Result<[UInt8], HTTPBodyError>? {
            self.limit = limit
            isWanted = true
            return HTTPBody.outcome(&self)
        }

        /// What a handler that takes pieces gets; nil when it has to wait.
        mutating func piece() -> Result<[UInt8]?, HTTPBodyError>? {
            if let failure { return .failure(failure) }
            if bytes.isEmpty { return isComplete ? .success(nil) : nil }
            defer { bytes = [] }
            return .success(bytes)
        }
    }

    private let state = Mutex(State())
    /// Called when the handler waits, so that a client is told to go on only when it is wanted; true the first time.
    private let onDemand: @Sendable (_ isFirst: Bool) -> Void
    /// From `Content-Length`; nil when chunked.
    package let declaredLength: Int?
    /// Nil for bodies that do not come from strangers.
    private let budget: BodyBudget?

    package init(
        declaredLength: Int?, budget: BodyBudget? = nil,
        onDemand: @escaping @Sendable (_ isFirst: Bool) -> Void = { _ in }
    ) {
        self.declaredLength = declaredLength
        self.budget = budget
        self.onDemand = onDemand
    }

    /// Whoever serves the request holds its body, and what was made of it, until it is answered.
    deinit {
        if let budget { budget.giveBack(state.withLock { $0.taken }) }
    }

    /// A body that is all there.
    package convenience init(received bytes: [UInt8]) {
        self.init(declaredLength: bytes.count)
        append(bytes)
        finish()
    }

    /// The whole body.
    /// - Throws: `.tooLarge` as soon as it is known to exceed `limit`, `.disconnected`, `.busy` when all bodies together
    ///   would take too much memory.
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
            if let early { continuation.resume(returning: early) } else { demand() }
        }
        return try result.get()
    }

    /// The next bytes as they come, for bodies too large for memory; nil at the end. One caller at a time.
    package func next() async throws(HTTPBodyError) -> [UInt8]? {
        let ready = state.withLock { state in
            state.isTakenInPieces = true
            return state.piece()
        }
        if let ready {
            // The connection may have stopped reading for as long as these bytes waited.
            demand()
            return try ready.get()
        }
        let result = await withCheckedContinuation { continuation in
            let early: Result<[UInt8]?, HTTPBodyError>? = state.withLock { state in
                if let ready = state.piece() { return ready }
                state.taker = continuation
                return nil
            }
            if let early { continuation.resume(returning: early) } else { demand() }
        }
        return try result.get()
    }

    private func demand() {
        let isFirst = state.withLock { state in
            defer { state.hasAsked = true }
            return !state.hasAsked
        }
        onDemand(isFirst)
    }

    func append(_ more: some Collection<UInt8>) {
        deliver { state in
            if state.failure != nil { return }
            state.bytes.append(contentsOf: more)
            if let budget, state.bytes.count > BodyBudget.free, !take(from: budget, &state) {
                state.failure = .busy
                state.bytes = []
            }
        }
    }

    /// In steps, so that not every packet asks.
    private func take(from budget: BodyBudget, _ state: inout State) -> Bool {
        let missing = state.bytes.count - state.taken
        if missing <= 0 { return true }
        if state.taken == 0, let declaredLength, state.isWanted {
            // At once and not by doubling, which would take twice as much; pages count when they are written.
            state.bytes.reserveCapacity(min(declaredLength, state.limit))
        }
        let step = max(missing, BodyBudget.step)
        guard budget.take(step) else { return false }
        state.taken += step
        return true
    }

    func finish() { deliver { $0.isComplete = true } }
    func fail(_ error: HTTPBodyError) { deliver { if !$0.isComplete { $0.failure = error } } }

    /// Bytes held for a handler that has not asked for them yet; 0 once it wants the whole body.
    var unwanted: Int { state.withLock { $0.isWanted ? 0 : $0.bytes.count } }

    private func deliver(_ change: (inout State) -> Void) {
        // Never both: a handler collects, or takes pieces.
        let resume: (@Sendable () -> Void)? = state.withLock { state in
            change(&state)
            if let taker = state.taker, let piece = state.piece() {
                state.taker = nil
                return { taker.resume(returning: piece) }
            }
            guard let waiter = state.waiter, let outcome = Self.outcome(&state) else { return nil }
            state.waiter = nil
            return { waiter.resume(returning: outcome) }
        }
        resume?()
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
