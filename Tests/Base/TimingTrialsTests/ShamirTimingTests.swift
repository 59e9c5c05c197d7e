import CofferBase
import TestSupport
import Testing

@testable import Shamir

/// CVE-2023-25000: products were looked up in tables, and a cache told which entries.
///
/// Two classes of operands that table look-ups and early exits treat differently are timed in turn; what is left of
/// the noise falls on both alike (the idea of dudect).
@Suite(.serialized) struct ShamirTimingTests {
    private enum Work: String, CaseIterable, Sendable {
        case multiply, inverse
        /// A product that is done early when there is nothing to do.
        case hasty
    }

    @Test("the time of a product and of an inverse does not tell their operands", arguments: ["multiply", "inverse"])
    func timing(name: String) throws {
        let work = try #require(Work(rawValue: name))
        // A busy machine may spoil one measurement; a leak shows in each.
        var values: [Double] = []
        while values.count < 4, !values.contains(where: { $0 < 4.5 }) { values.append(abs(Self.statistic(work))) }
        #expect(values.contains { $0 < 4.5 }, "t values \(values)")
    }

    @Test("the time of combining shares does not tell their secret")
    func combining() throws {
        // The same places in each class: they are no secret. Many secrets of each, so that no cache knows them all.
        func noise(_ count: Int) -> [UInt8] { (0..<count).map { _ in UInt8.random(in: .min ... .max) } }
        func shares(of secret: [UInt8]) -> [SecretBytes] {
            Shamir.split(SecretBytes(copying: secret), at: [1, 2, 3], degree: 2, SecretBytes(copying: noise(64)))
        }
        let zeros = (0..<64).map { _ in shares(of: [UInt8](repeating: 0, count: 32)) }
        let randoms = (0..<64).map { _ in shares(of: noise(32)) }
        var values: [Double] = []
        while values.count < 4, !values.contains(where: { $0 < 4.5 }) {
            values.append(abs(try Self.combiningStatistic(zeros, randoms)))
        }
        #expect(values.contains { $0 < 4.5 }, "t values \(values)")
    }

    private static func combiningStatistic(_ zeros: [[SecretBytes]], _ randoms: [[SecretBytes]]) throws -> Double {
        let classes = (0..<(TimingStatistic.costlySamples)).map { index in (Bool.random(), index % zeros.count) }
        var times: (fixed: [Double], random: [Double]) = ([], [])
        for (isFixed, index) in classes {
            let shares = isFixed ? zeros[index] : randoms[index]
            let start = ContinuousClock.now
            let secret = try Shamir.combine(shares)
            let elapsed = ContinuousClock.now - start
            let time = Double(elapsed.components.attoseconds) / 1e9 + (secret.count == 0 ? 1e-9 : 0)
            if isFixed { times.fixed.append(time) } else { times.random.append(time) }
        }
        return TimingStatistic.welch(times.fixed, times.random)
    }

    @Test("the measurement finds a product that ends early")
    func finds() {
        #expect(abs(Self.statistic(.hasty)) > 4.5)
    }

    private static func statistic(_ work: Work) -> Double {
        // Drawn before anything is timed: drawing must not differ between the classes.
        let classes = (0..<TimingStatistic.samples).map { _ in Bool.random() }
        let operands = classes.map { isFixed in isFixed ? 0 : UInt8.random(in: 1...255) }
        let times = operands.map { measure(work, $0) }
        let fixed = zip(classes, times).filter(\.0).map(\.1)
        let random = zip(classes, times).filter { !$0.0 }.map(\.1)
        return TimingStatistic.welch(fixed, random)
    }

    private static func measure(_ work: Work, _ operand: UInt8) -> Double {
        var sink: UInt8 = 0
        let start = ContinuousClock.now
        for round in 0..<8 as Range<UInt8> {
            switch work {
            case .multiply: sink ^= GaloisField.multiply(operand, 0x53 &+ round)
            case .hasty: sink ^= operand == 0 ? 0 : GaloisField.multiply(operand, 0x53 &+ round)
            case .inverse: sink ^= GaloisField.inverse(operand)
            }
        }
        let elapsed = ContinuousClock.now - start
        return Double(elapsed.components.attoseconds) / 1e9 + (sink == 0xff ? 1e-9 : 0)
    }
}
