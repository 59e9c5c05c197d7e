internal import CofferBase
internal import CofferJSON

/// The compiled rules of a token: a value, decided without I/O.
///
/// An exact pattern wins over every wildcard; among wildcards the priority is
/// Vault's documented one. The same pattern in several policies is one rule.
package struct ACL: Sendable {
    package let isRoot: Bool
    /// What candidates make of the same policies; nil where there are none, which is nearly always.
    package internal(set) var shadows: [ShadowACL]?
    private var failedTemplate = false
    private var exact: [PathKey: CompiledRule] = [:]
    /// Patterns with `*` or `+`, highest priority first.
    private var wild: [WildRule] = []

    /// - Parameter fill: fills a templated path from the caller's identity.
    package init(policies: [Policy], isRoot: Bool, fill: (String) -> TemplateOutcome = { _ in .missing }) {
        self.isRoot = isRoot
        var joined: [PathKey: CompiledRule] = [:]
        for policy in policies {
            let reference = PolicyReference(name: policy.name, namespace: policy.namespace)
            for rule in policy.rules {
                let pattern: String
                switch rule.isTemplated ? fill(rule.pattern) : .filled(rule.pattern) {
                case .filled(let filled): pattern = filled
                case .missing:
                    // A denial that cannot be evaluated denies everything; a grant is simply not given.
                    if rule.capabilities.contains(.deny) { failedTemplate = true }
                    continue
                case .refused:
                    failedTemplate = true
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
    ///
    /// A path with a final slash is looked up as a list is, with and without it.
    package func capabilities(_ path: String) -> [String] {
        if isRoot { return ["root"] }
        guard !failedTemplate, let rule = rule(listing: path), !rule.denies, !rule.capabilities.isEmpty else {
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

    /// Every pattern with its capabilities as policies write them, in the order of their bytes.
    package var rules: [(pattern: String, capabilities: [String])] {
        (exact.values + wild.map(\.rule)).map { rule in
            (rule.pattern, rule.denies ? ["deny"] : rule.capabilities.sorted().map(\.rawValue))
        }.sorted { $0.pattern.utf8.lexicographicallyPrecedes($1.pattern.utf8) }
    }

    private func rule(for request: AuthorizationRequest) -> CompiledRule? {
        switch request.operation {
        case .list, .scan: rule(listing: request.path)
        case .create, .read, .update, .patch, .delete, .help: rule(at: request.path)
        }
    }

    private func rule(at path: String) -> CompiledRule? {
        let key = PathKey(path)
        return exact[key] ?? wildRule(at: key)?.rule
    }

    /// A list is asked with its final slash and without it, since many rules lack it.
    ///
    /// Exact rules come first. Of the wildcards that match either spelling the one with the highest
    /// priority decides: a denial of the folder's content must not be passed by (CVE-2026-12624).
    private func rule(listing path: String) -> CompiledRule? {
        guard path.utf8.last == UInt8(ascii: "/") else { return rule(at: path) }
        let path = PathKey(path)
        let bare = PathKey(bytes: path.bytes.dropLast())
        if let rule = exact[path] ?? exact[bare] { return rule }
        guard let first = wildRule(at: path) else { return wildRule(at: bare)?.rule }
        guard let second = wildRule(at: bare), second.precedes(first) else { return first.rule }
        return second.rule
    }

    private func wildRule(at path: PathKey) -> WildRule? {
        var path = SegmentedPath(path.bytes)
        return wild.first { $0.matches(&path) }
    }

    func exactRule(at path: String) -> CompiledRule? { exact[PathKey(path)] }

    /// All that match, the one with the highest priority first.
    func wildRules(at path: String) -> [WildRule] {
        var path = SegmentedPath(Array(path.utf8))
        return wild.filter { $0.matches(&path) }
    }
}

/// A path as a dictionary key, compared byte by byte.
private struct PathKey: Hashable, Sendable {
    let bytes: [UInt8]
    init(_ path: String) { bytes = Array(path.utf8) }
    init(bytes: some Sequence<UInt8>) { self.bytes = Array(bytes) }

    func hash(into hasher: inout Hasher) {
        bytes.withUnsafeBytes { hasher.combine(bytes: $0) }
    }
}
