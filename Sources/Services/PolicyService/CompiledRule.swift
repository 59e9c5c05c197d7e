internal import CofferBase
internal import CofferJSON

/// All rules of a token's policies that share one pattern, joined.
struct CompiledRule: Sendable {
    let pattern: String
    var capabilities: Set<Capability> = []
    var policies: [PolicyReference] = []
    /// Nil: no policy restricts parameters.
    private var allowed: [String: [ParameterValue]]?
    private var admitsAnyParameter = false
    private var denied: [String: [ParameterValue]] = [:]
    private var required: Set<String> = []
    private var minimumWrapping: Duration?
    private var maximumWrapping: Duration?

    init(pattern: String) { self.pattern = pattern }

    var denies: Bool { capabilities.contains(.deny) }

    /// Joins another policy's rule: capabilities and allowed parameters add up, denials too, and deny wins.
    mutating func join(_ rule: PathRule, from policy: PolicyReference) {
        if !policies.contains(policy) { policies.append(policy) }
        capabilities.formUnion(rule.capabilities)
        required.formUnion(rule.requiredParameters.map { $0.lowercased() })
        if let more = rule.allowedParameters {
            allowed = (allowed ?? [:]).merging(more) { old, new in old.isEmpty || new.isEmpty ? [] : old + new }
        } else if !rule.capabilities.isEmpty {
            admitsAnyParameter = true
        }
        denied.merge(rule.deniedParameters) { old, new in old.isEmpty || new.isEmpty ? [] : old + new }
        if let low = rule.minimumWrappingTTL { minimumWrapping = min(minimumWrapping ?? low, low) }
        if let high = rule.maximumWrappingTTL { maximumWrapping = max(maximumWrapping ?? high, high) }
    }

    func decide(_ request: AuthorizationRequest) -> Decision {
        if denies { return .denied(.explicitDeny, by: self) }
        if let needed = Self.capability(for: request.operation), !capabilities.contains(needed) {
            return .denied(.missingCapability(needed), by: self)
        }
        if request.operation == .help && capabilities.isEmpty { return .denied(.noMatchingRule, by: self) }
        if request.needsSudo && !capabilities.contains(.sudo) { return .denied(.missingSudo, by: self) }
        if let reason = wrappingRefusal(request.wrapTTL) { return .denied(reason, by: self) }
        switch request.operation {
        case .create, .update, .patch:
            if let reason = parameterRefusal(request.parameters) { return .denied(reason, by: self) }
        case .read, .delete, .list, .scan, .help: break
        }
        return Decision(allowed: true, reason: nil, pattern: pattern, grantingPolicies: policies)
    }

    private static func capability(for operation: PolicyOperation) -> Capability? {
        switch operation {
        case .create: .create
        case .read: .read
        case .update: .update
        case .patch: .patch
        case .delete: .delete
        case .list: .list
        case .scan: .scan
        case .help: nil
        }
    }

    private func wrappingRefusal(_ ttl: Duration?) -> DenialReason? {
        let ttl = ttl ?? .zero
        if let minimumWrapping, minimumWrapping > .zero {
            if ttl == .zero { return .wrappingRequired }
            if ttl < minimumWrapping { return .wrappingTTLTooShort }
        }
        if let maximumWrapping, maximumWrapping > .zero {
            if ttl == .zero { return .wrappingRequired }
            if ttl > maximumWrapping { return .wrappingTTLTooLong }
        }
        return nil
    }

    private func parameterRefusal(_ parameters: JSONObject) -> DenialReason? {
        let given = parameters.members.map { (name: $0.key.lowercased(), value: $0.value) }
        for name in required.sorted() where !given.contains(where: { $0.name == name }) {
            return .parameterMissing(name)
        }
        for (name, value) in given {
            for key in [name, "*"] {
                if let refused = denied[key], ParameterValue.list(refused, refuses: value) {
                    return .parameterDenied(name)
                }
            }
        }
        // A rule without a list, in any policy of the same pattern, takes every parameter.
        guard let allowed, !admitsAnyParameter else { return nil }
        for (name, value) in given {
            guard let alternatives = allowed[name] ?? allowed["*"] else { return .parameterNotAllowed(name) }
            if !ParameterValue.list(alternatives, admits: value) { return .parameterNotAllowed(name) }
        }
        return nil
    }
}
