import Testing

@testable import TimingTrials

/// The statistic on times that are made up.
@Suite struct TimingStatisticTests {
    /// Around `middle`, a thousandth of them far above, as interrupts make them.
    private func times(_ middle: UInt64, _ count: Int, seed: UInt64) -> [UInt64] {
        var dice = Dice(seed: seed)
        return (0..<count).map { _ in
            let noise = dice.next() % 64 + dice.next() % 64
            return middle + noise + (dice.next() % 1000 == 0 ? 50_000 + dice.next() % 100_000 : 0)
        }
    }

    @Test("times of one kind are near each other", arguments: 1...20)
    func same(seed: UInt64) {
        let distance = TimingStatistic.distance(times(500, 20_000, seed: seed), times(500, 20_000, seed: seed + 100))
        #expect(distance < TimingStatistic.threshold)
    }

    @Test("two nanoseconds among noise are found", arguments: 1...20)
    func shifted(seed: UInt64) {
        let distance = TimingStatistic.distance(times(500, 60_000, seed: seed), times(502, 60_000, seed: seed + 100))
        #expect(distance > TimingStatistic.threshold)
    }

    @Test("a difference of the slowest twentieth alone is found")
    func tail() {
        var slow = times(500, 20_000, seed: 1)
        for index in stride(from: 0, to: slow.count, by: 20) { slow[index] += 100_000 }
        #expect(TimingStatistic.distance(slow, times(500, 20_000, seed: 2)) > TimingStatistic.threshold)
    }

    @Test("no times, one time and times without any spread are no reason to fail")
    func edges() {
        #expect(TimingStatistic.distance([], []) == 0)
        #expect(TimingStatistic.distance([1], [2]) == 0)
        #expect(TimingStatistic.distance([7, 7, 7], [7, 7, 7]) == 0)
        #expect(TimingStatistic.distance([7, 7, 7], [8, 8, 8]) > TimingStatistic.threshold)
    }

    @Test("one measurement below the threshold ends the search, four above are a leak")
    func rule() {
        func verdict(_ distances: [Double], isCareless: Bool = false) -> TimingTrial.Verdict {
            TimingTrial.Verdict(distances: distances, isCareless: isCareless)
        }
        #expect(!verdict([9, 1]).differs && verdict([9, 1]).isAsExpected)
        #expect(verdict([9, 5, 7, 6]).differs && !verdict([9, 5, 7, 6]).isAsExpected)
        #expect(!verdict([9, 1], isCareless: true).isAsExpected)
        #expect(verdict([9, 9, 9, 9], isCareless: true).isAsExpected)
    }
}
