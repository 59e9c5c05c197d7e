package import CofferFramework

/// What clients are told, in Vault's words where Vault has some.
package enum IdentityTexts {
    static let unknownEntity = EngineError.badRequest("entity not found from id")
    static let entityNameTaken = EngineError.badRequest("entity name is already in use")
    static let rootPolicy = EngineError.badRequest("policies cannot contain root")
    package static let noEntityIDs = EngineError.badRequest("missing entity ids to delete")

    static let unknownAlias = EngineError.badRequest("invalid alias ID provided")
    static let aliasNeedsFactors = EngineError.badRequest("'id' or 'mount_accessor' and 'name' must be provided")
    package static let badAccessor = EngineError.badRequest("invalid mount accessor")
    static let badCanonicalID = EngineError.badRequest("invalid canonical ID")
    static let noOwner = EngineError.badRequest("given 'canonical_id' is not associated with an entity")
    static let aliasExists = EngineError.badRequest("Alias already exists for requested entity and mount accessor")
    static let accessorTaken = EngineError.badRequest(
        "Alias cannot be updated as the entity already has an alias for the given 'mount_accessor' ")
    static let targetHasAlias = EngineError.badRequest(
        "Alias cannot be updated as the given entity already has an alias for this mount ")
    static let aliasTaken = EngineError.badRequest("alias with combination of mount accessor and name already exists")
    static let localAliasMoved = EngineError.badRequest("local aliases can't be moved between entities")

    static let mergeNeedsTarget = EngineError.badRequest("missing entity id to merge to")
    static let mergeNeedsSources = EngineError.badRequest("missing entity ids to merge from")
    static let badMergeTarget = EngineError.badRequest("entity id to merge to is invalid")
    static let badMergeSource = EngineError.badRequest("entity id to merge from is invalid")
    static let mergeIntoItself = EngineError.badRequest("to_entity_id should not be present in from_entity_ids")
    static let severalSources = EngineError.badRequest(
        "aliases conflicts cannot be resolved with multiple from entity ids - merge one entity at a time")

    static func accessorInSeveral(_ accessor: String) -> EngineError {
        .badRequest(
            "mount accessor \(accessor) found in multiple fromEntities, merge should be done with one fromEntity "
                + "at a time")
    }

    /// The clashes by the ids of this server, which the caller may choose from.
    static func clashes(_ pairs: [(to: Alias, from: Alias)]) -> EngineError {
        let heading =
            "toEntity and at least one fromEntity have aliases with the same mount accessor, repeat the merge "
            + "request specifying exactly one fromEntity, clashes: "
        let lines = pairs.map { pair in
            "mountAccessor: \(pair.to.mountAccessor), toEntity ID: \(pair.to.canonicalID), "
                + "fromEntity ID: \(pair.from.canonicalID), conflicting toEntity alias ID: \(pair.to.id), "
                + "conflicting fromEntity alias ID: \(pair.from.id)"
        }
        return EngineError(.badRequest, [heading] + lines, isListed: true)
    }

    static func conflictingFactor(_ method: String, _ entity: String) -> EngineError {
        .badRequest("conflicting MFA config ID \"\(method)\" in entity ID \"\(entity)\"")
    }

    static func unresolvedClash(_ from: Alias, _ to: Alias) -> EngineError {
        .badRequest(
            "conflicting mount accessors in following alias IDs and neither were present in "
                + "conflicting_alias_ids_to_keep: \(from.id), \(to.id)")
    }

    static let unknownGroup = EngineError.badRequest("invalid group ID")
    static let groupNameTaken = EngineError.badRequest("group name is already in use")
    static let groupKindFixed = EngineError.badRequest("group type cannot be changed")
    package static let badGroupKind = EngineError.badRequest("invalid group type")
    static let externalMembers = EngineError.badRequest(
        "member entities can't be set manually for external groups")
    static let externalMemberGroups = EngineError.badRequest("member groups can't be set for external groups")
    static let badMemberEntity = EngineError.badRequest("invalid entity ID among 'member_entity_ids'")
    static let badMemberGroup = EngineError.badRequest("invalid group ID among 'member_group_ids'")
    static func cycle(_ id: String) -> EngineError {
        .badRequest("cyclic relationship detected for member group ID \"\(id)\"")
    }

    static let unknownGroupAlias = EngineError.badRequest("invalid group alias ID")
    static let noAliasName = EngineError.badRequest("missing alias name")
    static let noAccessor = EngineError.badRequest("missing mount_accessor")
    static let badGroupOfAlias = EngineError.badRequest("invalid group ID given in 'canonical_id'")
    static let aliasOnInternal = EngineError.badRequest("alias can't be set on an internal group")
    static let groupAliasTaken = EngineError.badRequest("combination of mount and group alias name is already in use")
    static let groupHasAlias = EngineError.badRequest("the group already has an alias")
    package static let localMount = EngineError.badRequest("the mount accessor is of a local mount")

    package static let noQuery = EngineError.badRequest("query parameter not supplied")
    package static let queryConflict = EngineError.badRequest(
        "query parameter conflict; please supply distinct set of query parameters")
    package static let halfFactors = EngineError.badRequest(
        "both 'alias_name' and 'alias_mount_accessor' needs to be set")
    package static let noEntityID = EngineError.badRequest("missing entity id")
}
