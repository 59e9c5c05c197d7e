package import CofferBase
internal import Synchronization

/// A clock that stands still until the test moves it.
package final class ManualClock: WallClock {
    private struct Sleeper {
        let id: UInt64
        let deadline: Timestamp
        let continuation: CheckedContinuation<Void, any Error>
    }

    private struct Watcher {
        let count: Int
        let continuation: CheckedContinuation<Void, Never>
    }

    private struct State {
        var now: Timestamp
        var nextID: UInt64 = 0
        /// Earliest deadline first; equal deadlines in the order of their calls.
        var sleepers: [Sleeper] = []
        var watchers: [Watcher] = []
    }

    private let state: Mutex<State>

    /// Starts at 2026-01-01T00:00:00Z unless told otherwise.
    package init(_ start: Timestamp = Timestamp(seconds: 1_767_225_600)) {
        state = Mutex(State(now: start))
    }

    package var now: Timestamp { state.withLock { $0.now } }

    /// When the first sleeper wakes; nil while nobody sleeps.
    package var nextDeadline: Timestamp? { state.withLock { $0.sleepers.first?.deadline } }

    package func sleep(until deadline: Timestamp) async throws {
        let id = state.withLock { state in
            state.nextID += 1
            return state.nextID
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                enter(Sleeper(id: id, deadline: deadline, continuation: continuation))
            }
        } onCancel: {
            for sleeper in remove(where: { $0.id == id }) { sleeper.continuation.resume(throwing: CancellationError()) }
        }
    }

    /// Moves time and wakes everyone whose deadline has come, earliest first.
    package func advance(by duration: Duration) {
        let reached = state.withLock { state in
            state.now = state.now + duration
            return state.now
        }
        for sleeper in remove(where: { $0.deadline <= reached }) { sleeper.continuation.resume() }
    }

    /// Returns as soon as `count` tasks sleep: what a test waits for before it moves time.
    package func waitForSleepers(_ count: Int) async {
        await withCheckedContinuation { continuation in
            let isReached = state.withLock { state in
                if state.sleepers.count >= count { return true }
                state.watchers.append(Watcher(count: count, continuation: continuation))
                return false
            }
            if isReached { continuation.resume() }
        }
    }

    /// Falls asleep, unless the deadline is past or the task was cancelled before it came here.
    private func enter(_ sleeper: Sleeper) {
        if Task.isCancelled { return sleeper.continuation.resume(throwing: CancellationError()) }
        var watchers: [Watcher] = []
        let isDue = state.withLock { state in
            if sleeper.deadline <= state.now { return true }
            let place = state.sleepers.firstIndex { sleeper.deadline < $0.deadline } ?? state.sleepers.endIndex
            state.sleepers.insert(sleeper, at: place)
            watchers = state.watchers.filter { $0.count <= state.sleepers.count }
            state.watchers.removeAll { $0.count <= state.sleepers.count }
            return false
        }
        if isDue { sleeper.continuation.resume() }
        for watcher in watchers { watcher.continuation.resume() }
        // A cancellation that came between the check above and the insertion found nobody to wake.
        if Task.isCancelled {
            for left in remove(where: { $0.id == sleeper.id }) {
                left.continuation.resume(throwing: CancellationError())
            }
        }
    }

    private func remove(where isMeant: (Sleeper) -> Bool) -> [Sleeper] {
        state.withLock { state in
            let found = state.sleepers.filter(isMeant)
            state.sleepers.removeAll(where: isMeant)
            return found
        }
    }
}
