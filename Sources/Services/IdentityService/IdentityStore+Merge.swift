internal import CofferFramework
internal import CofferStorage

/// A request to make several entities one.
package struct EntityMerge: Sendable {
    package var target = ""
    package var sources: [String] = []
    /// Of two aliases at one mount, the one that stays.
    package var aliasesToKeep: [String] = []
    /// Keep the second factors of the target where a source has some for the same method.
    package var force = false

    package init() {}
}

extension IdentityStore {
    /// Moves aliases, policies and memberships of the sources to the target, and deletes the sources.
    ///
    /// Their ids go on to mean the target, so that tokens live on.
    package func merge(_ merge: EntityMerge) async throws {
        if merge.target.isEmpty { throw IdentityTexts.mergeNeedsTarget }
        if merge.sources.isEmpty { throw IdentityTexts.mergeNeedsSources }
        if merge.sources.count > 1 && merge.aliasesToKeep.count > 1 { throw IdentityTexts.severalSources }
        let sourceIDs = Set(merge.sources).sorted()
        var groups: [String: [String]] = [:]
        var factors: [String: [String]] = [:]
        for id in sourceIDs {
            groups[id] = try await groupIDs(ofEntity: id)
            factors[id] = try await secretMethods(ofEntity: id)
        }
        let secrets = factors
        let memberships = groups
        try await view.transaction { transaction in
            guard let old = try await entity(id: merge.target, in: &transaction) else {
                throw IdentityTexts.badMergeTarget
            }
            var sources: [Entity] = []
            for id in sourceIDs {
                if id == merge.target { throw IdentityTexts.mergeIntoItself }
                guard let source = try await entity(id: id, in: &transaction) else {
                    throw IdentityTexts.badMergeSource
                }
                sources.append(source)
            }
            try Self.checkClashes(sources, old, merge)
            var target = old
            for source in sources {
                remove(source, in: &transaction)
                try Self.join(source, into: &target, keeping: merge.aliasesToKeep)
                try await moveSecrets(secrets[source.id] ?? [], from: source, merge, in: &transaction)
                for group in memberships[source.id] ?? [] {
                    leave(group, .entity(source.id), in: &transaction)
                    try await enter(group, .entity(target.id), in: &transaction)
                }
            }
            target.lastUpdateTime = now
            save(target, replacing: old, in: &transaction)
        }
        for id in sourceIDs + [merge.target] { forget(id) }
    }

    /// A second factor is never lost by a merge, nor replaced unasked.
    private func moveSecrets(
        _ methods: [String], from source: Entity, _ merge: EntityMerge, in transaction: inout Transaction
    ) async throws {
        for method in methods {
            let (old, new) = (Self.secretKey(source.id, method), Self.secretKey(merge.target, method))
            guard let secret = try await transaction.get(old) else { continue }
            if try await transaction.get(new) == nil {
                transaction.put(new, secret)
            } else if !merge.force {
                throw IdentityTexts.conflictingFactor(method, source.id)
            }
            transaction.delete(old)
        }
    }

    /// Without a choice every clash is told, so that the caller can make one.
    private static func checkClashes(
        _ sources: [Entity], _ target: Entity, _ merge: EntityMerge
    ) throws(EngineError) {
        guard merge.aliasesToKeep.isEmpty else { return }
        var seen: [String: String] = [:]
        var clashes: [(to: Alias, from: Alias)] = []
        for source in sources {
            for alias in source.aliases {
                if let other = seen[alias.mountAccessor], other != source.id {
                    throw IdentityTexts.accessorInSeveral(alias.mountAccessor)
                }
                seen[alias.mountAccessor] = source.id
                if let own = target.alias(at: alias.mountAccessor) { clashes.append((own, alias)) }
            }
        }
        if !clashes.isEmpty { throw IdentityTexts.clashes(clashes) }
    }

    private static func join(
        _ source: Entity, into target: inout Entity, keeping: [String]
    ) throws(EngineError) {
        for alias in source.aliases {
            if let own = target.alias(at: alias.mountAccessor) {
                if keeping.contains(own.id) { continue }
                guard keeping.contains(alias.id) else { throw IdentityTexts.unresolvedClash(alias, own) }
                target.aliases.removeAll { $0.id == own.id }
            }
            var moved = alias
            moved.canonicalID = target.id
            moved.mergedFromCanonicalIDs.append(source.id)
            target.aliases.append(moved)
        }
        // Records that were written around the API bring no root along (CVE-2024-9180).
        target.policies = try IdentityRules.policies(target.policies + source.policies)
        target.mergedEntityIDs += source.mergedEntityIDs + [source.id]
        // A block that was put on one of them must not be lifted by merging it.
        target.isDisabled = target.isDisabled || source.isDisabled
    }
}
