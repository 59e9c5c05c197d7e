internal import CofferBase
internal import Synchronization

/// `VAULT_RATE_LIMIT`: at most so many requests a second, and a burst above that.
package final class RateLimit: Sendable {
    private struct State {
        /// When the next request may leave, if there were no burst; nanoseconds.
        var next: Int64 = 0
    }

    private let interval: Int64
    private let burst: Int64
    private let state = Mutex(State())

    /// - Parameter text: `rate` or `rate:burst`; nil when it is neither.
    package init?(_ text: String) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), let rate = Double(parts[0]), rate.isFinite, rate > 0.001 else {
            return nil
        }
        guard let burst = parts.count == 2 ? Int64(parts[1]) : Int64(rate.rounded(.up)), (1...1_000_000).contains(burst)
        else { return nil }
        interval = Int64(1e9 / rate)
        self.burst = burst
    }

    /// How long a request has to wait that is asked for at this moment.
    func wait(at now: Timestamp) -> Duration {
        state.withLock { state in
            let earliest = max(state.next, now.nanoseconds - interval * (burst - 1))
            state.next = earliest + interval
            return .nanoseconds(max(earliest - now.nanoseconds, 0))
        }
    }
}
