internal import Synchronization

/// Counts the requests in a namespace, so that its deletion begins when the last one has left.
package final class Visitors: Sendable {
    private struct State {
        var count = 0
        var isClosed = false
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())

    init() {}

    /// False when nobody is let in any more; otherwise `leave` must follow.
    package func enter() -> Bool {
        state.withLock { state in
            if !state.isClosed { state.count += 1 }
            return !state.isClosed
        }
    }

    package func leave() {
        let waiting = state.withLock { state in
            state.count -= 1
            defer { if state.count == 0 { state.waiting = [] } }
            return state.count == 0 ? state.waiting : []
        }
        for continuation in waiting { continuation.resume() }
    }

    /// Lets nobody in any more, and returns when nobody is in.
    package func close() async {
        await withCheckedContinuation { continuation in
            let isEmpty = state.withLock { state in
                state.isClosed = true
                if state.count > 0 { state.waiting.append(continuation) }
                return state.count == 0
            }
            if isEmpty { continuation.resume() }
        }
    }
}
