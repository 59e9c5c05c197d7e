package import CofferFramework
internal import CofferStorage

/// What the entity of a token means for a request: who it is, and what that adds.
package final class CallerIdentity: Sendable {
    package let view: IdentityView
    /// Policies of the entity and of its groups, sorted; never `root`.
    package let policies: [String]
    package let isDisabled: Bool
    package let directGroupIDs: [String]
    package let inheritedGroupIDs: [String]

    init(
        view: IdentityView, policies: [String], isDisabled: Bool, directGroupIDs: [String],
        inheritedGroupIDs: [String]
    ) {
        self.view = view
        self.policies = policies
        self.isDisabled = isDisabled
        self.directGroupIDs = directGroupIDs
        self.inheritedGroupIDs = inheritedGroupIDs
    }
}

extension IdentityStore {
    /// The identity behind a token's entity id; nil when there is no such entity any more.
    package func caller(entityID: String) async throws -> CallerIdentity? {
        let key = IdentityCache.Key(namespace: namespace.id, id: entityID)
        if let known = identities.cache.caller(key) { return known }
        let generation = identities.cache.generation(key)
        guard let entity = try await entity(id: entityID) else {
            // Kept only under the id of the entity itself, so that a change of it is a change of all.
            return try await successor(of: entityID)
        }
        let (direct, inherited) = try await groups(ofEntity: entity.id)
        let caller = compose(entity, direct, inherited)
        identities.cache.insert(caller, at: key, ifStill: generation)
        return caller
    }

    /// Groups that the entity is in directly; from what is kept decoded where that is up to date.
    func knownGroupIDs(ofEntity id: String) async throws -> [String] {
        let known = identities.cache.caller(IdentityCache.Key(namespace: namespace.id, id: id))
        if let known { return known.directGroupIDs }
        return try await groupIDs(ofEntity: id)
    }

    private func successor(of entityID: String) async throws -> CallerIdentity? {
        guard let successor = try await pointer(Self.mergedKey(entityID)) else { return nil }
        return try await caller(entityID: successor)
    }

    private func compose(_ entity: Entity, _ direct: [Group], _ inherited: [Group]) -> CallerIdentity {
        let groups = direct + inherited
        var policies = Set(entity.policies)
        for group in groups { policies.formUnion(group.policies) }
        // Refused when they are written; a record that was written around the API gets no further.
        policies.subtract(["root", "response-wrapping", "control-group"])
        let view = IdentityView(
            entityID: entity.id, entityName: entity.name, metadata: entity.metadata,
            aliases: entity.aliases.map {
                IdentityView.Alias(
                    id: $0.id, mountAccessor: $0.mountAccessor, name: $0.name, metadata: $0.metadata,
                    customMetadata: $0.customMetadata)
            },
            groups: groups.map { IdentityView.Group(id: $0.id, name: $0.name, metadata: $0.metadata) },
            stamp: identities.cache.nextStamp())
        return CallerIdentity(
            view: view, policies: policies.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) },
            isDisabled: entity.isDisabled, directGroupIDs: direct.map(\.id),
            inheritedGroupIDs: inherited.map(\.id))
    }

    /// Groups that the entity is in, and groups that those are in, each once.
    func groups(ofEntity id: String) async throws -> (direct: [Group], inherited: [Group]) {
        var direct: [Group] = []
        var inherited: [Group] = []
        var seen: Set<String> = []
        var open: [String] = []
        for groupID in try await groupIDs(ofEntity: id) where seen.insert(groupID).inserted {
            guard let node = try await node(groupID) else { continue }
            direct.append(node.group)
            open += node.parents
        }
        while let next = open.popLast() {
            guard seen.insert(next).inserted, let node = try await node(next) else { continue }
            inherited.append(node.group)
            open += node.parents
        }
        return (direct, inherited)
    }

    private func node(_ id: String) async throws -> GroupNode? {
        let key = IdentityCache.Key(namespace: namespace.id, id: id)
        if let known = identities.cache.group(key) { return known }
        let generation = identities.cache.generation(key)
        var node: GroupNode?
        if let group = try await group(id: id) {
            node = GroupNode(group: group, parents: try await parentIDs(ofGroup: id))
        }
        identities.cache.insert(node, at: key, ifStill: generation)
        return node
    }

    // MARK: what a change makes untrue

    func forget(_ entityID: String) {
        identities.cache.forget(IdentityCache.Key(namespace: namespace.id, id: entityID))
    }

    func forgetGroups() { identities.cache.forgetAll() }
}
