import CofferBase
import Synchronization
import Testing

/// Jumps of the machine's clock (fault F10).
@Suite struct SteadyClockTests {
    /// A machine whose two clocks the test moves.
    private final class Machine: WallClock {
        let state = Mutex((wall: Timestamp(seconds: 1_000_000), up: Duration.seconds(10)))
        let steps = Mutex<[Duration]>([])

        var now: Timestamp { state.withLock { $0.wall } }
        func sleep(until deadline: Timestamp) async throws {}

        func pass(_ time: Duration, step: Duration = .zero) {
            state.withLock { ($0.wall, $0.up) = ($0.wall + time + step, $0.up + time) }
        }
    }

    private func clock(_ machine: Machine) -> SteadyClock {
        SteadyClock(machine, uptime: { machine.state.withLock { $0.up.wholeNanoseconds } }) { step in
            machine.steps.withLock { $0.append(step) }
        }
    }

    @Test("time passes as on the machine, and a step forward is followed")
    func forward() {
        let machine = Machine()
        let clock = clock(machine)
        machine.pass(.seconds(5))
        #expect(clock.now == Timestamp(seconds: 1_000_005))
        machine.pass(.seconds(1), step: .seconds(86400 * 30))
        #expect(clock.now == machine.now)
        #expect(machine.steps.withLock { $0 }.isEmpty)
    }

    @Test("a step forward is followed at once, however soon it comes after a question")
    func soon() {
        let machine = Machine()
        let clock = clock(machine)
        #expect(clock.now == machine.now)
        machine.pass(.microseconds(10), step: .seconds(3600))
        #expect(clock.now == machine.now)
    }

    @Test("a step back is not followed and told once, time goes on at its pace, and the machine may catch up")
    func back() {
        let machine = Machine()
        let clock = clock(machine)
        machine.pass(.seconds(1), step: .seconds(-3600))
        #expect(clock.now == Timestamp(seconds: 1_000_001))
        machine.pass(.seconds(10))
        #expect(clock.now == Timestamp(seconds: 1_000_011))
        #expect(machine.steps.withLock { $0 } == [.seconds(3600)])
        machine.pass(.seconds(1), step: .seconds(3605))
        #expect(clock.now == machine.now)
        #expect(clock.now == Timestamp(seconds: 1_000_017))
        machine.pass(.seconds(1), step: .seconds(-5))
        #expect(clock.now == Timestamp(seconds: 1_000_018))
        #expect(machine.steps.withLock { $0 } == [.seconds(3600), .seconds(5)])
    }

    @Test("a correction of a moment is nothing to tell")
    func correction() {
        let machine = Machine()
        let clock = clock(machine)
        machine.pass(.seconds(1), step: .milliseconds(-300))
        #expect(clock.now == Timestamp(seconds: 1_000_001))
        #expect(machine.steps.withLock { $0 }.isEmpty)
    }

    @Test("a sleep until a time that has come ends")
    func sleeping() async throws {
        let clock = SteadyClock()
        try await clock.sleep(until: clock.now)
        try await clock.sleep(until: clock.now + .milliseconds(1))
        #expect(clock.now > Timestamp(seconds: 0))
    }
}
