import CofferBase
import Glibc
import TestSupport
import Testing

@Suite struct ClockTests {
    @Test("the machine's clock tells the machine's time")
    func now() {
        let before = Int64(time(nil))
        let seconds = SystemClock().now.seconds
        let after = Int64(time(nil))
        // time(2) reads a coarser clock, which may lag by a tick.
        #expect((before - 1...after + 1).contains(seconds))
    }

    @Test("a deadline that is past is not waited for")
    func pastDeadline() async throws {
        let clock = SystemClock()
        let start = clock.now
        try await clock.sleep(until: start)
        try await clock.sleep(until: Timestamp(seconds: 0))
        #expect(clock.now - start < .seconds(60))
    }

    @Test("whoever waits is woken by cancellation")
    func cancellation() async {
        let waiting = Task { try await SystemClock().sleep(until: Timestamp(nanoseconds: .max)) }
        waiting.cancel()
        await #expect(throws: CancellationError.self) { try await waiting.value }
    }
}
