/// A regular expression whose cost grows with text × pattern and never faster.
///
/// Paths come from clients: a pattern that an operator wrote must not let them
/// stall the audit. The syntax is RE2's without flags, word boundaries and
/// Unicode classes; a match is sought anywhere in the text.
struct LinearPattern: Sendable {
    enum Step: Sendable {
        case one(ScalarSet)
        case split(Int, Int)
        case jump(Int)
        case atStart, atEnd
        case match
    }

    private let program: [Step]

    /// Nil when the pattern cannot be read or is too large.
    init?(_ text: String) {
        guard let node = LinearPatternParser.node(in: text), let program = LinearPatternCompiler.program(for: node)
        else { return nil }
        self.program = program
    }

    /// Follows all paths through the program at once (K. Thompson, "Regular expression search algorithm", 1968).
    func isFound(in text: String) -> Bool {
        var now = Threads(count: program.count)
        var next = Threads(count: program.count)
        let scalars = Array(text.unicodeScalars)
        for position in 0...scalars.count {
            now.add(0, program, position, scalars.count)
            if now.hasMatched { return true }
            guard position < scalars.count else { break }
            next.clear()
            for place in now.places {
                if case .one(let set) = program[place], set.contains(scalars[position]) {
                    next.add(place + 1, program, position + 1, scalars.count)
                }
            }
            if next.hasMatched { return true }
            swap(&now, &next)
        }
        return false
    }

    /// The places of the program that are reached at one position of the text.
    private struct Threads {
        private(set) var places: [Int] = []
        private(set) var hasMatched = false
        private var isReached: [Bool]

        init(count: Int) { isReached = Array(repeating: false, count: count) }

        mutating func clear() {
            for index in isReached.indices { isReached[index] = false }
            places.removeAll(keepingCapacity: true)
            hasMatched = false
        }

        mutating func add(_ place: Int, _ program: [Step], _ position: Int, _ end: Int) {
            var open = [place]
            while let place = open.popLast() {
                if isReached[place] { continue }
                isReached[place] = true
                switch program[place] {
                case .one: places.append(place)
                case .split(let first, let second): open += [second, first]
                case .jump(let target): open.append(target)
                case .atStart: if position == 0 { open.append(place + 1) }
                case .atEnd: if position == end { open.append(place + 1) }
                case .match: hasMatched = true
                }
            }
        }
    }
}

/// A set of characters as ranges.
struct ScalarSet: Sendable {
    var ranges: [ClosedRange<UInt32>]
    var isNegated = false

    init(_ ranges: [ClosedRange<UInt32>], isNegated: Bool = false) {
        self.ranges = ranges
        self.isNegated = isNegated
    }

    init(_ scalar: Unicode.Scalar) { self.init([scalar.value...scalar.value]) }

    func contains(_ scalar: Unicode.Scalar) -> Bool {
        ranges.contains { $0.contains(scalar.value) } != isNegated
    }

    static let digits = ScalarSet([0x30...0x39])
    static let word = ScalarSet([0x30...0x39, 0x41...0x5a, 0x5f...0x5f, 0x61...0x7a])
    static let space = ScalarSet([0x09...0x0a, 0x0c...0x0d, 0x20...0x20])
    static let anyButNewline = ScalarSet([0x0a...0x0a], isNegated: true)

    var negated: ScalarSet { ScalarSet(ranges, isNegated: !isNegated) }

    /// What is not in the ranges, as ranges: for negated classes inside brackets.
    var plainRanges: [ClosedRange<UInt32>] {
        guard isNegated else { return ranges }
        var plain: [ClosedRange<UInt32>] = []
        var start: UInt32 = 0
        for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
            if range.lowerBound > start { plain.append(start...range.lowerBound - 1) }
            start = range.upperBound + 1
        }
        plain.append(start...0x10_ffff)
        return plain
    }
}
