internal import CofferFramework
internal import CofferStorage

extension IdentityStore {
    /// Creates a group alias, and an external group when none was named; or changes the alias with this id.
    /// - Returns: nil when there was nothing to change.
    package func writeGroupAlias(_ change: AliasChange, id: String) async throws -> AliasPlace? {
        if change.name.isEmpty { throw IdentityTexts.noAliasName }
        if change.mountAccessor.isEmpty { throw IdentityTexts.noAccessor }
        if change.isLocal { throw IdentityTexts.localMount }
        let name = try CanonicalName(change.name, of: "alias name")
        let place: AliasPlace? = try await view.transaction { transaction in
            let source = try await owner(ofAlias: id, in: &transaction)
            var alias = try source?.alias ?? makeAlias(of: "", at: change.mountAccessor, name, isLocal: false)
            let before = alias
            alias.name = name.shown
            alias.mountAccessor = change.mountAccessor
            let stays = change.canonicalID.isEmpty || change.canonicalID == source?.id
            if source != nil && stays && alias.factor == before.factor
                && alias.name.utf8.elementsEqual(before.name.utf8)
            {
                return nil
            }
            alias.lastUpdateTime = now
            if source == nil || alias.factor != before.factor {
                guard try await transaction.get(Self.groupAliasNameKey(alias.factor)) == nil else {
                    throw IdentityTexts.groupAliasTaken
                }
            }
            let target = try await self.target(change.canonicalID, source, in: &transaction)
            return try settle(alias, in: target, from: source, in: &transaction)
        }
        forgetGroups()
        return place
    }

    private func owner(ofAlias id: String, in transaction: inout Transaction) async throws -> Group? {
        if id.isEmpty { return nil }
        guard let owner = try await pointer(Self.groupAliasKey(id), in: &transaction),
            let group = try await group(id: owner, in: &transaction)
        else { throw IdentityTexts.unknownGroupAlias }
        return group
    }

    /// The group that was named, or the one that has the alias; nil makes a new one.
    private func target(
        _ id: String, _ source: Group?, in transaction: inout Transaction
    ) async throws -> Group? {
        if id.isEmpty || id == source?.id { return source }
        guard let group = try await group(id: id, in: &transaction) else { throw IdentityTexts.badGroupOfAlias }
        if group.kind != .external { throw IdentityTexts.aliasOnInternal }
        return group
    }

    private func settle(
        _ alias: Alias, in target: Group?, from source: Group?, in transaction: inout Transaction
    ) throws -> AliasPlace {
        if let source, source.id != target?.id {
            var left = source
            left.alias = nil
            save(left, replacing: source, in: &transaction)
        }
        var joined = try target ?? makeExternalGroup()
        var alias = alias
        alias.canonicalID = joined.id
        joined.alias = alias
        save(joined, replacing: target, in: &transaction)
        return AliasPlace(id: alias.id, canonicalID: joined.id)
    }

    private func makeExternalGroup() throws -> Group {
        var group = try makeGroup()
        group.kind = .external
        return group
    }

    package func deleteGroupAlias(id: String) async throws {
        try await view.transaction { transaction in
            guard let owner = try await pointer(Self.groupAliasKey(id), in: &transaction),
                let old = try await group(id: owner, in: &transaction)
            else { return }
            var new = old
            new.alias = nil
            save(new, replacing: old, in: &transaction)
        }
        forgetGroups()
    }
}
