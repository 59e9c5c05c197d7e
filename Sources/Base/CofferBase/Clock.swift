internal import Glibc

/// Time, passed in everywhere: nothing else in the program may ask for it.
package protocol WallClock: Sendable {
    /// Now, UTC.
    var now: Timestamp { get }
    /// Waits until `deadline`; throws `CancellationError` when the task is cancelled.
    func sleep(until deadline: Timestamp) async throws
}

/// The machine's clock.
package struct SystemClock: WallClock {
    package init() {}

    package var now: Timestamp {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Timestamp(nanoseconds: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
    }

    package func sleep(until deadline: Timestamp) async throws {
        let wait = deadline - now
        if wait > .zero { try await Task.sleep(for: wait) }
    }
}
