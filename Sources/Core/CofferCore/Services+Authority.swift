package import CofferFramework
package import IdentityService
package import PolicyService
package import TokenService

/// Why the entity of a token keeps it from being used.
package enum EntityRefusal: Sendable, Equatable { case unknown, disabled }

extension Services {
    /// Who stands behind a token; nil for a token without an entity.
    /// - Throws: `Denial` when the entity is disabled or gone.
    package func identity(of entry: TokenEntry) async throws -> CallerIdentity? {
        if entry.entityID.isEmpty { return nil }
        guard let identity = try await identities.store(in: .root).caller(entityID: entry.entityID) else {
            throw Denial.entity(.unknown)
        }
        if identity.isDisabled { throw Denial.entity(.disabled) }
        return identity
    }

    /// What a token may do, its entity and groups included.
    package func acl(of entry: TokenEntry, _ identity: CallerIdentity?) async throws -> ACL {
        guard let identity else { return try await policies.acl(for: entry.policies) }
        let view = identity.view
        let source = TemplateSource(stamp: view.stamp) { pattern in
            guard let template = IdentityTemplate(pattern) else { return .refused }
            return switch template.fill(from: view) {
            case .filled(let text): .filled(text)
            case .missing: .missing
            case .refused: .refused
            }
        }
        return try await policies.acl(for: identity.policies(joining: entry.policies), source: source)
    }

    /// The rules that policies and an entity make together, whether or not the entity may be used.
    func acl(for policies: [String], entityID: String) async throws -> ACL {
        var entry = TokenEntry()
        entry.policies = policies
        let identity = entityID.isEmpty ? nil : try await identities.store(in: .root).caller(entityID: entityID)
        return try await acl(of: entry, identity)
    }

    /// The same for a token that is asked about.
    package func acl(of entry: TokenEntry) async throws -> ACL {
        try await acl(of: entry, try await identity(of: entry))
    }

    /// Policies that a token has through its entity; none when the entity is gone.
    package func identityPolicies(of entityID: String) async throws -> [String] {
        if entityID.isEmpty { return [] }
        return try await identities.store(in: .root).caller(entityID: entityID)?.policies ?? []
    }

    /// Adds what the entity gives to an answer about a token.
    package func complete(_ auth: inout IssuedAuth) async throws {
        auth.identityPolicies = try await identityPolicies(of: auth.entityID)
        if auth.identityPolicies.isEmpty { return }
        auth.policies = Set(auth.tokenPolicies + auth.identityPolicies)
            .sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }
}

extension CallerIdentity {
    /// A token's own policies and those of its entity, each once, sorted.
    func policies(joining own: [String]) -> [String] {
        if policies.isEmpty { return own }
        return Set(own + policies).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }
}
