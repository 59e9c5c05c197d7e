import CofferBase
import TestSupport
import Testing

@testable import LeaseService

@Suite(.timeLimit(.minutes(1))) struct ReaperAlarmTests {
    private let clock = ManualClock()
    private let alarm = ReaperAlarm()
    private var far: Timestamp { clock.now + .seconds(3600) }

    @Test("it rings for one who does not sleep yet, until the next look")
    func early() async {
        alarm.reset()
        alarm.ring()
        await alarm.sleep(until: far, clock)
        alarm.reset()
        let sleeper = Task { await alarm.sleep(until: far, clock) }
        #expect(clock.now < far)
        while clock.nextDeadline == nil { await Task.yield() }
        alarm.ring()
        await sleeper.value
    }

    @Test("a lease that was added before the sleep shortens it")
    func addedBefore() async {
        alarm.reset()
        alarm.note(clock.now, now: clock.now)
        await alarm.sleep(until: far, clock)
    }

    @Test("a lease that is added wakes the sleeper when it ends sooner, or when the clock was set past the sleep's end")
    func addedMeanwhile() async {
        alarm.reset()
        let end = clock.now + .seconds(60)
        let sleeper = Task { await alarm.sleep(until: end, clock) }
        while clock.nextDeadline == nil { await Task.yield() }
        alarm.note(end + .seconds(1), now: clock.now)
        #expect(clock.nextDeadline == end)
        alarm.note(end + .seconds(1), now: end)
        await sleeper.value
    }
}
