import CofferBase
import TestSupport
import Testing

@Suite struct TicketsTests {
    private let clock = ManualClock()

    @Test("a value waits under its id, for a while, and is taken once")
    func life() {
        let tickets = Tickets<Int>(clock: clock, lifetime: .seconds(300))
        let isKept = tickets.keep(1, as: "a")
        #expect(isKept)
        #expect(tickets.look(at: "a") == 1)
        #expect(tickets.look(at: "b") == nil)
        #expect(tickets.take("a") == 1)
        #expect(tickets.take("a") == nil)
        _ = tickets.keep(2, as: "c")
        clock.advance(by: .seconds(300))
        #expect(tickets.look(at: "c") == nil)
        #expect(tickets.take("c") == nil)
    }

    @Test("no more wait than there is room for, and those that expired make room")
    func room() {
        let tickets = Tickets<Int>(clock: clock, lifetime: .seconds(10), capacity: 2)
        let first = (0..<3).map { tickets.keep($0, as: "\($0)") }
        #expect(first == [true, true, false])
        clock.advance(by: .seconds(10))
        let isKept = tickets.keep(3, as: "3")
        #expect(isKept)
    }
}
