internal import CofferStorage

/// How long a leader leads without being heard of, and how often everybody asks.
package struct ClusterTiming: Sendable {
    package var time: Duration = .seconds(6)
    package var renewal: Duration = .seconds(2)
    package var retry: Duration = .milliseconds(500)
    package var poll: Duration = .milliseconds(500)
    /// How often it is looked who leads when requests do not reach the leader.
    package var suspicion: Duration = .milliseconds(100)
    package var echo: Duration = .seconds(1)
    /// How long a node that stepped down leaves leadership to others, and how long nobody may lead meanwhile.
    package var rest: Duration = .seconds(3)
    package var vacancy: Duration = .seconds(1)

    package init() {}

    /// How long after asking a leader may answer: a fifth is left for clocks that run differently.
    package var provable: Duration { time * 4 / 5 }

    /// When a node that follows looks again who leads: the moment at which it may take over is not missed.
    func pause(following record: LeaderRecord) -> Duration {
        min(poll, record.remaining.map { $0 + .milliseconds(1) } ?? poll)
    }
}

/// When a leader asks for more time, and when its time is over: no clock and no waiting in here.
struct TermSchedule: Sendable, Equatable {
    enum Step: Equatable {
        case renew
        case wait(Duration)
        /// Nobody knows any more whether this node leads.
        case over
    }

    private let timing: (renewal: Duration, retry: Duration, provable: Duration)
    /// When the last time that was granted had been asked for.
    private(set) var askedAt: Duration
    private var nextAt: Duration

    init(_ timing: ClusterTiming, askedAt: Duration) {
        self.timing = (timing.renewal, timing.retry, timing.provable)
        self.askedAt = askedAt
        nextAt = askedAt + timing.renewal
    }

    /// Until when an answer may leave (contract rule E6).
    var provableUntil: Duration { askedAt + timing.provable }

    func next(at now: Duration) -> Step {
        if now >= provableUntil { return .over }
        return now >= nextAt ? .renew : .wait(min(nextAt, provableUntil) - now)
    }

    /// More time was granted, to a request sent at `asked`.
    mutating func renewed(askedAt asked: Duration) {
        askedAt = max(askedAt, asked)
        nextAt = askedAt + timing.renewal
    }

    /// The storage did not answer.
    mutating func failed(at now: Duration) { nextAt = now + timing.retry }

    static func == (left: TermSchedule, right: TermSchedule) -> Bool {
        left.askedAt == right.askedAt && left.nextAt == right.nextAt && left.timing == right.timing
    }
}

/// When a node that does not lead may try to: no clock and no waiting in here.
struct Candidacy: Sendable, Equatable {
    enum Verdict: Equatable {
        case follow(LeaderRecord)
        case stand
        case wait
    }

    private var restsUntil: Duration = .zero
    /// Nil while somebody leads.
    private var vacantSince: Duration?

    mutating func verdict(
        on record: LeaderRecord?, own id: String, at now: Duration, _ timing: ClusterTiming
    ) -> Verdict {
        if let record, record.isCurrent, record.candidate.id != id {
            vacantSince = nil
            return .follow(record)
        }
        let since = vacantSince ?? now
        vacantSince = since
        // Nobody else wants to: better the one that stepped down than none.
        return now < restsUntil && now - since < timing.vacancy ? .wait : .stand
    }

    /// It gave up leadership, for another to take it.
    mutating func steppedDown(at now: Duration, _ timing: ClusterTiming) {
        (restsUntil, vacantSince) = (now + timing.rest, nil)
    }
}
