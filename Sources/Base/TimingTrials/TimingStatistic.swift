/// Welch's t of two classes of times, as dudect has it.
package enum TimingStatistic {
    /// From here on the classes take different times: by chance one measurement in a hundred thousand comes as far.
    package static let threshold = 4.5

    /// Parts of all samples, the fastest first. What disturbs a machine makes single samples slow, which would hide a
    /// small difference; a difference among slow samples only shows in the whole.
    private static let parts = [0.5, 0.9, 1]

    /// The largest distance of the classes over the parts.
    package static func distance(_ fixed: [UInt64], _ random: [UInt64]) -> Double {
        let all = (fixed + random).sorted()
        guard let slowest = all.last else { return 0 }
        return parts.map { part in
            // One limit for both, so that it favours neither.
            let limit = part == 1 ? slowest : all[Int(Double(all.count) * part)]
            return abs(welch(fixed.filter { $0 <= limit }, random.filter { $0 <= limit }))
        }.max() ?? 0
    }

    private static func welch(_ left: [UInt64], _ right: [UInt64]) -> Double {
        guard left.count > 1, right.count > 1 else { return 0 }
        let (a, b) = (moments(left), moments(right))
        let spread = (a.variance / Double(left.count) + b.variance / Double(right.count)).squareRoot()
        if spread == 0 { return a.mean == b.mean ? 0 : .infinity }
        return (a.mean - b.mean) / spread
    }

    private static func moments(_ values: [UInt64]) -> (mean: Double, variance: Double) {
        let mean = values.reduce(0) { $0 + Double($1) } / Double(values.count)
        let squares = values.reduce(0) { $0 + (Double($1) - mean) * (Double($1) - mean) }
        return (mean, squares / Double(values.count - 1))
    }
}
