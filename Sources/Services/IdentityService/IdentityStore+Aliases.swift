internal import CofferFramework
internal import CofferStorage

/// What a request says about an alias; empty texts were not given.
package struct AliasChange: Sendable {
    package var name = ""
    package var mountAccessor = ""
    package var canonicalID = ""
    package var customMetadata: [String: String]?
    /// Only the oldest path (`persona`) lets a caller set it.
    package var metadata: [String: String]?
    /// What the mount table says about the accessor.
    package var isLocal = false

    package init() {}

    var isEmpty: Bool {
        name.isEmpty && mountAccessor.isEmpty && canonicalID.isEmpty && customMetadata == nil && metadata == nil
    }
}

/// An alias after a change, and whose it is.
package struct AliasPlace: Sendable {
    package let id: String
    package let canonicalID: String
}

extension IdentityStore {
    /// Changes the alias with this id. - Returns: nil when there was nothing to change.
    package func update(_ change: AliasChange, aliasID: String) async throws -> AliasPlace? {
        try check(change)
        guard let entity = try await entity(aliasID: aliasID),
            let alias = entity.aliases.first(where: { $0.id == aliasID })
        else { throw IdentityTexts.unknownAlias }
        if change.isEmpty { return nil }
        var change = change
        if change.name.isEmpty { change.name = alias.name }
        if change.mountAccessor.isEmpty { change.mountAccessor = alias.mountAccessor }
        return try await apply(change, to: alias)
    }

    /// Creates the alias of this mount and name, or changes it.
    package func write(_ change: AliasChange) async throws -> AliasPlace? {
        try check(change)
        if change.mountAccessor.isEmpty || change.name.isEmpty { throw IdentityTexts.aliasNeedsFactors }
        let name = try CanonicalName(change.name, of: "alias name")
        let factor = AliasFactor(change.mountAccessor, name)
        let owner = try await entity(mountAccessor: change.mountAccessor, aliasName: change.name)
        if let alias = owner?.aliases.first(where: { $0.factor == factor }) {
            return try await apply(change, to: alias)
        }
        return try await create(change, name)
    }

    private func check(_ change: AliasChange) throws(EngineError) {
        if let metadata = change.customMetadata { try IdentityRules.checkMetadata(metadata) }
        if let metadata = change.metadata { try IdentityRules.checkMetadata(metadata) }
    }

    private func create(_ change: AliasChange, _ name: CanonicalName) async throws -> AliasPlace {
        let place = try await view.transaction { transaction in
            var old: Entity?
            if !change.canonicalID.isEmpty {
                old = try await entity(id: change.canonicalID, in: &transaction)
                if old == nil { throw IdentityTexts.badCanonicalID }
            }
            var owner = try old ?? makeEntity()
            if owner.alias(at: change.mountAccessor) != nil { throw IdentityTexts.aliasExists }
            try await requireFree(AliasFactor(change.mountAccessor, name), in: &transaction)
            var alias = try makeAlias(of: owner.id, at: change.mountAccessor, name, isLocal: change.isLocal)
            alias.customMetadata = change.customMetadata ?? [:]
            alias.metadata = change.metadata ?? [:]
            owner.aliases.append(alias)
            owner.lastUpdateTime = now
            save(owner, replacing: old, in: &transaction)
            return AliasPlace(id: alias.id, canonicalID: owner.id)
        }
        forget(place.canonicalID)
        return place
    }

    func makeAlias(
        of owner: String, at mountAccessor: String, _ name: CanonicalName, isLocal: Bool
    ) throws -> Alias {
        var alias = Alias()
        alias.id = try newID()
        alias.canonicalID = owner
        alias.mountAccessor = mountAccessor
        alias.name = name.shown
        alias.isLocal = isLocal
        alias.creationTime = now
        alias.lastUpdateTime = alias.creationTime
        return alias
    }

    private func requireFree(_ factor: AliasFactor, in transaction: inout Transaction) async throws {
        if try await transaction.get(Self.aliasNameKey(factor)) != nil { throw IdentityTexts.aliasTaken }
    }

    /// Renames an alias, moves it to another mount or to another entity: all in one commit.
    private func apply(_ change: AliasChange, to known: Alias) async throws -> AliasPlace? {
        let name = try CanonicalName(change.name, of: "alias name")
        let moves = !change.canonicalID.isEmpty && change.canonicalID != known.canonicalID
        if moves && known.isLocal { throw IdentityTexts.localAliasMoved }
        let place: AliasPlace? = try await view.transaction { transaction in
            guard let source = try await entity(id: known.canonicalID, in: &transaction),
                let old = source.aliases.first(where: { $0.id == known.id })
            else { throw IdentityTexts.unknownAlias }
            var new = old
            new.name = name.shown
            new.mountAccessor = change.mountAccessor
            if let metadata = change.customMetadata { new.customMetadata = metadata }
            if let metadata = change.metadata { new.metadata = metadata }
            if !moves && Self.isSame(new, old) { return nil }
            new.lastUpdateTime = now
            if new.factor != old.factor { try await requireFree(new.factor, in: &transaction) }
            var target = source
            if moves { target = try await self.target(change.canonicalID, in: &transaction) }
            if (moves || new.mountAccessor != old.mountAccessor) && target.alias(at: new.mountAccessor) != nil {
                throw moves ? IdentityTexts.targetHasAlias : IdentityTexts.accessorTaken
            }
            settle(new, in: target, from: source, in: &transaction)
            return AliasPlace(id: new.id, canonicalID: target.id)
        }
        forget(known.canonicalID)
        if let place { forget(place.canonicalID) }
        return place
    }

    private func target(_ id: String, in transaction: inout Transaction) async throws -> Entity {
        guard let target = try await entity(id: id, in: &transaction) else { throw IdentityTexts.noOwner }
        return target
    }

    /// Takes the alias out of `source`, then puts it into `target`, which may be the same.
    private func settle(
        _ alias: Alias, in target: Entity, from source: Entity, in transaction: inout Transaction
    ) {
        var alias = alias
        alias.canonicalID = target.id
        if source.id == target.id {
            var new = source
            new.aliases = source.aliases.map { $0.id == alias.id ? alias : $0 }
            return save(new, replacing: source, in: &transaction)
        }
        var left = source
        left.aliases.removeAll { $0.id == alias.id }
        save(left, replacing: source, in: &transaction)
        var joined = target
        joined.aliases.append(alias)
        save(joined, replacing: target, in: &transaction)
    }

    private static func isSame(_ new: Alias, _ old: Alias) -> Bool {
        new.name.utf8.elementsEqual(old.name.utf8) && new.mountAccessor == old.mountAccessor
            && new.customMetadata == old.customMetadata && new.metadata == old.metadata
    }

    package func deleteAlias(id: String) async throws {
        guard let owner = try await entity(aliasID: id) else { return }
        try await view.transaction { transaction in
            guard let old = try await entity(id: owner.id, in: &transaction) else { return }
            var new = old
            new.aliases.removeAll { $0.id == id }
            save(new, replacing: old, in: &transaction)
        }
        forget(owner.id)
    }
}
