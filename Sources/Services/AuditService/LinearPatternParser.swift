/// The tree of a regular expression.
indirect enum LinearPatternNode: Sendable {
    case empty, atStart, atEnd
    case one(ScalarSet)
    case sequence([LinearPatternNode])
    case either(LinearPatternNode, LinearPatternNode)
    case repeated(LinearPatternNode, least: Int, most: Int?)
}

/// Reads a regular expression; what it does not know it refuses.
struct LinearPatternParser {
    private static let deepest = 50
    private static let mostRepetitions = 1000

    private var rest: ArraySlice<Unicode.Scalar>
    private var depth = 0

    static func node(in text: String) -> LinearPatternNode? {
        var parser = LinearPatternParser(rest: Array(text.unicodeScalars)[...])
        guard let node = parser.alternatives(), parser.rest.isEmpty else { return nil }
        return node
    }

    private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
        guard rest.first == scalar else { return false }
        rest.removeFirst()
        return true
    }

    private mutating func alternatives() -> LinearPatternNode? {
        depth += 1
        defer { depth -= 1 }
        guard depth <= Self.deepest, var left = sequence() else { return nil }
        while take("|") {
            guard let right = sequence() else { return nil }
            left = .either(left, right)
        }
        return left
    }

    private mutating func sequence() -> LinearPatternNode? {
        var parts: [LinearPatternNode] = []
        while let next = rest.first, next != "|", next != ")" {
            guard let part = repeatedAtom() else { return nil }
            parts.append(part)
        }
        return .sequence(parts)
    }

    private mutating func repeatedAtom() -> LinearPatternNode? {
        guard let atom = atom() else { return nil }
        let repeated: LinearPatternNode
        switch rest.first {
        case "*": repeated = .repeated(atom, least: 0, most: nil)
        case "+": repeated = .repeated(atom, least: 1, most: nil)
        case "?": repeated = .repeated(atom, least: 0, most: 1)
        case "{":
            guard let (least, most) = bounds() else { return nil }
            repeated = .repeated(atom, least: least, most: most)
        default: return atom
        }
        if let last = rest.first, "*+?".unicodeScalars.contains(last) { rest.removeFirst() }
        // Greed does not matter to whether there is a match.
        _ = take("?")
        if let next = rest.first, "*+?{".unicodeScalars.contains(next) { return nil }
        return repeated
    }

    /// `{2}`, `{2,}` or `{2,5}`.
    private mutating func bounds() -> (Int, Int?)? {
        guard take("{"), let least = number() else { return nil }
        var most: Int? = least
        if take(",") { most = rest.first == "}" ? nil : number() ?? -1 }
        guard take("}"), least <= most ?? least, max(least, most ?? 0) <= Self.mostRepetitions else { return nil }
        return (least, most)
    }

    private mutating func number() -> Int? {
        let digits = rest.prefix { ("0"..."9").contains($0) }
        rest = rest.dropFirst(digits.count)
        return digits.count <= 4 ? Int(String(String.UnicodeScalarView(digits))) : nil
    }

    private mutating func atom() -> LinearPatternNode? {
        guard let first = rest.popFirst() else { return nil }
        switch first {
        case "^": return .atStart
        case "$": return .atEnd
        case ".": return .one(.anyButNewline)
        case "(": return group()
        case "[": return bracket().map { .one($0) }
        case "\\":
            if take("A") { return .atStart }
            if take("z") { return .atEnd }
            return escape().map { .one($0) }
        case "*", "+", "?", "{", "}", "]", ")": return nil
        default: return .one(ScalarSet(first))
        }
    }

    private mutating func group() -> LinearPatternNode? {
        if take("?") && !take(":") { return nil }
        guard let inner = alternatives(), take(")") else { return nil }
        return inner
    }

    /// What stands after a backslash.
    private mutating func escape() -> ScalarSet? {
        guard let letter = rest.popFirst() else { return nil }
        switch letter {
        case "d": return .digits
        case "D": return ScalarSet.digits.negated
        case "w": return .word
        case "W": return ScalarSet.word.negated
        case "s": return .space
        case "S": return ScalarSet.space.negated
        case "n": return ScalarSet("\n")
        case "r": return ScalarSet("\r")
        case "t": return ScalarSet("\t")
        // Only a sign can stand for itself: an unknown letter may mean something elsewhere.
        default: return letter.isASCII && !ScalarSet.word.contains(letter) ? ScalarSet(letter) : nil
        }
    }

    private mutating func bracket() -> ScalarSet? {
        let isNegated = take("^")
        var ranges: [ClosedRange<UInt32>] = []
        var isFirst = true
        while let next = rest.popFirst() {
            if next == "]" && !isFirst { return ScalarSet(ranges, isNegated: isNegated) }
            isFirst = false
            var set = ScalarSet(next)
            if next == "\\" {
                guard let escaped = escape() else { return nil }
                set = escaped
            }
            guard let extended = extendedToRange(set) else { return nil }
            ranges += extended.plainRanges
        }
        return nil
    }

    /// `a-z` when a minus and another end follow; nil when the ends are the wrong way round.
    private mutating func extendedToRange(_ low: ScalarSet) -> ScalarSet? {
        guard rest.first == "-", let after = rest.dropFirst().first, after != "]" else { return low }
        rest.removeFirst()
        guard let end = rest.popFirst() else { return nil }
        var high = ScalarSet(end)
        if end == "\\" {
            guard let escaped = escape() else { return nil }
            high = escaped
        }
        guard let first = low.single, let last = high.single, first <= last else { return nil }
        return ScalarSet([first...last])
    }
}

extension ScalarSet {
    fileprivate var single: UInt32? {
        guard !isNegated, ranges.count == 1, ranges[0].count == 1 else { return nil }
        return ranges[0].lowerBound
    }
}

/// Lays the tree out as a program.
enum LinearPatternCompiler {
    private static let longest = 10_000

    /// Nil when the repetitions make it too long.
    static func program(for node: LinearPatternNode) -> [LinearPattern.Step]? {
        var program: [LinearPattern.Step] = []
        guard add(node, to: &program) else { return nil }
        program.append(.match)
        return program
    }

    private static func add(_ node: LinearPatternNode, to program: inout [LinearPattern.Step]) -> Bool {
        guard program.count < longest else { return false }
        switch node {
        case .empty: return true
        case .atStart: program.append(.atStart)
        case .atEnd: program.append(.atEnd)
        case .one(let set): program.append(.one(set))
        case .sequence(let parts): return parts.allSatisfy { add($0, to: &program) }
        case .either(let left, let right): return addEither(left, right, to: &program)
        case .repeated(let inner, let least, let most):
            for _ in 0..<least {
                let before = program.count
                guard add(inner, to: &program) else { return false }
                // Nothing a thousand times over, inside of that again and again, would take for ever.
                if program.count == before { break }
            }
            guard let most else { return addLoop(inner, to: &program) }
            for _ in least..<most { guard addOptional(inner, to: &program) else { return false } }
        }
        return true
    }

    private static func addEither(
        _ left: LinearPatternNode, _ right: LinearPatternNode, to program: inout [LinearPattern.Step]
    ) -> Bool {
        let split = program.count
        program.append(.jump(0))
        guard add(left, to: &program) else { return false }
        let jump = program.count
        program.append(.jump(0))
        program[split] = .split(split + 1, jump + 1)
        guard add(right, to: &program) else { return false }
        program[jump] = .jump(program.count)
        return true
    }

    private static func addLoop(_ inner: LinearPatternNode, to program: inout [LinearPattern.Step]) -> Bool {
        let split = program.count
        guard addOptional(inner, to: &program, end: 1) else { return false }
        program.append(.jump(split))
        return true
    }

    /// - Parameter end: how far behind the inner part the program goes on when it is left out.
    private static func addOptional(
        _ inner: LinearPatternNode, to program: inout [LinearPattern.Step], end: Int = 0
    ) -> Bool {
        let split = program.count
        program.append(.jump(0))
        guard add(inner, to: &program) else { return false }
        program[split] = .split(split + 1, program.count + end)
        return true
    }
}
