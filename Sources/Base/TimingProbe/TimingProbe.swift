internal import Glibc
internal import TimingTrials

/// Measures whether the time of arithmetic and comparisons tells their secrets, as the server has them: optimised.
///
///     TimingProbe [SAMPLES]
///
/// Ends with 1 when work that must not leak does, or when work that leaks on purpose is not found.
@main
struct Probe {
    static func main() {
        let samples = CommandLine.arguments.dropFirst().first.map { Int($0) } ?? 1_000_000
        guard let samples, samples >= 1000, CommandLine.argc <= 2 else {
            print("usage: TimingProbe [SAMPLES], a thousand or more")
            exit(2)
        }
        print("|t| from \(TimingStatistic.threshold) on in each of \(TimingTrial.attempts) measurements is a leak")
        var (passed, failed) = (0, 0)
        for trial in TimingTrial.shamir + TimingTrial.comparison {
            let began = now()
            // What is careless shows in a tenth already.
            let samples = trial.isCareless ? samples / 10 : samples
            var dice = SystemRandomNumberGenerator()
            let verdict = trial.judge(samples: samples, now: now) { dice.next() }
            if verdict.isAsExpected { passed += 1 } else { failed += 1 }
            let distances = verdict.distances.map { "\(($0 * 100).rounded() / 100)" }.joined(separator: ", ")
            let time = (now() - began) / 1_000_000
            print("\(trial.name): \(found(verdict)); |t| \(distances); \(samples) samples, \(time) ms")
            fflush(nil)
        }
        print("\(passed) passed, \(failed) failed")
        exit(failed == 0 ? 0 : 1)
    }

    private static func found(_ verdict: TimingTrial.Verdict) -> String {
        switch (verdict.differs, verdict.isAsExpected) {
        case (false, true): "the same"
        case (true, true): "found, as it has to be"
        case (true, false): "LEAKS"
        case (false, false): "NOT FOUND"
        }
    }

    /// Nanoseconds.
    private static func now() -> UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) &* 1_000_000_000 &+ UInt64(time.tv_nsec)
    }
}
