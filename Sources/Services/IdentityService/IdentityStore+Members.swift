internal import CofferFramework
internal import CofferStorage

/// Who can be in a group.
enum Member: Hashable, Sendable {
    case entity(String)
    case group(String)

    var path: String {
        switch self {
        case .entity(let id): "e/" + id
        case .group(let id): "g/" + id
        }
    }
}

extension IdentityStore {
    private static func memberKey(_ group: String, _ member: Member) -> StorageKey {
        StorageKey("members/\(group)/\(member.path)")
    }

    private static func membershipKey(_ member: Member, _ group: String) -> StorageKey {
        StorageKey("memberships/\(member.path)/\(group)")
    }

    // MARK: reading

    package func memberEntityIDs(ofGroup id: String) async throws -> [String] {
        try await view.children(of: StorageKey("members/\(id)/e/"))
    }

    package func memberGroupIDs(ofGroup id: String) async throws -> [String] {
        try await view.children(of: StorageKey("members/\(id)/g/"))
    }

    /// Groups that this entity is in directly. May name groups that are being deleted.
    func groupIDs(ofEntity id: String) async throws -> [String] {
        try await view.children(of: StorageKey("memberships/e/\(id)/"))
    }

    /// Groups that this group is in.
    package func parentIDs(ofGroup id: String) async throws -> [String] {
        var parents: [String] = []
        for parent in try await view.children(of: StorageKey("memberships/g/\(id)/")) {
            if try await view.get(Self.groupKey(parent)) != nil { parents.append(parent) }
        }
        return parents
    }

    // MARK: changing

    /// Adds a member to a group that must exist when this commits.
    func enter(_ group: String, _ member: Member, in transaction: inout Transaction) async throws {
        guard try await transaction.get(Self.groupKey(group)) != nil else { return }
        transaction.put(Self.memberKey(group, member), [])
        transaction.put(Self.membershipKey(member, group), [])
    }

    func leave(_ group: String, _ member: Member, in transaction: inout Transaction) {
        transaction.delete(Self.memberKey(group, member))
        transaction.delete(Self.membershipKey(member, group))
    }

    /// Makes the given members the only ones, of each kind that was given.
    func setMembers(_ change: GroupChange, of group: Group, in transaction: inout Transaction) async throws {
        if let wanted = change.memberEntityIDs {
            for id in Set(wanted) where try await transaction.get(Self.entityKey(id)) == nil {
                throw IdentityTexts.badMemberEntity
            }
            let current = try await memberEntityIDs(ofGroup: group.id)
            replace(current.map(Member.entity), by: Set(wanted).map(Member.entity), of: group.id, in: &transaction)
        }
        if let wanted = change.memberGroupIDs {
            for id in Set(wanted) {
                guard try await transaction.get(Self.groupKey(id)) != nil else { throw IdentityTexts.badMemberGroup }
                if try await isAncestor(id, of: group.id) { throw IdentityTexts.cycle(id) }
            }
            let current = try await memberGroupIDs(ofGroup: group.id)
            replace(current.map(Member.group), by: Set(wanted).map(Member.group), of: group.id, in: &transaction)
        }
    }

    private func replace(
        _ current: [Member], by wanted: [Member], of group: String, in transaction: inout Transaction
    ) {
        for member in Set(current).subtracting(wanted) { leave(group, member, in: &transaction) }
        for member in Set(wanted).subtracting(current) {
            transaction.put(Self.memberKey(group, member), [])
            transaction.put(Self.membershipKey(member, group), [])
        }
    }

    /// True when `group` is `candidate` or lies below it: then the candidate cannot become its member.
    ///
    /// Two changes that would close a circle together each write a record that the other one read.
    private func isAncestor(_ candidate: String, of group: String) async throws -> Bool {
        var seen: Set<String> = [group]
        var open = [group]
        while let next = open.popLast() {
            if next == candidate { return true }
            for parent in try await parentIDs(ofGroup: next) where seen.insert(parent).inserted { open.append(parent) }
        }
        return false
    }

    /// Removes what names a deleted group; safe to run again.
    func clearIndex(ofGroup id: String) async throws {
        let entities = try await memberEntityIDs(ofGroup: id).map(Member.entity)
        let groups = try await memberGroupIDs(ofGroup: id).map(Member.group)
        let parents = try await view.children(of: StorageKey("memberships/g/\(id)/"))
        var rest = (entities + groups)[...]
        while !rest.isEmpty {
            let part = rest.prefix(200)
            rest = rest.dropFirst(200)
            try await view.transaction { transaction in
                for member in part { leave(id, member, in: &transaction) }
            }
        }
        try await view.transaction { transaction in
            for parent in parents { leave(parent, .group(id), in: &transaction) }
        }
    }
}
