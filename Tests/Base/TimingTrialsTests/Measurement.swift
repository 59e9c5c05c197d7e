@testable import TimingTrials

/// Few samples, and the clock of the machine.
enum Measurement {
    static func judge(_ trial: TimingTrial) -> TimingTrial.Verdict {
        let start = ContinuousClock.now
        var dice = SystemRandomNumberGenerator()
        return trial.judge(
            samples: trial.isCostly ? 600 : 6000,
            now: {
                let (seconds, attoseconds) = (ContinuousClock.now - start).components
                return UInt64(seconds) * 1_000_000_000 + UInt64(attoseconds) / 1_000_000_000
            }, seed: { dice.next() })
    }
}
