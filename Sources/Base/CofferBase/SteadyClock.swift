internal import Glibc
internal import Synchronization

/// The machine's clock, which follows a step forward and no step back.
///
/// What ends at a time that was told must not live longer because somebody set the clock back. After such a step time
/// goes on at the pace of the clock that nobody sets, until the machine's has caught up or the process starts anew.
///
/// Every request asks several times and from several threads, so it is kept in atomic numbers, which nearly all questions
/// only read.
package final class SteadyClock: WallClock {
    private let machine: any WallClock
    /// Nanoseconds since any moment, never set.
    private let uptime: @Sendable () -> Int64
    private let report: @Sendable (_ step: Duration) -> Void
    /// How far the machine's clock was before `uptime` when it was followed, in nanoseconds; only grows.
    private let lead: Atomic<Int64>
    /// The step back that was told, until the machine has caught up.
    private let reported = Atomic<Int64>(0)

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
        let (wall, steady) = (machine.now, uptime())
        lead = Atomic(wall.nanoseconds &- steady)
    }

    package var now: Timestamp {
        // In this order: a pause in between makes the machine's clock look late, and never early.
        let (wall, steady) = (machine.now.nanoseconds, uptime())
        let found = wall &- steady
        var known = lead.load(ordering: .relaxed)
        if found > known { known = lead.max(found, ordering: .relaxed).newValue }
        noteStep(known &- found)
        return Timestamp(nanoseconds: steady &+ known)
    }

    private func noteStep(_ behind: Int64) {
        let told = reported.load(ordering: .relaxed)
        if behind <= Self.noticed {
            if told != 0 { reported.store(0, ordering: .relaxed) }
        } else if behind &- told > Self.noticed,
            // Of two threads that see the step, one tells.
            reported.compareExchange(expected: told, desired: behind, ordering: .relaxed).exchanged
        {
            report(.nanoseconds(behind))
        }
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
