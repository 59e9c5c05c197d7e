internal import Glibc

/// A moment by which something must have happened, on the clock that nobody sets.
package struct Deadline: Sendable {
    private let nanoseconds: Int64

    /// Saturates: a wait near the end of time must not trap.
    package init(in duration: Duration) {
        let (sum, overflow) = Self.now.addingReportingOverflow(max(duration.wholeNanoseconds, 0))
        nanoseconds = overflow ? .max : sum
    }

    /// Zero when it has passed.
    package var remaining: Duration { .nanoseconds(max(nanoseconds - Self.now, 0)) }

    package var hasPassed: Bool { nanoseconds <= Self.now }

    /// For `poll`: whole milliseconds, rounded up so that a wait does not end before its time.
    package var pollMilliseconds: Int32 {
        Int32(clamping: (remaining.wholeNanoseconds / 1_000_000) + (hasPassed ? 0 : 1))
    }

    /// The clock that nobody sets, for those who compare by it outside this process.
    package static var monotonicMicroseconds: Int64 { now / 1000 }

    private static var now: Int64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}
