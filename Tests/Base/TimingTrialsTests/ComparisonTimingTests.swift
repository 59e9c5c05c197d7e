import Testing

@testable import TimingTrials

/// GHSA-34fc-gh42-pj53 (U04), with few samples and without optimisation; `TimingProbe` measures as the server runs.
@Suite(.serialized) struct ComparisonTimingTests {
    @Test("comparing secrets takes the same time wherever they differ, and when they do not", arguments: careful)
    func same(trial: TimingTrial) {
        let verdict = Measurement.judge(trial)
        #expect(verdict.isAsExpected, "\(trial.name): \(verdict.distances)")
    }

    @Test("a comparison that ends early is found in every measurement", arguments: careless)
    func found(trial: TimingTrial) {
        let verdict = Measurement.judge(trial)
        #expect(verdict.isAsExpected, "\(trial.name): \(verdict.distances)")
        #expect(verdict.distances.count == TimingTrial.attempts)
    }

    private static let careful = TimingTrial.comparison.filter { !$0.isCareless }
    private static let careless = TimingTrial.comparison.filter(\.isCareless)
}
