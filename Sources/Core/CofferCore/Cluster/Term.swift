internal import CofferBase
package import CofferStorage
internal import Synchronization

/// One leadership of this node: from an election until it ends, and never again.
package final class Term: Sendable {
    package enum End: Sendable, Equatable {
        /// Another node leads, or may lead.
        case deposed
        /// The node gives it up.
        case resigned
    }

    private struct State {
        var end: End?
        var waiting: [CheckedContinuation<End, Never>] = []
    }

    package let epoch: Epoch
    private let now: SteadyTime
    /// Nanoseconds of steady time.
    private let provableNanoseconds: Atomic<Int64>
    private let state = Mutex(State())
    private let bell = Bell()

    init(_ epoch: Epoch, provableUntil: Duration, now: @escaping SteadyTime) {
        self.epoch = epoch
        self.now = now
        provableNanoseconds = Atomic(provableUntil.wholeNanoseconds)
    }

    /// Whether this node certainly still leads: checked after an answer is computed and before it leaves, so that
    /// what it says was true while nobody else could have changed it (contract rule E6).
    package var isProvable: Bool { now() < provableUntil }

    var provableUntil: Duration { .nanoseconds(provableNanoseconds.load(ordering: .acquiring)) }

    /// It has ended already: no effect.
    func extend(until time: Duration) {
        state.withLock { state in
            if state.end == nil { provableNanoseconds.store(time.wholeNanoseconds, ordering: .releasing) }
        }
    }

    /// The first end counts.
    package func end(_ end: End) {
        let waiting = state.withLock { state in
            if state.end == nil {
                state.end = end
                provableNanoseconds.store(.min, ordering: .releasing)
            }
            defer { state.waiting = [] }
            return state.waiting
        }
        for continuation in waiting { continuation.resume(returning: end) }
        bell.ring()
    }

    var hasEnded: Bool { state.withLock { $0.end != nil } }

    /// For its keeper; the end of the term ends the wait too.
    func wait(for duration: Duration, _ clock: any WallClock) async { await bell.wait(for: duration, clock) }

    func waitForEnd() async -> End {
        await withCheckedContinuation { continuation in
            let end = state.withLock { state in
                if state.end == nil { state.waiting.append(continuation) }
                return state.end
            }
            if let end { continuation.resume(returning: end) }
        }
    }
}
