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
    package func identity(of entry: TokenEntry) async throws -> CallerIdentity? {
        if entry.entityID.isEmpty { return nil }
        guard let identity = try await identityStore(of: entry).caller(entityID: entry.entityID) else {
            throw Denial.entity(.unknown)
        }
        if identity.isDisabled { throw Denial.entity(.disabled) }
        return identity
    }

    /// What a token may do, its entity and groups included.
    package func acl(of entry: TokenEntry, _ identity: CallerIdentity?) async throws -> ACL {
        let policies = policies(in: entry.namespaceID)
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
    func acl(
        for policies: [String], entityID: String, in namespaceID: String = NamespaceReference.root.id
    ) async throws -> ACL {
        var entry = TokenEntry()
        entry.policies = policies
        entry.namespaceID = namespaceID
        let identity = entityID.isEmpty ? nil : try await identityStore(of: entry).caller(entityID: entityID)
        return try await acl(of: entry, identity)
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
    package func home(of entry: TokenEntry) -> NamespaceReference {
        namespaces.reference(entry.namespaceID) ?? NamespaceReference(id: entry.namespaceID, path: "\u{0}/")
    }

    private func identityStore(of entry: TokenEntry) -> IdentityStore { identities.store(in: home(of: entry)) }

    /// How the policies of a token name the paths of a namespace: `ns2/` in front of a path below its own; nil when
    /// the namespace is none of the token's.
    package func policyPrefix(of entry: TokenEntry, in namespace: NamespaceReference) -> String? {
        if entry.namespaceID == namespace.id { return "" }
        let home = home(of: entry)
        return home.contains(namespace) ? home.relativePath(of: namespace) : nil
    }

    /// The same for a token that is asked about.
    package func acl(of entry: TokenEntry) async throws -> ACL {
        try await acl(of: entry, try await identity(of: entry))
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
