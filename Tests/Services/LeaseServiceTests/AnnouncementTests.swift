import CofferBase
import LeaseService
import MemoryStorage
import Synchronization
import TestSupport
import Testing

@Suite struct AnnouncementTests {
    // Each announcement wrapped the function in one layer more: after 40,000 tokens one cost two milliseconds.
    @Test("the half-millionth announcement costs what the first one did", .timeLimit(.minutes(1)))
    func manyAnnouncements() async throws {
        let leases = try await Leases(storage: PlainStore(MemoryStorage()))
        let heard = Mutex((count: 0, last: Timestamp(seconds: 0)))
        leases.onChange { time in heard.withLock { $0 = ($0.count + 1, time) } }
        for second in 1...500_000 as ClosedRange<Int64> { leases.announce(Timestamp(seconds: second)) }
        #expect(heard.withLock { $0.count } == 500_000)
        #expect(heard.withLock { $0.last } == Timestamp(seconds: 500_000))
    }
}
