/// What is kept of some samples.
package struct Aggregate: Sendable, Equatable {
    package private(set) var count = 0
    package private(set) var sum = 0.0
    private var squares = 0.0
    package private(set) var minimum = 0.0
    package private(set) var maximum = 0.0

    package init() {}

    package mutating func add(_ value: Double) {
        minimum = count == 0 ? value : min(minimum, value)
        maximum = count == 0 ? value : max(maximum, value)
        count += 1
        sum += value
        squares += value * value
    }

    package var mean: Double { count == 0 ? 0 : sum / Double(count) }

    /// Of the sample, as go-metrics computes it.
    package var deviation: Double {
        guard count > 1 else { return 0 }
        let (number, variance) = (Double(count), Double(count) * squares - sum * sum)
        return (max(variance, 0) / (number * (number - 1))).squareRoot()
    }
}
