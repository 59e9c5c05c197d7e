import Synchronization

/// Bytes that came, and the one who waits for them.
final class WireInbox: Sendable {
    /// From the bytes that are there and whether more may come: how many to take; nil to wait.
    typealias Ready = @Sendable ([UInt8], Bool) -> Int?
    private typealias Outcome = Result<[UInt8], any Error>

    private struct State {
        var bytes: [UInt8] = []
        var isClosed = false
        var ready: Ready?
        var waiter: CheckedContinuation<[UInt8], any Error>?
    }

    private let state = Mutex(State())

    func append(_ more: [UInt8]) { change { $0.bytes += more } }

    /// Nothing more will come.
    func end() { change { $0.isClosed = true } }

    func take(_ ready: @escaping Ready) async throws -> [UInt8] {
        try await withCheckedThrowingContinuation { continuation in
            change { state in
                state.ready = ready
                state.waiter = continuation
            }
        }
    }

    /// Fails whoever waits.
    func giveUp() {
        let (waiter, text) = state.withLock { state in
            defer { state.waiter = nil }
            return (state.waiter, String(decoding: state.bytes.prefix(500), as: UTF8.self))
        }
        waiter?.resume(throwing: Wire.Failure.silent(after: text))
    }

    private func change(_ body: (inout State) -> Void) {
        let resumed = state.withLock { state in
            body(&state)
            return Self.outcome(&state)
        }
        if let (waiter, outcome) = resumed { waiter.resume(with: outcome) }
    }

    private static func outcome(_ state: inout State) -> (CheckedContinuation<[UInt8], any Error>, Outcome)? {
        guard let waiter = state.waiter, let ready = state.ready else { return nil }
        let outcome: Outcome
        if let count = ready(state.bytes, state.isClosed) {
            outcome = .success(Array(state.bytes.prefix(count)))
            state.bytes.removeFirst(count)
        } else if state.isClosed {
            outcome = .failure(Wire.Failure.closed(after: String(decoding: state.bytes.prefix(500), as: UTF8.self)))
        } else {
            return nil
        }
        state.waiter = nil
        state.ready = nil
        return (waiter, outcome)
    }
}
