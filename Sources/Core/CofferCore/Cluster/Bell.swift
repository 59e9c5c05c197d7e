internal import CofferBase
internal import Synchronization

/// Wakes one task that waits with a deadline; a ring that nobody waits for is kept.
final class Bell: Sendable {
    private struct State {
        var isRung = false
        var sleeper: Task<Void, Never>?
    }

    private let state = Mutex(State())

    func wait(for duration: Duration, _ clock: any WallClock) async {
        let sleeper = Task { _ = try? await clock.sleep(until: clock.now + duration) }
        let isRung = state.withLock { state in
            defer { (state.isRung, state.sleeper) = (false, state.isRung ? nil : sleeper) }
            return state.isRung
        }
        if isRung { sleeper.cancel() }
        await sleeper.value
        state.withLock { $0.sleeper = nil }
    }

    func ring() {
        state.withLock { state in
            if let sleeper = state.sleeper { sleeper.cancel() } else { state.isRung = true }
        }
    }
}
