import CofferBase
import Testing

@testable import QuotaService

@Suite struct TokenBucketTests {
    private static let start = Timestamp(seconds: 1_000_000)

    @Test("a client has its rate at once, and then one request whenever time has paid for it")
    func pace() {
        let limit = RateLimit(rate: 3, interval: .seconds(6))
        var bucket = TokenBucket(full: limit, at: Self.start)
        let first = bucket.take(limit, at: Self.start)
        #expect(first == RateVerdict(isAllowed: true, limit: 3, remaining: 2, reset: .seconds(2)))
        #expect(bucket.take(limit, at: Self.start).isAllowed)
        #expect(bucket.take(limit, at: Self.start).remaining == 0)
        let refused = bucket.take(limit, at: Self.start)
        #expect(refused == RateVerdict(isAllowed: false, limit: 3, remaining: 0, reset: .seconds(2)))
        #expect(!bucket.take(limit, at: Self.start + .seconds(1)).isAllowed)
        #expect(bucket.take(limit, at: Self.start + .seconds(2)).isAllowed)
        #expect(!bucket.take(limit, at: Self.start + .seconds(2)).isAllowed)
    }

    @Test("a rate below one makes the time between two requests longer than an interval")
    func fraction() {
        let limit = RateLimit(rate: 0.5)
        var bucket = TokenBucket(full: limit, at: Self.start)
        #expect(bucket.take(limit, at: Self.start).isAllowed)
        #expect(bucket.take(limit, at: Self.start + .seconds(1)).reset == .seconds(1))
        #expect(bucket.take(limit, at: Self.start + .seconds(2)).isAllowed)
    }

    @Test("who goes too far is refused for the block interval, however long it waits between")
    func block() {
        let limit = RateLimit(rate: 1, blockInterval: .seconds(60))
        var bucket = TokenBucket(full: limit, at: Self.start)
        #expect(bucket.take(limit, at: Self.start).isAllowed)
        #expect(bucket.take(limit, at: Self.start).reset == .seconds(60))
        #expect(!bucket.take(limit, at: Self.start + .seconds(30)).isAllowed)
        #expect(bucket.take(limit, at: Self.start + .seconds(59)).reset == .seconds(1))
        #expect(bucket.take(limit, at: Self.start + .seconds(60)).isAllowed)
    }

    @Test("a clock that is set back gives nothing, and one that leaps gives no more than the rate")
    func clock() {
        let limit = RateLimit(rate: 2)
        var bucket = TokenBucket(full: limit, at: Self.start)
        for _ in 0..<2 { _ = bucket.take(limit, at: Self.start) }
        #expect(!bucket.take(limit, at: Timestamp(seconds: 0)).isAllowed)
        let leap = Timestamp(nanoseconds: .max)
        #expect((0..<5).map { _ in bucket.take(limit, at: leap).isAllowed } == [true, true, false, false, false])
    }

    @Test("extreme rates neither trap nor let everything through")
    func extremes() {
        for rate in [Double.leastNonzeroMagnitude, 1e-300, 1e300, Double.greatestFiniteMagnitude] {
            let limit = RateLimit(rate: rate, interval: .seconds(Int64.max / 2))
            var bucket = TokenBucket(full: limit, at: Self.start)
            #expect(bucket.take(limit, at: Self.start).isAllowed)
            #expect(bucket.take(limit, at: Self.start).isAllowed == (rate > 1))
        }
    }

    @Test("clients that have not been heard of long enough are forgotten")
    func sweep() {
        let rule = RateRule(name: "r", scope: QuotaScope(), isInheritable: true, limit: RateLimit(rate: 1))
        let limiter = RateLimiter(rule)
        for number in 0..<1024 { _ = limiter.take("a\(number)", at: Self.start) }
        #expect(limiter.clientCount == 1024)
        _ = limiter.take("late", at: Self.start + .seconds(1))
        #expect(limiter.clientCount == 1)
    }

    @Test("beyond so many clients at a time the newcomers share one bucket")
    func crowd() {
        let rule = RateRule(
            name: "r", scope: QuotaScope(), isInheritable: true, limit: RateLimit(rate: 1, interval: .seconds(3600)))
        let limiter = RateLimiter(rule, mostClients: 100)
        for number in 0..<100 { _ = limiter.take("a\(number)", at: Self.start) }
        #expect(limiter.take("b1", at: Self.start).isAllowed)
        #expect(!limiter.take("b2", at: Self.start).isAllowed)
        #expect(limiter.clientCount == 101)
    }
}
