internal import CofferFramework
internal import CofferStorage

/// The fields of an entity that a request gave; nil leaves them as they are.
package struct EntityChange: Sendable {
    package var name = ""
    package var metadata: [String: String]?
    package var policies: [String]?
    package var isDisabled: Bool?

    package init() {}

    func check() throws(EngineError) {
        if let metadata { try IdentityRules.checkMetadata(metadata) }
        if let policies { _ = try IdentityRules.policies(policies) }
    }

    func apply(to entity: inout Entity) throws(EngineError) {
        if let metadata { entity.metadata = metadata }
        if let policies { entity.policies = try IdentityRules.policies(policies) }
        if let isDisabled { entity.isDisabled = isDisabled }
    }
}

extension IdentityStore {
    /// Creates an entity, or changes the one that the id or else the name belongs to.
    package func write(_ change: EntityChange, id: String) async throws -> (entity: Entity, isNew: Bool) {
        try change.check()
        let name = try change.name.isEmpty ? nil : CanonicalName(change.name, of: "entity name")
        let result = try await view.transaction { transaction in
            var old: Entity?
            if !id.isEmpty {
                old = try await entity(id: id, in: &transaction)
                if old == nil { throw IdentityTexts.unknownEntity }
            }
            if let name, let holder = try await pointer(Self.entityNameKey(name.text), in: &transaction) {
                if let old, old.id != holder { throw IdentityTexts.entityNameTaken }
                old = try await entity(id: holder, in: &transaction)
            }
            var new = try old ?? makeEntity()
            if let name { new.name = name.shown }
            try change.apply(to: &new)
            new.lastUpdateTime = now
            save(new, replacing: old, in: &transaction)
            return (entity: new, isNew: old == nil)
        }
        forget(result.entity.id)
        return result
    }

    /// An entity that is not stored yet.
    func makeEntity() throws -> Entity {
        var entity = Entity()
        entity.id = try newID()
        entity.name = try newName("entity")
        entity.creationTime = now
        entity.lastUpdateTime = entity.creationTime
        return entity
    }

    /// Stores an entity with all that points to it, and removes what pointed to its former state.
    func save(_ new: Entity, replacing old: Entity?, in transaction: inout Transaction) {
        transaction.put(Self.entityKey(new.id), new.stored)
        if let old {
            if folded(old.name) != folded(new.name) { transaction.delete(Self.entityNameKey(folded(old.name))) }
            let kept = Set(new.aliases.map(\.id))
            let factors = Set(new.aliases.map(\.factor))
            for alias in old.aliases {
                if !kept.contains(alias.id) { transaction.delete(Self.aliasKey(alias.id)) }
                if !factors.contains(alias.factor) { transaction.delete(Self.aliasNameKey(alias.factor)) }
            }
        }
        let id = Array(new.id.utf8)
        transaction.put(Self.entityNameKey(folded(new.name)), id)
        for alias in new.aliases {
            transaction.put(Self.aliasKey(alias.id), id)
            transaction.put(Self.aliasNameKey(alias.factor), id)
        }
        for merged in new.mergedEntityIDs { transaction.put(Self.mergedKey(merged), id) }
    }

    /// Deletes an entity, its aliases and memberships. Its tokens are refused from then on.
    package func deleteEntity(id: String) async throws {
        let groups = try await groupIDs(ofEntity: id)
        let methods = try await secretMethods(ofEntity: id)
        let asked = try await view.children(of: StorageKey("mfa/attempts/\(id)/"))
        try await view.transaction { transaction in
            guard let old = try await entity(id: id, in: &transaction) else { return }
            remove(old, in: &transaction)
            for group in groups { leave(group, .entity(id), in: &transaction) }
            for method in methods { transaction.delete(Self.secretKey(id, method)) }
            for method in asked { transaction.delete(Self.attemptsKey(id, method)) }
        }
        forget(id)
    }

    package func deleteEntity(name: String) async throws {
        if let entity = try await entity(name: name) { try await deleteEntity(id: entity.id) }
    }

    func remove(_ old: Entity, in transaction: inout Transaction) {
        transaction.delete(Self.entityKey(old.id))
        transaction.delete(Self.entityNameKey(folded(old.name)))
        for alias in old.aliases {
            transaction.delete(Self.aliasKey(alias.id))
            transaction.delete(Self.aliasNameKey(alias.factor))
        }
        for merged in old.mergedEntityIDs { transaction.delete(Self.mergedKey(merged)) }
    }
}
