internal import CofferBase
internal import CofferJSON

/// All rules of a token's policies that share one pattern, joined.
struct CompiledRule: Sendable {
    let pattern: String
    private(set) var capabilities: Set<Capability> = []
    /// Which policy gave which of the capabilities.
    private var grants: [(policy: PolicyReference, capabilities: Set<Capability>)] = []
    /// Empty: no policy restricts parameters.
    private var allowed: [String: [ParameterValue]] = [:]
    private var denied: [String: [ParameterValue]] = [:]
    private var required: Set<String> = []
    private var minimumWrapping: Duration?
    private var maximumWrapping: Duration?
    private var pageLimit: Int64?

    init(pattern: String) { self.pattern = pattern }

    var denies: Bool { capabilities.contains(.deny) }

    /// Joins another policy's rule: capabilities add up, and so do allowed and denied parameters. A
    /// restriction in one policy holds for all of them, and of two wrapping bounds the shorter does.
    mutating func join(_ rule: PathRule, from policy: PolicyReference) {
        grants.append((policy, rule.capabilities))
        capabilities.formUnion(rule.capabilities)
        required.formUnion(rule.requiredParameters.map { $0.lowercased() })
        // An empty list allows or denies every value.
        allowed.merge(rule.allowedParameters ?? [:]) { old, new in old.isEmpty || new.isEmpty ? [] : old + new }
        denied.merge(rule.deniedParameters) { old, new in old.isEmpty || new.isEmpty ? [] : old + new }
        minimumWrapping = Self.shorter(minimumWrapping, rule.minimumWrappingTTL)
        maximumWrapping = Self.shorter(maximumWrapping, rule.maximumWrappingTTL)
        pageLimit = [pageLimit, rule.paginationLimit].compactMap { $0 }.min()
    }

    /// The shorter of two bounds; zero is none.
    private static func shorter(_ left: Duration?, _ right: Duration?) -> Duration? {
        [left, right].compactMap { $0 }.filter { $0 > .zero }.min()
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
        case .create, .read, .update, .patch:
            if let reason = parameterRefusal(request.parameters) { return .denied(reason, by: self) }
        case .list, .scan:
            if let reason = pageRefusal(request.parameters) { return .denied(reason, by: self) }
        case .delete, .help: break
        }
        var decision = Decision(
            allowed: true, reason: nil, pattern: pattern, grantingPolicies: policies(for: request.operation))
        decision.givesSudo = capabilities.contains(.sudo)
        if request.operation == .list || request.operation == .scan { decision.pageLimit = pageLimit }
        return decision
    }

    /// A list without a limit is given the policy's; zero, less and nonsense are no limit (OpenBao 2.6.1).
    private func pageRefusal(_ parameters: JSONObject) -> DenialReason? {
        let given = parameters["limit"]
        if given == nil && required.contains("limit") { return .parameterMissing("limit") }
        guard let pageLimit, let asked = given.flatMap(Decision.pageSize) else { return nil }
        return asked > pageLimit ? .pageTooLarge : nil
    }

    /// The policies that give what the operation needs, each once.
    private func policies(for operation: PolicyOperation) -> [PolicyReference] {
        let needed = Self.capability(for: operation)
        var policies: [PolicyReference] = []
        for grant in grants where needed.map(grant.capabilities.contains) ?? !grant.capabilities.isEmpty {
            if !policies.contains(grant.policy) { policies.append(grant.policy) }
        }
        return policies
    }

    /// The policies whose rules were joined, each once.
    var sources: [PolicyReference] {
        grants.reduce(into: []) { names, grant in
            if !names.contains(grant.policy) { names.append(grant.policy) }
        }
    }

    static func capability(for operation: PolicyOperation) -> Capability? {
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
        if let minimumWrapping {
            if ttl == .zero { return .wrappingRequired }
            if ttl < minimumWrapping { return .wrappingTTLTooShort }
        }
        if let maximumWrapping {
            if ttl == .zero { return .wrappingRequired }
            if ttl > maximumWrapping { return .wrappingTTLTooLong }
        }
        return nil
    }

    private func parameterRefusal(_ parameters: JSONObject) -> DenialReason? {
        if required.isEmpty && denied.isEmpty && allowed.isEmpty { return nil }
        let given = parameters.members.map { (name: $0.key.lowercased(), value: $0.value) }
        for name in required.sorted() where !given.contains(where: { $0.name == name }) {
            return .parameterMissing(name)
        }
        // `*` denies every parameter, whatever stands in its list.
        if denied["*"] != nil, let first = given.first { return .parameterDenied(first.name) }
        for (name, value) in given {
            if let refused = denied[name], ParameterValue.list(refused, refuses: value) {
                return .parameterDenied(name)
            }
        }
        if allowed.isEmpty { return nil }
        for (name, value) in given {
            guard let alternatives = allowed[name] ?? allowed["*"] else { return .parameterNotAllowed(name) }
            if !ParameterValue.list(alternatives, admits: value) { return .parameterNotAllowed(name) }
        }
        return nil
    }
}
