import CofferBase
import Testing

@Suite struct DeadlineTests {
    @Test("a deadline counts down and passes")
    func passing() {
        #expect(Deadline(in: .zero).hasPassed)
        #expect(Deadline(in: .seconds(-5)).hasPassed)
        #expect(Deadline(in: .zero).remaining == .zero)
        #expect(Deadline(in: .zero).pollMilliseconds == 0)
        let later = Deadline(in: .seconds(3600))
        #expect(!later.hasPassed)
        #expect(later.remaining > .seconds(3590) && later.remaining <= .seconds(3600))
        #expect(later.pollMilliseconds > 3_590_000 && later.pollMilliseconds <= 3_600_001)
    }

    @Test("a wait that never ends does not trap")
    func endless() {
        let endless = Deadline(in: .seconds(Int64.max))
        #expect(!endless.hasPassed)
        #expect(endless.pollMilliseconds == .max)
    }

    @Test("a signal is kept until somebody waits; each wakes one")
    func signals() {
        let wakeUps = WakeUps()
        wakeUps.signal(2)
        #expect(wakeUps.wait(before: Deadline(in: .zero)))
        #expect(wakeUps.wait(before: Deadline(in: .zero)))
        #expect(!wakeUps.wait(before: Deadline(in: .zero)))
    }

    @Test("a wait without a signal lasts until its deadline")
    func timeout() {
        let wakeUps = WakeUps()
        let elapsed = ContinuousClock().measure {
            #expect(!wakeUps.wait(before: Deadline(in: .milliseconds(30))))
        }
        #expect(elapsed >= .milliseconds(30))
    }

    @Test("a signal wakes a thread that waits already")
    func waking() async throws {
        let wakeUps = WakeUps()
        let pool = BlockingPool(threads: 1)
        async let woken = pool.run { wakeUps.wait(before: Deadline(in: .seconds(20))) }
        wakeUps.signal()
        #expect(try await woken)
    }
}
