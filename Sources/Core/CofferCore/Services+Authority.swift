package import CofferFramework
package import IdentityService
internal import NamespaceService
package import PolicyService
package import TokenService

/// Why the entity of a token keeps it from being used.
package enum EntityRefusal: Sendable, Equatable { case unknown, disabled }

extension Services {
    /// Who stands behind a token; nil for a token without an entity.
    /// - Throws: `Denial` when the entity is disabled or gone.
    package func identity(of token: LiveToken) async throws -> CallerIdentity? {
        if token.entry.entityID.isEmpty { return nil }
        let store = identities.store(in: home(token.entry.namespaceID))
        guard let identity = try await store.caller(entityID: token.entry.entityID) else {
            throw Denial.entity(.unknown)
        }
        if identity.isDisabled { throw Denial.entity(.disabled) }
        return identity
    }

    /// What a token may do, its entity and groups included.
    package func acl(of token: LiveToken, _ identity: CallerIdentity?) async throws -> ACL {
        try await acl(for: token.entry.policies, identity, in: token.entry.namespaceID)
    }

    private func acl(for own: [String], _ identity: CallerIdentity?, in namespaceID: String) async throws -> ACL {
        let policies = policies(in: namespaceID)
        guard let identity else { return try await policies.acl(for: own) }
        let view = identity.view
        let source = TemplateSource(stamp: view.stamp) { pattern in
            guard let template = IdentityTemplate(pattern) else { return .refused }
            return switch template.fill(from: view) {
            case .filled(let text): .filled(text)
            case .missing: .missing
            case .refused: .refused
            }
        }
        return try await policies.acl(for: identity.policies(joining: own), source: source)
    }

    /// The rules that policies and an entity make together, whether or not the entity may be used.
    func acl(
        for policies: [String], entityID: String, in namespaceID: String = NamespaceReference.root.id
    ) async throws -> ACL {
        let store = identities.store(in: home(namespaceID))
        return try await acl(for: policies, entityID.isEmpty ? nil : store.caller(entityID: entityID), in: namespaceID)
    }

    /// The policies of a namespace.
    package func policies(in namespaceID: String) -> Policies {
        namespaceID == NamespaceReference.root.id ? policies : policyRealms.policies(in: namespaceID)
    }

    /// Another node has changed policies.
    func forgetPolicies() {
        policies.forgetAll()
        policyRealms.forgetAll()
    }

    /// Where a token was made; a token without its namespace has no entity and no policies.
    package func home(_ namespaceID: String) -> NamespaceReference {
        namespaces.reference(namespaceID) ?? NamespaceReference(id: namespaceID, path: "\u{0}/")
    }

    /// How the policies of a token name the paths of a namespace: `ns2/` in front of a path below its own; nil when
    /// the namespace is none of the token's.
    package func policyPrefix(of token: LiveToken, in namespace: NamespaceReference) -> String? {
        policyPrefix(of: token.entry.namespaceID, in: namespace)
    }

    /// The same for a token of this namespace.
    func policyPrefix(of namespaceID: String, in namespace: NamespaceReference) -> String? {
        if namespaceID == namespace.id { return "" }
        let home = home(namespaceID)
        return home.contains(namespace) ? home.relativePath(of: namespace) : nil
    }

    /// The same for a token that is asked about.
    package func acl(of token: LiveToken) async throws -> ACL {
        try await acl(of: token, try await identity(of: token))
    }

    /// Policies that a token has through its entity; none when the entity is gone.
    package func identityPolicies(of entityID: String, in namespace: NamespaceReference) async throws -> [String] {
        if entityID.isEmpty { return [] }
        return try await identities.store(in: namespace).caller(entityID: entityID)?.policies ?? []
    }

    /// Adds what the entity gives to an answer about a token.
    package func complete(_ auth: inout IssuedAuth, in namespace: NamespaceReference) async throws {
        auth.identityPolicies = try await identityPolicies(of: auth.entityID, in: namespace)
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
