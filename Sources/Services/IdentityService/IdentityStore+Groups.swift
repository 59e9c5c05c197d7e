internal import CofferFramework
internal import CofferStorage

/// The fields of a group that a request gave; nil leaves them as they are.
package struct GroupChange: Sendable {
    package var name = ""
    package var kind: Group.Kind?
    package var metadata: [String: String]?
    package var policies: [String]?
    package var memberEntityIDs: [String]?
    package var memberGroupIDs: [String]?

    package init() {}

    func check() throws(EngineError) {
        if let metadata { try IdentityRules.checkMetadata(metadata) }
        if let policies { _ = try IdentityRules.policies(policies) }
    }
}

/// Which group a write means.
package enum GroupSelector: Sendable {
    case id(String)
    /// Created when there is none.
    case name(String)
    case new
}

extension IdentityStore {
    package func write(_ change: GroupChange, to selector: GroupSelector) async throws -> (group: Group, isNew: Bool) {
        try change.check()
        var change = change
        if case .name(let name) = selector { change.name = name }
        let wanted = change
        let name = try wanted.name.isEmpty ? nil : CanonicalName(wanted.name, of: "group name")
        let result = try await view.transaction { transaction in
            let old = try await find(selector, name, in: &transaction)
            var new = try old ?? makeGroup()
            if let name {
                if let holder = try await pointer(Self.groupNameKey(name.text), in: &transaction), holder != new.id {
                    throw IdentityTexts.groupNameTaken
                }
                new.name = name.shown
            }
            try wanted.apply(to: &new, isNew: old == nil)
            try await setMembers(wanted, of: new, in: &transaction)
            save(new, replacing: old, in: &transaction)
            return (group: new, isNew: old == nil)
        }
        forgetGroups()
        return result
    }

    private func find(
        _ selector: GroupSelector, _ name: CanonicalName?, in transaction: inout Transaction
    ) async throws -> Group? {
        switch selector {
        case .new: return nil
        case .id(let id):
            guard let group = try await group(id: id, in: &transaction) else { throw IdentityTexts.unknownGroup }
            return group
        case .name:
            guard let name, let id = try await pointer(Self.groupNameKey(name.text), in: &transaction) else {
                return nil
            }
            return try await group(id: id, in: &transaction)
        }
    }

    func makeGroup() throws -> Group {
        var group = Group()
        group.id = try newID()
        group.name = try newName("group")
        group.creationTime = now
        return group
    }

    /// Stores a group with all that points to it, and removes what pointed to its former state.
    func save(_ group: Group, replacing old: Group?, in transaction: inout Transaction) {
        var new = group
        new.lastUpdateTime = now
        new.modifyIndex = (old?.modifyIndex ?? 0) + 1
        if let old {
            if folded(old.name) != folded(new.name) { transaction.delete(Self.groupNameKey(folded(old.name))) }
            if let alias = old.alias {
                if alias.id != new.alias?.id { transaction.delete(Self.groupAliasKey(alias.id)) }
                if alias.factor != new.alias?.factor { transaction.delete(Self.groupAliasNameKey(alias.factor)) }
            }
        }
        let id = Array(new.id.utf8)
        transaction.put(Self.groupKey(new.id), new.stored)
        transaction.put(Self.groupNameKey(folded(new.name)), id)
        if let alias = new.alias {
            transaction.put(Self.groupAliasKey(alias.id), id)
            transaction.put(Self.groupAliasNameKey(alias.factor), id)
        }
    }

    /// Deletes a group. Nobody is in it from the first commit on; what is left of its index follows.
    package func deleteGroup(id: String) async throws {
        try await view.transaction { transaction in
            guard let old = try await group(id: id, in: &transaction) else { return }
            transaction.delete(Self.groupKey(id))
            transaction.delete(Self.groupNameKey(folded(old.name)))
            if let alias = old.alias {
                transaction.delete(Self.groupAliasKey(alias.id))
                transaction.delete(Self.groupAliasNameKey(alias.factor))
            }
        }
        forgetGroups()
        try await clearIndex(ofGroup: id)
    }

    package func deleteGroup(name: String) async throws {
        if let group = try await group(name: name) { try await deleteGroup(id: group.id) }
    }
}

extension GroupChange {
    func apply(to group: inout Group, isNew: Bool) throws(EngineError) {
        if let kind {
            if !isNew && kind != group.kind { throw IdentityTexts.groupKindFixed }
            group.kind = kind
        }
        if group.kind == .external {
            if memberEntityIDs != nil { throw IdentityTexts.externalMembers }
            if memberGroupIDs != nil { throw IdentityTexts.externalMemberGroups }
        }
        if let metadata { group.metadata = metadata }
        if let policies { group.policies = try IdentityRules.policies(policies) }
    }
}
