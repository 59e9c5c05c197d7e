internal import Glibc

/// Time that nobody sets and that goes on while the machine sleeps; leadership counts on it (contract rule N6).
package typealias SteadyTime = @Sendable () -> Duration

/// The machine's.
package enum Steady {
    @Sendable package static func now() -> Duration {
        var time = timespec()
        clock_gettime(CLOCK_BOOTTIME, &time)
        return .seconds(Int64(time.tv_sec)) + .nanoseconds(Int64(time.tv_nsec))
    }
}
