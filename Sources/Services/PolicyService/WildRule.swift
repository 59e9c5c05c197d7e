/// A rule whose pattern has `+` segments or ends in `*`.
struct WildRule: Sendable {
    let rule: CompiledRule
    private let segments: [[UInt8]]
    private let isPrefix: Bool
    private let hasPlus: Bool
    /// The pattern without its final `*`.
    private let literal: [UInt8]
    /// With what every path begins that matches: nearly all others differ early.
    private let beginning: [UInt8]

    init(_ rule: CompiledRule) {
        self.rule = rule
        isPrefix = rule.pattern.utf8.last == UInt8(ascii: "*")
        let literal = Array(isPrefix ? rule.pattern.utf8.dropLast() : rule.pattern.utf8[...])
        self.literal = literal
        let segments = literal.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).map(Array.init)
        self.segments = segments
        let plus = segments.firstIndex(of: [UInt8(ascii: "+")])
        hasPlus = plus != nil
        beginning = plus.map { segments[..<$0].flatMap { $0 + [UInt8(ascii: "/")] } } ?? literal
    }

    /// By bytes, as paths are matched: some characters join the one that follows them, and hide it from Swift.
    static func isWild(_ pattern: String) -> Bool {
        pattern.utf8.last == UInt8(ascii: "*")
            || pattern.utf8.split(separator: UInt8(ascii: "/")).contains { $0.elementsEqual("+".utf8) }
    }

    func matches(_ path: inout SegmentedPath) -> Bool {
        guard path.bytes.count >= beginning.count else { return false }
        for place in beginning.indices where path.bytes[place] != beginning[place] { return false }
        return !hasPlus || matches(path.segments)
    }

    private func matches(_ given: [ArraySlice<UInt8>]) -> Bool {
        guard isPrefix ? given.count >= segments.count : given.count == segments.count else { return false }
        for (index, wanted) in segments.enumerated() {
            if wanted == [UInt8(ascii: "+")] { continue }
            let isLast = isPrefix && index == segments.count - 1
            if isLast ? !given[index].starts(with: wanted) : !given[index].elementsEqual(wanted) { return false }
        }
        return true
    }

    /// Vault's documented priority: a later first wildcard, then no final `*`, then fewer `+`, then the
    /// longer pattern, then the lexicographically larger one.
    func precedes(_ other: WildRule) -> Bool {
        if firstWildcard != other.firstWildcard { return firstWildcard > other.firstWildcard }
        if isPrefix != other.isPrefix { return !isPrefix }
        if plusCount != other.plusCount { return plusCount < other.plusCount }
        let (mine, others) = (rule.pattern.utf8, other.rule.pattern.utf8)
        if mine.count != others.count { return mine.count > others.count }
        return others.lexicographicallyPrecedes(mine)
    }

    private var plusCount: Int { segments.count { $0 == [UInt8(ascii: "+")] } }

    private var firstWildcard: Int {
        var offset = 0
        for segment in segments {
            if segment == [UInt8(ascii: "+")] { return offset }
            offset += segment.count + 1
        }
        return literal.count
    }

    /// True when some path at or below `folder` (ending in `/`) could match the pattern.
    static func mayReach(_ pattern: String, below folder: String) -> Bool {
        let isPrefix = pattern.utf8.last == UInt8(ascii: "*")
        let wanted = (isPrefix ? pattern.utf8.dropLast() : pattern.utf8[...])
            .split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        let given = folder.utf8.split(separator: UInt8(ascii: "/"))
        for (index, segment) in given.enumerated() {
            guard index < wanted.count else { return isPrefix && index == wanted.count }
            let isLast = isPrefix && index == wanted.count - 1
            if isLast { return segment.starts(with: wanted[index]) }
            if !wanted[index].elementsEqual("+".utf8) && !wanted[index].elementsEqual(segment) { return false }
        }
        return true
    }
}

/// A path that is split once for all rules, and only when one of them asks for its segments.
struct SegmentedPath {
    let bytes: [UInt8]
    private(set) lazy var segments = bytes.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)

    init(_ bytes: [UInt8]) { self.bytes = bytes }
}
