import TestSupport
import Testing

@testable import CofferBase

/// GHSA-34fc-gh42-pj53 (U04): a token was compared with `==`, which ends at the first byte that differs.
@Suite(.serialized) struct ComparisonTimingTests {
    private static let secret = SecretBytes(copying: [UInt8](repeating: 0x5a, count: 256))

    /// Nil: nowhere.
    private static func other(differingAt place: Int?) -> SecretBytes {
        var bytes = [UInt8](repeating: 0x5a, count: 256)
        if let place { bytes[place] ^= 1 }
        return SecretBytes(copying: bytes)
    }

    @Test("comparing secrets takes the same time wherever they differ, and when they do not", arguments: [255, nil])
    func constant(place: Int?) {
        // A busy machine may spoil one measurement; a leak shows in each.
        var values: [Double] = []
        while values.count < 4, !values.contains(where: { $0 < 4.5 }) {
            values.append(abs(Self.statistic(place) { Self.secret.constantTimeEquals($0) }))
        }
        #expect(values.contains { $0 < 4.5 }, "t values \(values)")
    }

    @Test("the measurement finds a comparison that ends early")
    func finds() {
        let found = Self.statistic(255) { other in
            Self.secret.withUnsafeBytes { left in other.withUnsafeBytes { right in left.elementsEqual(right) } }
        }
        #expect(abs(found) > 4.5)
    }

    /// Of secrets that differ in their first byte and at `place`.
    private static func statistic(_ place: Int?, _ equals: (SecretBytes) -> Bool) -> Double {
        let (early, late) = (other(differingAt: 0), other(differingAt: place))
        // Drawn before anything is timed: drawing must not differ between the classes.
        let classes = (0..<TimingStatistic.samples).map { _ in Bool.random() }
        var times: (early: [Double], late: [Double]) = ([], [])
        for isEarly in classes {
            let operand = isEarly ? early : late
            var sink = false
            let start = ContinuousClock.now
            for _ in 0..<8 { sink = equals(operand) != sink }
            let elapsed = ContinuousClock.now - start
            let time = Double(elapsed.components.attoseconds) / 1e9 + (sink ? 1e-9 : 0)
            if isEarly { times.early.append(time) } else { times.late.append(time) }
        }
        return TimingStatistic.welch(times.early, times.late)
    }
}
