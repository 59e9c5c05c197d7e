/// Counts of samples by their size, eight steps for each doubling: a quantile is right within six percent.
///
/// Covers 2⁻¹² to 2²⁰ (in milliseconds: a quarter of a microsecond to a quarter of an hour); what lies beyond counts
/// as the end of the range.
struct Histogram: Sendable {
    private static let steps = 8
    private static let lowest = -12
    private static let highest = 20

    private var counts: [UInt32] = []
    private(set) var total = 0

    mutating func add(_ value: Double) {
        if counts.isEmpty { counts = [UInt32](repeating: 0, count: (Self.highest - Self.lowest) * Self.steps) }
        counts[Self.index(value)] &+= 1
        total += 1
    }

    mutating func clear() {
        if total > 0 { for index in counts.indices { counts[index] = 0 } }
        total = 0
    }

    /// Both together.
    static func + (left: Histogram, right: Histogram) -> Histogram {
        if left.total == 0 { return right }
        if right.total == 0 { return left }
        var sum = left
        for index in sum.counts.indices { sum.counts[index] &+= right.counts[index] }
        sum.total += right.total
        return sum
    }

    /// The size that a part of the samples does not exceed; not a number without samples.
    func quantile(_ part: Double) -> Double {
        guard total > 0 else { return .nan }
        let wanted = max(1, (Double(total) * part).rounded(.up))
        var seen = 0.0
        for index in counts.indices {
            seen += Double(counts[index])
            if seen >= wanted { return Self.middle(index) }
        }
        return Self.middle(counts.count - 1)
    }

    private static func index(_ value: Double) -> Int {
        guard value.isFinite, value > 0 else { return 0 }
        let octave = Int(value.exponent) - lowest
        let step = Int((value.significand - 1) * Double(steps))
        return min(max(octave * steps + step, 0), (highest - lowest) * steps - 1)
    }

    private static func middle(_ index: Int) -> Double {
        let significand = 1 + (Double(index % steps) + 0.5) / Double(steps)
        return Double(sign: .plus, exponent: index / steps + lowest, significand: significand)
    }
}
