import CofferStorage
import Synchronization
import Testing

@testable import CofferCore

/// With a time of 6 s and renewals each 2 s, answers are provable for 4.8 s.
@Suite struct TermScheduleTests {
    @Test("a leader asks for more time in good time, and its answers count from when it asked")
    func renewals() {
        var schedule = TermSchedule(ClusterTiming(), askedAt: .seconds(10))
        #expect(schedule.provableUntil == .milliseconds(14_800))
        #expect(schedule.next(at: .seconds(10)) == .wait(.seconds(2)))
        #expect(schedule.next(at: .seconds(12)) == .renew)
        schedule.renewed(askedAt: .seconds(12))
        #expect(schedule.provableUntil == .milliseconds(16_800))
        #expect(schedule.next(at: .seconds(13)) == .wait(.seconds(1)))
    }

    @Test("when nobody answers it asks again soon, and ends when its time is over")
    func failures() {
        var schedule = TermSchedule(ClusterTiming(), askedAt: .zero)
        schedule.failed(at: .seconds(2))
        #expect(schedule.next(at: .seconds(2)) == .wait(.milliseconds(500)))
        #expect(schedule.next(at: .milliseconds(2500)) == .renew)
        schedule.failed(at: .milliseconds(4700))
        #expect(schedule.next(at: .milliseconds(4700)) == .wait(.milliseconds(100)))
        #expect(schedule.next(at: .milliseconds(4800)) == .over)
    }

    @Test("an answer that comes late does not shorten what was granted before")
    func lateAnswer() {
        var schedule = TermSchedule(ClusterTiming(), askedAt: .seconds(4))
        schedule.renewed(askedAt: .seconds(2))
        #expect(schedule.askedAt == .seconds(4))
    }
}

@Suite struct CandidacyTests {
    private func record(_ id: String, isCurrent: Bool) -> LeaderRecord {
        LeaderRecord(epoch: Epoch(3), candidate: Candidate(id: id, address: ""), isCurrent: isCurrent)
    }

    @Test("a node stands when nobody leads, or when it led itself, and follows whoever does")
    func verdicts() {
        let timing = ClusterTiming()
        var candidacy = Candidacy()
        #expect(candidacy.verdict(on: nil, own: "a", at: .zero, timing) == .stand)
        #expect(candidacy.verdict(on: record("b", isCurrent: false), own: "a", at: .zero, timing) == .stand)
        #expect(candidacy.verdict(on: record("a", isCurrent: true), own: "a", at: .zero, timing) == .stand)
        let other = record("b", isCurrent: true)
        #expect(candidacy.verdict(on: other, own: "a", at: .zero, timing) == .follow(other))
    }

    @Test("a node that follows looks again when the leader's time may be over, and now and then in any case")
    func looks() {
        let timing = ClusterTiming()
        func pause(_ remaining: Duration?) -> Duration {
            let candidate = Candidate(id: "b", address: "")
            return timing.pause(
                following: LeaderRecord(epoch: Epoch(3), candidate: candidate, isCurrent: true, remaining: remaining))
        }
        #expect(pause(nil) == timing.poll)
        #expect(pause(.seconds(4)) == timing.poll)
        #expect(pause(.milliseconds(20)) == .milliseconds(21))
    }

    @Test("a node that stepped down leaves leadership to others for a while, unless nobody takes it")
    func rest() {
        let timing = ClusterTiming()
        var candidacy = Candidacy()
        candidacy.steppedDown(at: .seconds(100), timing)
        #expect(candidacy.verdict(on: nil, own: "a", at: .seconds(100), timing) == .wait)
        let other = record("b", isCurrent: true)
        #expect(candidacy.verdict(on: other, own: "a", at: .seconds(101), timing) == .follow(other))
        #expect(candidacy.verdict(on: nil, own: "a", at: .seconds(102), timing) == .wait)
        #expect(candidacy.verdict(on: nil, own: "a", at: .milliseconds(102_900), timing) == .wait)
        #expect(candidacy.verdict(on: nil, own: "a", at: .seconds(103), timing) == .stand)
        candidacy.steppedDown(at: .seconds(200), timing)
        #expect(candidacy.verdict(on: nil, own: "a", at: .seconds(200), timing) == .wait)
        #expect(candidacy.verdict(on: nil, own: "a", at: .seconds(201), timing) == .stand)
    }
}

@Suite struct TermTests {
    @Test("answers are provable until the time is over, and never after the end")
    func provable() {
        let now = Mutex(Duration.zero)
        let term = Term(Epoch(1), provableUntil: .seconds(5)) { now.withLock { $0 } }
        #expect(term.isProvable)
        now.withLock { $0 = .seconds(5) }
        #expect(!term.isProvable)
        term.extend(until: .seconds(9))
        #expect(term.isProvable)
        term.end(.deposed)
        #expect(!term.isProvable)
        term.extend(until: .seconds(20))
        #expect(!term.isProvable)
    }

    @Test("whoever waits for the end learns the first reason")
    func reasons() async {
        let term = Term(Epoch(1), provableUntil: .seconds(5)) { .zero }
        async let end = term.waitForEnd()
        term.end(.resigned)
        term.end(.deposed)
        #expect(await end == .resigned)
        #expect(await term.waitForEnd() == .resigned)
    }
}
