internal import Glibc

/// Welch's t of two classes of times, as dudect has it: beyond 4.5 the classes take different times.
package enum TimingStatistic {
    /// How many measurements: few in every run of the tests, a million where COFFER_TEST_FULL is set.
    package static var samples: Int { isFull ? 1_000_000 : 6_000 }
    /// The same for what takes long each time.
    package static var costlySamples: Int { isFull ? 100_000 : 600 }

    private static var isFull: Bool { getenv("COFFER_TEST_FULL") != nil }

    /// The slowest tenth of each class is left out: what disturbs a machine falls on both alike.
    package static func welch(_ left: [Double], _ right: [Double]) -> Double {
        let (a, b) = (moments(cropped(left)), moments(cropped(right)))
        let spread = (a.variance / a.count + b.variance / b.count).squareRoot()
        return spread == 0 ? 0 : (a.mean - b.mean) / spread
    }

    private static func cropped(_ times: [Double]) -> ArraySlice<Double> {
        times.sorted().prefix(times.count * 9 / 10)
    }

    private static func moments(_ values: ArraySlice<Double>) -> (mean: Double, variance: Double, count: Double) {
        let count = Double(values.count)
        let mean = values.reduce(0, +) / count
        return (mean, values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / (count - 1), count)
    }
}
