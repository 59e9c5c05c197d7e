import CofferJSON
import PolicyService

extension FuzzTarget {
    /// What a policy allows is what the documented rules allow, read off all its patterns each time.
    static let policy = FuzzTarget("policy") { input in
        let (_, path) = halves(input)
        let text = String(decoding: input, as: UTF8.self)
        guard let policy = try? Policy.parse(name: "fuzz", namespace: "root", text: text) else { return }
        let acl = ACL(policies: [policy], isRoot: false)
        let paths = [path, "secret/data/a", "a/b/c", "a/b/", ""] + policy.rules.map(\.pattern)
        for path in paths.prefix(20) {
            let may = acl.capabilities(path)
            for operation in [PolicyOperation.read, .update, .list, .delete] {
                let decision = acl.decide(AuthorizationRequest(path: path, operation: operation))
                if decision.allowed { precondition(may != ["deny"], "allowed where nothing is") }
                check(decision, policy, path, operation)
            }
        }
    }

    private static func check(_ decision: Decision, _ policy: Policy, _ path: String, _ operation: PolicyOperation) {
        // A rule that waits for an identity matches nothing here, or refuses everything.
        if policy.rules.contains(where: \.isTemplated) { return }
        let patterns = policy.rules.map { Array($0.pattern.utf8) }
        let asked = Array(path.utf8)
        let winner =
            operation == .list
            ? PlainPolicy.winner(of: patterns, listing: asked) : PlainPolicy.winner(of: patterns, for: asked)
        precondition(decision.pattern.map { Array($0.utf8) } == winner, "another rule decides")
        let rules = policy.rules.filter { Array($0.pattern.utf8) == winner }
        let granted = Set(rules.flatMap(\.capabilities).map(\.rawValue))
        if granted.contains("deny") || !granted.contains(operation.rawValue) {
            precondition(!decision.allowed, "allowed without the capability")
        }
    }
}

/// The documented priority of rules in the plainest way, over bytes.
enum PlainPolicy {
    typealias Bytes = [UInt8]

    static func winner(of patterns: [Bytes], for path: Bytes) -> Bytes? {
        if patterns.contains(path), !isWild(path) { return path }
        return bestWild(patterns, path)
    }

    /// A list is asked with its final slash and without it; the better of the two answers decides.
    static func winner(of patterns: [Bytes], listing path: Bytes) -> Bytes? {
        guard path.last == UInt8(ascii: "/") else { return winner(of: patterns, for: path) }
        let bare = Bytes(path.dropLast())
        for spelling in [path, bare] where patterns.contains(spelling) && !isWild(spelling) { return spelling }
        return [bestWild(patterns, path), bestWild(patterns, bare)].compactMap { $0 }.max(by: hasLowerPriority)
    }

    private static func bestWild(_ patterns: [Bytes], _ path: Bytes) -> Bytes? {
        patterns.filter { isWild($0) && matches($0[...], path[...], atStart: true) }.max(by: hasLowerPriority)
    }

    private static let (star, plus, slash) = (UInt8(ascii: "*"), UInt8(ascii: "+"), UInt8(ascii: "/"))

    private static func isWild(_ pattern: Bytes) -> Bool {
        pattern.last == star || pattern.split(separator: slash).contains([plus])
    }

    /// Byte by byte: `+` as a whole segment eats up to the next slash, a final `*` eats everything.
    private static func matches(_ pattern: ArraySlice<UInt8>, _ path: ArraySlice<UInt8>, atStart: Bool) -> Bool {
        guard let first = pattern.first else { return path.isEmpty }
        let rest = pattern.dropFirst()
        if first == star, rest.isEmpty { return true }
        if first == plus, atStart, rest.first == slash || rest.isEmpty {
            return matches(rest, path.drop { $0 != slash }, atStart: false)
        }
        return path.first == first && matches(rest, path.dropFirst(), atStart: first == slash)
    }

    private static func hasLowerPriority(_ one: Bytes, _ other: Bytes) -> Bool {
        let (first, second) = (firstWildcard(one), firstWildcard(other))
        if first != second { return first < second }
        if (one.last == star) != (other.last == star) { return one.last == star }
        let (pluses, others) = (plusSegments(one), plusSegments(other))
        if pluses != others { return pluses > others }
        if one.count != other.count { return one.count < other.count }
        return one.lexicographicallyPrecedes(other)
    }

    private static func plusSegments(_ pattern: Bytes) -> Int {
        pattern.split(separator: slash).count { $0.elementsEqual([plus]) }
    }

    private static func firstWildcard(_ pattern: Bytes) -> Int {
        var start = 0
        for segment in pattern.split(separator: slash, omittingEmptySubsequences: false) {
            if segment.elementsEqual([plus]) { return start }
            start += segment.count + 1
        }
        return pattern.last == star ? pattern.count - 1 : pattern.count
    }
}
