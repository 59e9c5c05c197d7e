import Testing

@testable import Linearizability

@Suite struct LinearizabilityTests {
    private func read(_ version: Int, _ value: String?, _ start: Int64, _ end: Int64) -> RegisterCall {
        RegisterCall(.read, .read(RegisterState(version: version, value: value)), from: start, to: end)
    }

    private func write(_ value: String, _ expecting: Int?, _ made: Int, _ start: Int64, _ end: Int64) -> RegisterCall {
        RegisterCall(.write(value, expecting: expecting), .written(made), from: start, to: end)
    }

    private func verdict(_ calls: RegisterCall...) -> LinearizabilityCheck.Verdict {
        LinearizabilityCheck.verdict(on: calls)
    }

    @Test("one call after the other, and nothing at all, are linearizable")
    func sequential() {
        #expect(LinearizabilityCheck.verdict(on: []) == .linearizable)
        #expect(verdict(read(0, nil, 0, 1), write("a", 0, 1, 2, 3), read(1, "a", 4, 5)) == .linearizable)
    }

    @Test("a read beside a write sees what was before or after it")
    func concurrent() {
        let writing = write("a", 0, 1, 0, 10)
        #expect(verdict(writing, read(0, nil, 2, 3), read(1, "a", 4, 5)) == .linearizable)
        let back = read(0, nil, 4, 5)
        #expect(verdict(writing, read(1, "a", 2, 3), back) == .violated(back))
    }

    @Test("a stale read is caught")
    func staleRead() {
        let stale = read(1, "a", 5, 6)
        #expect(verdict(write("a", 0, 1, 0, 1), write("b", 1, 2, 2, 3), stale) == .violated(stale))
    }

    @Test("a lost update is caught: two that were acknowledged on one version, and one that is gone")
    func lostUpdate() {
        let second = write("b", 0, 1, 2, 3)
        #expect(verdict(write("a", 0, 1, 0, 1), second) == .violated(second))
        let gone = read(0, nil, 4, 5)
        #expect(verdict(write("a", 0, 1, 0, 1), gone) == .violated(gone))
    }

    @Test("a write of unknown outcome may be seen late or never, and not be taken back")
    func unknown() {
        let lost = RegisterCall(.write("x", expecting: 1), .unknown, from: 2)
        let first = write("a", 0, 1, 0, 1)
        #expect(verdict(first, lost, read(1, "a", 3, 4), read(2, "x", 5, 6)) == .linearizable)
        #expect(verdict(first, lost, read(1, "a", 3, 4), write("b", 1, 2, 5, 6)) == .linearizable)
        let back = read(1, "a", 5, 6)
        #expect(verdict(first, lost, read(2, "x", 3, 4), back) == .violated(back))
    }

    @Test("hundreds of writes of unknown outcome at once are judged in a moment")
    func manyUnknown() {
        let lost = (0..<200).map {
            RegisterCall(.write("u\($0)", expecting: $0 % 10 == 0 ? nil : 1), .unknown, from: 2 + Int64($0))
        }
        let told = [
            write("a", 0, 1, 0, 1), read(2, "u51", 1000, 1001), write("b", 2, 3, 1002, 1003),
            read(5, "u60", 1004, 1005),
        ]
        #expect(LinearizabilityCheck.verdict(on: told + lost, tries: 10_000) == .linearizable)
        let back = read(3, "b", 1006, 1007)
        #expect(LinearizabilityCheck.verdict(on: told + lost + [back], tries: 10_000) == .violated(back))
        let never = read(6, "u52", 1006, 1007)
        #expect(LinearizabilityCheck.verdict(on: told + lost + [never], tries: 10_000) == .violated(never))
    }

    @Test("a refusal needs another version than the one that was expected")
    func refusal() {
        let refused = RegisterCall(.write("b", expecting: 1), .refused, from: 2, to: 3)
        #expect(verdict(write("a", 0, 1, 0, 1), refused) == .violated(refused))
        #expect(verdict(write("a", 0, 1, 0, 1), write("c", 1, 2, 1, 4), refused) == .linearizable)
    }

    @Test("histories of a real register are accepted, and a flaw in them is caught", arguments: 0..<100)
    func generated(seed: UInt64) throws {
        var generator = Seeded(state: seed)
        let calls = Self.history(&generator)
        #expect(LinearizabilityCheck.verdict(on: calls) == .linearizable)
        // A read long after the last write that still shows the first.
        let end = calls.map { $0.end == .max ? $0.start : $0.end }.max() ?? 0
        let first = try #require(calls.first { if case .written(1) = $0.outcome { true } else { false } })
        guard case .write(let value, _) = first.request else { return }
        let stale = read(1, value, end + 1, end + 2)
        #expect(LinearizabilityCheck.verdict(on: calls + [stale]) == .violated(stale))
    }

    /// Eight clients at one register, whose calls take effect somewhere between their start and their end.
    private static func history(_ generator: inout Seeded) -> [RegisterCall] {
        var state = RegisterState()
        var free = Array(repeating: Int64(0), count: 8)
        var calls: [RegisterCall] = []
        for number in 0..<300 {
            let effect = Int64(number * 10)
            guard let client = free.indices.filter({ free[$0] < effect }).randomElement(using: &generator) else {
                continue
            }
            let start = Int64.random(in: free[client]..<effect, using: &generator)
            let end = effect + Int64.random(in: 1...50, using: &generator)
            free[client] = end + 1
            if number > 2, Bool.random(using: &generator) {
                calls.append(RegisterCall(.read, .read(state), from: start, to: end))
                continue
            }
            let expecting = number == 0 ? 0 : max(0, state.version - Int.random(in: 0...1, using: &generator))
            let request = RegisterCall.Request.write("v\(number)", expecting: expecting)
            let isTold = number < 3 || Int.random(in: 0..<10, using: &generator) > 0
            let fits = expecting == state.version
            if fits { state = RegisterState(version: state.version + 1, value: "v\(number)") }
            let outcome: RegisterCall.Outcome = !isTold ? .unknown : fits ? .written(state.version) : .refused
            calls.append(RegisterCall(request, outcome, from: start, to: end))
        }
        return calls
    }

    @Test("lines of a history file are read, and the report names what nothing explains")
    func lines() throws {
        var history = History()
        try history.add(line: #"{"key":"r","call":"write","value":"a","expecting":0,"start":1,"end":2,"version":1}"#)
        try history.add(line: #"{"key":"r","call":"write","value":"b","start":3}"#)
        try history.add(line: #"{"key":"r","call":"write","value":"c","expecting":7,"start":3,"end":4,"refused":true}"#)
        try history.add(line: #"{"key":"r","call":"read","start":5,"end":6,"version":1,"value":"a"}"#)
        #expect(HistoryReport(history).isLinearizable)
        #expect(HistoryReport(history).lines == ["1 registers, 4 calls (1 of unknown outcome): linearizable"])
        try history.add(line: #"{"key":"r","call":"read","start":7,"end":8,"version":0}"#)
        let report = HistoryReport(history)
        #expect(!report.isLinearizable)
        #expect(report.lines.first?.contains("[7 to 8]") == true)
        for line in [
            "", "{}", #"{"key":"r","call":"read","start":7}"#, #"{"key":"r","call":"swap","start":7,"end":8}"#,
        ] {
            #expect(throws: History.Unreadable.self) { try history.add(line: line) }
        }
    }
}

/// Numbers that a seed repeats (SplitMix64).
private struct Seeded: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}
