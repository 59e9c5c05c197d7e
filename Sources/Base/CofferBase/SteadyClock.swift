internal import Glibc
internal import Synchronization

/// The machine's clock, which follows a step forward and no step back.
///
/// What ends at a time that was told must not live longer because somebody set the clock back. After such a step time
/// goes on at the pace of the clock that nobody sets, until the machine's has caught up or the process starts anew.
package final class SteadyClock: WallClock {
    private struct State {
        /// The last time at which the machine's clock was followed, on both clocks.
        var wall: Timestamp
        var steady: Int64
        var reported: Int64 = 0
    }

    private let machine: any WallClock
    /// Nanoseconds since any moment, never set.
    private let uptime: @Sendable () -> Int64
    private let report: @Sendable (_ step: Duration) -> Void
    private let state: Mutex<State>

    /// Less than this is a correction, which is not worth telling.
    private static let noticed: Int64 = 2_000_000_000
    /// The longest sleep that is not looked at again: a step forward may end it early.
    private static let nap = Duration.seconds(60)

    /// - Parameter report: told once of each step back, with its length.
    package init(
        _ machine: any WallClock = SystemClock(), uptime: @escaping @Sendable () -> Int64 = SteadyClock.systemUptime,
        report: @escaping @Sendable (_ step: Duration) -> Void = { _ in }
    ) {
        self.machine = machine
        self.uptime = uptime
        self.report = report
        state = Mutex(State(wall: machine.now, steady: uptime()))
    }

    /// Whole nanoseconds: every request asks several times, and a `Duration` counts in 128 bits.
    package var now: Timestamp {
        let (wall, steady) = (machine.now, uptime())
        let (time, step) = state.withLock { state -> (Timestamp, Int64?) in
            let expected = Timestamp(nanoseconds: state.wall.nanoseconds &+ (steady &- state.steady))
            let behind = expected.nanoseconds &- wall.nanoseconds
            if behind <= 0 {
                state = State(wall: wall, steady: steady)
                return (wall, nil)
            }
            guard behind &- state.reported > Self.noticed else { return (expected, nil) }
            state.reported = behind
            return (expected, behind)
        }
        if let step { report(.nanoseconds(step)) }
        return time
    }

    package func sleep(until deadline: Timestamp) async throws {
        while true {
            let wait = deadline - now
            guard wait > .zero else { return }
            try await Task.sleep(for: min(wait, Self.nap))
        }
    }

    package static func systemUptime() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}
