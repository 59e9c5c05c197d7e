internal import CofferBase
internal import CofferFramework
internal import PolicyService
internal import TokenService

/// What a role changes about a token that is made with it.
extension TokenCreation {
    /// Service or batch: a role's fixed type wins, its default only when the caller named none.
    func type() throws(EngineError) -> TokenType {
        let asked: TokenType?
        switch input.type {
        case "": asked = nil
        case "service": asked = .service
        case "batch": asked = .batch
        default: throw .badRequest("invalid 'token_type' value")
        }
        return switch role?.tokenType {
        case "service": .service
        case "batch": .batch
        case "default-batch": asked ?? .batch
        default: asked ?? .service
        }
    }

    /// What a token without a record cannot have.
    func checkBatch() throws(EngineError) {
        if input.explicitMaximumTTL > .zero || (role?.explicitMaximumTTL ?? .zero) > .zero {
            throw .badRequest("batch tokens cannot have \"explicit_max_ttl\" set")
        }
        if input.numberOfUses > 0 || (role?.numberOfUses ?? 0) > 0 {
            throw .badRequest("batch tokens cannot have \"num_uses\" set")
        }
        if input.period > .zero || (role?.period ?? .zero) > .zero {
            throw .badRequest("batch tokens cannot have \"period\" set")
        }
        if !input.id.isEmpty { throw .badRequest("batch tokens cannot have \"id\" set") }
    }

    var isOrphan: Bool { input.noParent || isOrphanPath || role?.orphan == true }

    var noDefaultPolicy: Bool { input.noDefaultPolicy || role?.noDefaultPolicy == true }

    private static let aliasWithoutRole = EngineError.badRequest(
        "'entity_alias' is only allowed in combination with token role"
    ).because("entity_alias_not_allowed", "An entity alias takes a token role that allows it.")

    func checkEntityAlias() throws(EngineError) {
        if input.entityAlias.isEmpty { return }
        guard let role else { throw Self.aliasWithoutRole }
        let alias = input.entityAlias.lowercased()
        guard role.allowedEntityAliases.contains(where: { Glob($0).matches(alias) }) else {
            throw .badRequest("invalid 'entity_alias' value").because(
                "entity_alias_not_allowed", "The token role does not allow this entity alias.")
        }
    }

    private static func policyNotAllowed(_ text: String) -> EngineError {
        .badRequest(text).because("policy_not_allowed", "The token role does not allow one of the policies.")
    }

    /// Policies under a role that names some: they need not be the caller's; nil when it names none.
    func rolePolicies() throws(EngineError) -> Set<String>? {
        guard let role else { return nil }
        let allowsSome = !role.allowedPolicies.isEmpty || !role.allowedPoliciesGlob.isEmpty
        let forbidsSome = !role.disallowedPolicies.isEmpty || !role.disallowedPoliciesGlob.isEmpty
        guard allowsSome || forbidsSome else { return nil }
        func isForbidden(_ name: String) -> Bool {
            role.disallowedPolicies.contains(name) || role.disallowedPoliciesGlob.contains { Glob($0).matches(name) }
        }
        let addsDefault = !noDefaultPolicy && !isForbidden("default")
        var wanted = Set(input.policies.map { $0.lowercased() }.filter { !$0.isEmpty })
        if wanted.isEmpty { wanted = allowsSome ? Set(role.allowedPolicies) : isForChild ? [] : Set(parent.policies) }
        if noDefaultPolicy { wanted.remove("default") }
        if allowsSome {
            let isAllowed = wanted.allSatisfy { name in
                role.allowedPolicies.contains(name) || (name == "default" && addsDefault)
                    || role.allowedPoliciesGlob.contains { Glob($0).matches(name) }
            }
            if !isAllowed {
                throw Self.policyNotAllowed("token policies must be subset of the role's allowed policies")
            }
        }
        if wanted.contains(where: isForbidden) {
            throw Self.policyNotAllowed("a token policy is disallowed by this role")
        }
        if addsDefault { wanted.insert("default") }
        return wanted
    }

    /// The networks of the caller and of the role together: a role never widens where a child can be used.
    func boundCIDRs() throws(EngineError) -> [String] {
        let own = role?.boundCIDRs ?? []
        if own.isEmpty { return parent.boundCIDRs }
        if parent.boundCIDRs.isEmpty { return own }
        var common: [String] = []
        for left in own {
            for right in parent.boundCIDRs {
                guard let a = CIDR(left), let b = CIDR(right) else { continue }
                if b.contains(a) { common.append(left) } else if a.contains(b) { common.append(right) }
            }
        }
        if common.isEmpty { throw .badRequest("the role's bound CIDRs and the caller's have no address in common") }
        return common
    }
}
