@testable import AuditService

/// Filters of audit devices.
extension FuzzTarget {
    static let auditFilter = FuzzTarget("audit-filter") { input in
        let text = String(decoding: input, as: UTF8.self)
        guard let filter = try? AuditFilter(text, option: "filter") else { return }
        let facts = AuditFilter.Facts(
            mountPoint: "secret/", mountType: "kv", namespace: "", operation: "read", path: "secret/data/a")
        let found = filter.matches(facts)
        guard text.utf8.count < 2000, let negated = try? AuditFilter("not (\(text))", option: "filter") else { return }
        precondition(negated.matches(facts) != found, "an expression and its negation agree")
    }

    /// As a matcher that follows the tree says.
    static let linearPattern = FuzzTarget("linear-pattern") { input in
        let (pattern, text) = halves(Array(input.prefix(96)))
        guard let compiled = LinearPattern(pattern) else { return }
        let found = compiled.isFound(in: text)
        guard let node = LinearPatternParser.node(in: pattern) else { fatalError("compiled, but not read") }
        precondition(PlainPattern(text).isFound(node) == found, "disagree")
    }
}

/// Which ends a match can have, by the meaning of each node of a pattern.
private struct PlainPattern {
    private let text: [Unicode.Scalar]

    init(_ text: String) { self.text = Array(text.unicodeScalars) }

    func isFound(_ node: LinearPatternNode) -> Bool { (0...text.count).contains { !ends(node, [$0]).isEmpty } }

    private func ends(_ node: LinearPatternNode, _ starts: Set<Int>) -> Set<Int> {
        switch node {
        case .empty: return starts
        case .atStart: return starts.intersection([0])
        case .atEnd: return starts.intersection([text.count])
        case .one(let set): return Set(starts.filter { $0 < text.count && set.contains(text[$0]) }.map { $0 + 1 })
        case .sequence(let parts): return parts.reduce(starts) { ends($1, $0) }
        case .either(let left, let right): return ends(left, starts).union(ends(right, starts))
        case .repeated(let inner, let least, let most): return repeated(inner, starts, least, most)
        }
    }

    private func repeated(_ inner: LinearPatternNode, _ starts: Set<Int>, _ least: Int, _ most: Int?) -> Set<Int> {
        var now = starts
        for _ in 0..<least {
            let next = ends(inner, now)
            if next == now { break }
            now = next
        }
        var all = now
        for _ in 0..<((most ?? least + text.count + 1) - least) {
            now = ends(inner, now)
            if now.isSubset(of: all) { break }
            all.formUnion(now)
        }
        return all
    }
}
