/// Why an ACL decides as it does: every rule that matches, in the order of priority, and what would allow it.
package struct Explanation: Sendable {
    package struct Rule: Sendable {
        package let pattern: String
        package let capabilities: [Capability]
        /// The policies that hold a rule with this pattern.
        package let policies: [PolicyReference]
        /// True for the one rule that decided.
        package let decides: Bool
    }

    package let decision: Decision
    package let rules: [Rule]
    /// A stanza for a policy that would allow the request and take away nothing; nil when no stanza would.
    package let suggestion: String?
}

extension ACL {
    /// Decides as `decide` does, and tells everything about it.
    /// - Parameter decision: a decision that was made before, to be explained; nil decides now.
    package func explain(_ request: AuthorizationRequest, _ earlier: Decision? = nil) -> Explanation {
        let decision = earlier ?? decide(request)
        let matching = isRoot ? [] : matches(request)
        let rules = matching.map { rule in
            Explanation.Rule(
                pattern: rule.pattern, capabilities: rule.capabilities.sorted(), policies: rule.sources,
                decides: rule.pattern == decision.pattern)
        }
        let deciding = matching.first { $0.pattern == decision.pattern }
        let suggestion = PolicySuggestion(request: request, decision: decision, deciding: deciding)
        return Explanation(decision: decision, rules: rules, suggestion: suggestion.stanza)
    }

    /// Every rule that matches the path, the strongest first; of a list also those that match without its final slash.
    private func matches(_ request: AuthorizationRequest) -> [CompiledRule] {
        var found: [CompiledRule] = []
        for path in spellings(of: request) {
            if let rule = exactRule(at: path) { found.append(rule) }
        }
        let wild = spellings(of: request).flatMap { wildRules(at: $0) }.sorted { $0.precedes($1) }
        for rule in wild.map(\.rule) where !found.contains(where: { $0.pattern == rule.pattern }) {
            found.append(rule)
        }
        return found
    }

    private func spellings(of request: AuthorizationRequest) -> [String] {
        let isList = request.operation == .list || request.operation == .scan
        guard isList, request.path.hasSuffix("/") else { return [request.path] }
        return [request.path, String(request.path.dropLast())]
    }
}
