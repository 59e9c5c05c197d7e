internal import CofferBase
internal import Synchronization

/// When the reaper wakes. Not part of the actor: every login adds a lease, and hardly one of them ends sooner than all
/// others, so that a turn of the actor for each would cost more than the rest of it.
final class ReaperAlarm: Sendable {
    private struct State {
        var sleeper: Task<Void, any Error>?
        var wakeAt: Timestamp?
        /// Of the leases that were added since `reset`.
        var earliest: Timestamp?
        /// Also since `reset`, since nobody may sleep at that moment.
        var hasRung = false
    }

    private let state = Mutex(State())

    /// Said before the calendar is read: what was added until then is found there.
    func reset() {
        state.withLock { state in
            state.earliest = nil
            state.hasRung = false
        }
    }

    /// A lease that ends at `time` was added.
    func note(_ time: Timestamp, now: Timestamp) {
        let sleeper: Task<Void, any Error>? = state.withLock { state in
            state.earliest = min(time, state.earliest ?? time)
            // Past the end of a sleep that goes on, the machine's clock has been set forward.
            guard let wakeAt = state.wakeAt, time < wakeAt || now >= wakeAt else { return nil }
            return state.sleeper
        }
        sleeper?.cancel()
    }

    /// Ends the sleep, or the next one before it begins.
    func ring() {
        let sleeper = state.withLock { state in
            state.hasRung = true
            return state.sleeper
        }
        sleeper?.cancel()
    }

    /// Until `time`, the end of a lease that was added, or `ring`.
    func sleep(until time: Timestamp, _ clock: any WallClock) async {
        let sleeper: Task<Void, any Error>? = state.withLock { state in
            if state.hasRung { return nil }
            let end = min(time, state.earliest ?? time)
            let sleeper = Task { try await clock.sleep(until: end) }
            state.sleeper = sleeper
            state.wakeAt = end
            return sleeper
        }
        _ = await sleeper?.result
        state.withLock { state in
            state.sleeper = nil
            state.wakeAt = nil
        }
    }
}
