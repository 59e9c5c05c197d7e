internal import CofferBase
internal import CofferJSON

/// The compiled rules of a token: a value, decided without I/O.
///
/// An exact pattern wins over every wildcard; among wildcards the priority is
/// Vault's documented one. The same pattern in several policies is one rule.
package struct ACL: Sendable {
    package let isRoot: Bool
    private var failedTemplate = false
    private var exact: [PathKey: CompiledRule] = [:]
    /// Patterns with `*` or `+`, highest priority first.
    private var wild: [WildRule] = []

    /// - Parameter expand: fills a templated path; nil drops a rule for data that the caller lacks.
    package init(policies: [Policy], isRoot: Bool, expand: (String) -> String? = { _ in nil }) {
        self.isRoot = isRoot
        var joined: [PathKey: CompiledRule] = [:]
        for policy in policies {
            let reference = PolicyReference(name: policy.name, namespace: policy.namespace)
            for rule in policy.rules {
                guard let pattern = rule.isTemplated ? expand(rule.pattern) : rule.pattern else {
                    // A denial that cannot be evaluated denies everything; a grant is simply not given.
                    if rule.capabilities.contains(.deny) { failedTemplate = true }
                    continue
                }
                joined[PathKey(pattern), default: CompiledRule(pattern: pattern)].join(rule, from: reference)
            }
        }
        for (key, rule) in joined {
            if WildRule.isWild(rule.pattern) { wild.append(WildRule(rule)) } else { exact[key] = rule }
        }
        wild.sort { $0.precedes($1) }
    }

    package func decide(_ request: AuthorizationRequest) -> Decision {
        if isRoot {
            return Decision(
                allowed: true, isRoot: true, reason: nil, pattern: nil,
                grantingPolicies: [PolicyReference(name: "root", namespace: "root")])
        }
        if failedTemplate { return .denied(.templateFailed) }
        guard let rule = rule(for: request) else { return .denied(.noMatchingRule) }
        return rule.decide(request)
    }

    /// What may be done at a path, sorted, as `sys/capabilities` answers it.
    package func capabilities(_ path: String) -> [String] {
        if isRoot { return ["root"] }
        guard !failedTemplate, let rule = rule(at: path), !rule.denies, !rule.capabilities.isEmpty else {
            return ["deny"]
        }
        return rule.capabilities.sorted().map(\.rawValue)
    }

    /// True when anything at or below `folder` may be done: for the preflight of kv commands.
    package func hasAccess(below folder: String) -> Bool {
        if isRoot { return true }
        if failedTemplate { return false }
        let rules = exact.values.map { $0 } + wild.map(\.rule)
        return rules.contains { rule in
            !rule.denies && !rule.capabilities.isEmpty && WildRule.mayReach(rule.pattern, below: folder)
        }
    }

    /// A list is asked with and without its final slash; a denial of either spelling stands (CVE-2026-12624).
    private func rule(for request: AuthorizationRequest) -> CompiledRule? {
        guard request.operation == .list || request.operation == .scan, request.path.utf8.last == UInt8(ascii: "/")
        else { return rule(at: request.path) }
        if let rule = rule(at: request.path) { return rule }
        return rule(at: String(request.path.dropLast()))
    }

    private func rule(at path: String) -> CompiledRule? {
        if let rule = exact[PathKey(path)] { return rule }
        let segments = path.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        return wild.first { $0.matches(path, segments) }?.rule
    }
}

/// A path as a dictionary key, compared byte by byte.
private struct PathKey: Hashable, Sendable {
    let bytes: [UInt8]
    init(_ path: String) { bytes = Array(path.utf8) }
}
