internal import CofferBase

/// How many requests a client may make in how much time.
package struct RateLimit: Sendable, Equatable {
    /// Requests in an interval; a fraction makes the time between two longer than an interval.
    package var rate: Double
    package var interval: Duration
    /// How long a client that went too far is refused altogether; zero for not.
    package var blockInterval: Duration

    package init(rate: Double, interval: Duration = .seconds(1), blockInterval: Duration = .zero) {
        self.rate = rate
        self.interval = interval
        self.blockInterval = blockInterval
    }

    /// What a full bucket holds.
    var capacity: Double { max(rate, 1) }
    /// Nanoseconds for one token.
    var pace: Double { Double(max(interval.wholeNanoseconds, 1)) / rate }
}

/// What a request came to.
package struct RateVerdict: Sendable, Equatable {
    package let isAllowed: Bool
    package let limit: Int64
    /// Whole requests left.
    package let remaining: Int64
    /// Until the next request is let in, when this one was not; else until everything is as before.
    package let reset: Duration
}

/// The tokens of one client: full at first, refilled as time goes by.
struct TokenBucket: Sendable, Equatable {
    private var tokens: Double
    private var time: Timestamp
    private var blockedUntil: Timestamp?

    init(full limit: RateLimit, at now: Timestamp) {
        tokens = limit.capacity
        time = now
    }

    mutating func take(_ limit: RateLimit, at now: Timestamp) -> RateVerdict {
        refill(limit, at: now)
        if let blockedUntil, blockedUntil > now { return verdict(false, limit, blockedUntil - now) }
        blockedUntil = nil
        guard tokens >= 1 else {
            if limit.blockInterval > .zero {
                blockedUntil = now + limit.blockInterval
                return verdict(false, limit, limit.blockInterval)
            }
            return verdict(false, limit, Self.time(for: 1 - tokens, limit))
        }
        tokens -= 1
        return verdict(true, limit, Self.time(for: limit.capacity - tokens, limit))
    }

    /// As good as a new one: it need not be kept.
    mutating func isFull(_ limit: RateLimit, at now: Timestamp) -> Bool {
        refill(limit, at: now)
        return tokens >= limit.capacity && (blockedUntil ?? now) <= now
    }

    private mutating func refill(_ limit: RateLimit, at now: Timestamp) {
        // A clock that was set back gives nothing.
        let passed = max((now - time).wholeNanoseconds, 0)
        tokens = min(limit.capacity, tokens + Double(passed) / limit.pace)
        time = now
    }

    private static func time(for tokens: Double, _ limit: RateLimit) -> Duration {
        .nanoseconds(Int64(exactly: (tokens * limit.pace).rounded(.up)) ?? .max)
    }

    private func verdict(_ isAllowed: Bool, _ limit: RateLimit, _ reset: Duration) -> RateVerdict {
        RateVerdict(
            isAllowed: isAllowed, limit: Int64(exactly: limit.capacity.rounded(.up)) ?? .max,
            remaining: Int64(exactly: tokens.rounded(.down)) ?? .max, reset: reset)
    }
}
