import PolicyService
import Testing

/// The documented rules once more, in the plainest way, to compare with.
private enum Reference {
    static func winner(of patterns: [String], for path: String) -> String? {
        if patterns.contains(path), !isWild(path) { return path }
        return patterns.filter { isWild($0) && matches($0, path) }.max(by: hasLowerPriority)
    }

    private static func isWild(_ pattern: String) -> Bool {
        pattern.hasSuffix("*") || pattern.split(separator: "/").contains("+")
    }

    private static func matches(_ pattern: String, _ path: String) -> Bool {
        matches(Array(pattern), Array(path), atStart: true)
    }

    /// Character by character: `+` as a whole segment eats up to the next slash, a final `*` eats everything.
    private static func matches(_ pattern: [Character], _ path: [Character], atStart: Bool) -> Bool {
        guard let first = pattern.first else { return path.isEmpty }
        let rest = Array(pattern.dropFirst())
        if first == "*", rest.isEmpty { return true }
        if first == "+", atStart, rest.first == "/" || rest.isEmpty {
            return matches(rest, Array(path.drop { $0 != "/" }), atStart: false)
        }
        return path.first == first && matches(rest, Array(path.dropFirst()), atStart: first == "/")
    }

    private static func hasLowerPriority(_ one: String, _ other: String) -> Bool {
        if firstWildcard(one) != firstWildcard(other) { return firstWildcard(one) < firstWildcard(other) }
        if one.hasSuffix("*") != other.hasSuffix("*") { return one.hasSuffix("*") }
        let (pluses, others) = (one.count { $0 == "+" }, other.count { $0 == "+" })
        if pluses != others { return pluses > others }
        if one.count != other.count { return one.count < other.count }
        return one < other
    }

    private static func firstWildcard(_ pattern: String) -> Int {
        Array(pattern).firstIndex { $0 == "+" || $0 == "*" } ?? pattern.count
    }
}

@Suite struct ReferenceTests {
    private struct Generator {
        var state: UInt64
        mutating func next(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int((state >> 33) % UInt64(bound))
        }

        mutating func pattern() -> String {
            let pieces = ["a", "b", "ab", "+", "+"]
            var text = (0...next(4)).map { _ in pieces[next(pieces.count)] }.joined(separator: "/")
            if next(3) == 0, !text.hasSuffix("+") { text += "*" }
            if next(6) == 0, !text.hasSuffix("*") { text += "/*" }
            return text
        }

        mutating func path() -> String {
            let pieces = ["a", "b", "ab", "aba"]
            return (0...next(4)).map { _ in pieces[next(pieces.count)] }.joined(separator: "/")
        }
    }

    @Test("for thousands of random policies the winner is that of the documented rules", arguments: 1...8)
    func random(seed: Int) throws {
        var generator = Generator(state: UInt64(seed) &* 977)
        var matched = 0
        for _ in 0..<150 {
            let patterns = (0...generator.next(12)).map { _ in generator.pattern() }
            let acl = try acl(patterns.map { path($0, "read") }.joined())
            for _ in 0..<20 {
                let asked = generator.path()
                let expected = Reference.winner(of: patterns, for: asked)
                #expect(acl.decision(.read, asked).pattern == expected, "\(patterns) for \(asked)")
                matched += expected == nil ? 0 : 1
            }
        }
        #expect(matched > 500)
    }
}
