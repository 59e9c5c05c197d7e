/// One question of time: does some work take as long for operands of one class as for those of another?
///
/// Before each sample its class is drawn and its operand made, by the same instructions in both classes and, where the
/// operand is memory, in the same place: nothing but its content differs. (The idea is dudect's.)
package struct TimingTrial: Sendable {
    package let name: String
    /// Work that is careless on purpose, and has to be found.
    package let isCareless: Bool
    private let sample: @Sendable (_ isRandom: UInt8, inout Dice, _ now: () -> UInt64) -> UInt64

    /// - Parameters:
    ///   - operand: of a class: 0 for the fixed one, 0xFF for the random one; a mask, so that nothing has to branch.
    ///   - work: gives something that depends on all that it did.
    init<Operand>(
        _ name: String, isCareless: Bool = false,
        operand: @escaping @Sendable (_ isRandom: UInt8, inout Dice) -> Operand,
        work: @escaping @Sendable (Operand) -> UInt8
    ) {
        self.name = name
        self.isCareless = isCareless
        sample = { isRandom, dice, now in
            let operand = operand(isRandom, &dice)
            let start = now()
            // Neither may the work begin before the clock was read nor end after it was read again.
            hold(work(held(operand)))
            return now() &- start
        }
    }

    /// How far apart the classes are.
    package func distance(samples: Int, seed: UInt64, now: () -> UInt64) -> Double {
        var dice = Dice(seed: seed)
        var times: (fixed: [UInt64], random: [UInt64]) = ([], [])
        times.fixed.reserveCapacity(samples)
        times.random.reserveCapacity(samples)
        // Caches and the predictors of branches get to know the work.
        for _ in 0..<min(samples, 1000) { _ = sample(dice.mask(), &dice, now) }
        for _ in 0..<samples {
            let isRandom = dice.mask()
            let time = sample(isRandom, &dice, now)
            if isRandom == 0 { times.fixed.append(time) } else { times.random.append(time) }
        }
        return TimingStatistic.distance(times.fixed, times.random)
    }

    /// The rule: work differs in time when it does in each of so many measurements with fresh operands.
    /// A busy machine may spoil one; a leak shows in all.
    package static let attempts = 4

    /// Measures until one measurement stays below the threshold.
    package func judge(samples: Int, now: () -> UInt64, seed: () -> UInt64) -> Verdict {
        var distances: [Double] = []
        while distances.count < Self.attempts, distances.allSatisfy({ $0 >= TimingStatistic.threshold }) {
            distances.append(distance(samples: samples, seed: seed(), now: now))
        }
        return Verdict(distances: distances, isCareless: isCareless)
    }

    package struct Verdict: Sendable {
        package let distances: [Double]
        let isCareless: Bool

        package var differs: Bool { distances.allSatisfy { $0 >= TimingStatistic.threshold } }
        package var isAsExpected: Bool { differs == isCareless }
    }
}

/// Fast numbers without a pattern (SplitMix64): for operands, not for secrets.
struct Dice {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
        return mixed ^ mixed >> 31
    }

    /// 0 or 0xFF.
    mutating func mask() -> UInt8 { UInt8(truncatingIfNeeded: 0 &- (next() >> 63)) }

    mutating func byte() -> UInt8 { UInt8(truncatingIfNeeded: next() >> 32) }

    mutating func bytes(_ count: Int, _ mask: UInt8) -> [UInt8] { (0..<count).map { _ in byte() & mask } }
}

// The compiler sees through neither.

@inline(never) @_optimize(none)
private func held<T>(_ value: T) -> T { value }

@inline(never) @_optimize(none)
func hold<T>(_ value: T) {}
