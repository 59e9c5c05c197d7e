import Testing

@testable import TimingTrials

/// CVE-2023-25000 (U03), with few samples and without optimisation; `TimingProbe` measures as the server runs.
@Suite(.serialized) struct ShamirTimingTests {
    @Test("the time of products, inverses and combining does not tell their operands", arguments: careful)
    func same(trial: TimingTrial) {
        let verdict = Measurement.judge(trial)
        #expect(verdict.isAsExpected, "\(trial.name): \(verdict.distances)")
    }

    @Test("each has a careless counterpart, which is found in every measurement", arguments: careless)
    func found(trial: TimingTrial) {
        let verdict = Measurement.judge(trial)
        #expect(verdict.isAsExpected, "\(trial.name): \(verdict.distances)")
        #expect(verdict.distances.count == TimingTrial.attempts)
    }

    private static let careful = TimingTrial.shamir.filter { !$0.isCareless }
    private static let careless = TimingTrial.shamir.filter(\.isCareless)
}
