internal import CofferCore
internal import CofferFramework
internal import CofferJSON
internal import IdentityService

/// `entity`, `entity/id`, `entity/name`, `entity/merge`, `entity/batch-delete`.
struct EntityPaths {
    let core: Core

    struct Input: Sendable {
        var id = ""
        var change = EntityChange()
    }

    private static let id = Field<Input>("id", \.id, "Id of an entity to change.")
    private static let name = Field<Input>("name", \.change.name, "Name of the entity.")
    private static let fields: [Field<Input>] = [
        Field("metadata", \.change.metadata, "What is known about the entity; replaces what was there."),
        Field("policies", \.change.policies, "Policies that its tokens have beside their own."),
        Field("disabled", \.change.isDisabled, "Refuse its tokens without revoking them."),
    ]

    struct MergeInput: Sendable {
        var merge = EntityMerge()

        static let schema = Schema<MergeInput>(
            { MergeInput() },
            [
                Field("from_entity_ids", \.merge.sources, "Entities that become part of the other one."),
                Field("to_entity_id", \.merge.target, "Entity that stays."),
                Field(
                    "conflicting_alias_ids_to_keep", \.merge.aliasesToKeep,
                    "Which of two aliases at one mount stays."),
                Field("force", \.merge.force, "Keep the MFA secrets of the entity that stays when both have some."),
            ])
    }

    struct BatchInput: Sendable {
        var ids: [String] = []

        static let schema = Schema<BatchInput>(
            { BatchInput() }, [Field("entity_ids", \.ids, "Entities to delete.")])
    }

    var paths: [Path] { [create, merge, batchDelete, listByID, byID, listByName, byName] }

    private var create: Path {
        Path(
            "entity", "Create an entity, or change one.",
            [
                Verb(
                    .update, "entity-create", "Create an entity, or change one.",
                    Schema({ Input() }, [Self.id, Self.name] + Self.fields)
                ) { call, input in try await write(call, input.change, id: input.id) }
            ])
    }

    private func write(_ call: Call, _ change: EntityChange, id: String) async throws -> Reply {
        let (entity, isNew) = try await core.identities(call).write(change, id: id)
        if !isNew { return .empty }
        return .data([
            "aliases": entity.aliases.map(\.id).wireOrNull, "id": .string(entity.id), "name": .string(entity.name),
        ])
    }

    private var merge: Path {
        Path(
            "entity/merge", "Make several entities one.",
            [
                Verb(.update, "entity-merge", "Make several entities one.", MergeInput.schema) { call, input in
                    try await core.identities(call).merge(input.merge)
                    return .empty
                }
            ])
    }

    private var batchDelete: Path {
        Path(
            "entity/batch-delete", "Delete several entities.",
            [
                Verb(.update, "entity-batch-delete", "Delete several entities.", BatchInput.schema) { call, input in
                    if input.ids.isEmpty { throw IdentityTexts.noEntityIDs }
                    for id in Set(input.ids) { try await core.identities(call).deleteEntity(id: id) }
                    return .empty
                }
            ])
    }

    private var listByID: Path {
        Path(
            "entity/id", "List the ids of entities.",
            [
                Verb(.list, "entity-list-by-id", "List the ids of entities.", Page.schema) { call, page in
                    let entities = try await core.identities(call).entities(page)
                    let mounts = MountLabels(core: core, call.namespace)
                    return try .list(entities.map(\.id), info: entities.map { ($0.id, $0.brief(mounts)) })
                }
            ])
    }

    private var listByName: Path {
        Path(
            "entity/name", "List the names of entities.",
            [
                Verb(.list, "entity-list-by-name", "List the names of entities.", Page.schema) { call, page in
                    let entities = try await core.identities(call).entitiesByName(page)
                    let mounts = MountLabels(core: core, call.namespace)
                    return try .list(entities.map(\.name), info: entities.map { ($0.id, $0.brief(mounts)) })
                }
            ])
    }

    private var byID: Path {
        Path(
            "entity/id/:id", "Read, change or delete an entity by its id.", captures: ["id": "Id of the entity."],
            [
                Verb(.read, "entity-read-by-id", "Read an entity.") { call in
                    let entity = try await core.identities(call).entity(id: call.capture("id"))
                    return try await core.read(entity, call)
                },
                Verb(
                    .update, "entity-update-by-id", "Change an entity.",
                    Schema({ Input() }, [Self.name] + Self.fields)
                ) { call, input in try await write(call, input.change, id: call.capture("id")) },
                Verb(.delete, "entity-delete-by-id", "Delete an entity.") { call in
                    try await core.identities(call).deleteEntity(id: call.capture("id"))
                    return .empty
                },
            ])
    }

    private var byName: Path {
        Path(
            "entity/name/*name", "Read, write or delete an entity by its name.",
            captures: ["name": "Name of the entity."],
            [
                Verb(.read, "entity-read-by-name", "Read an entity.") { call in
                    let entity = try await core.identities(call).entity(name: call.capture("name"))
                    return try await core.read(entity, call)
                },
                Verb(
                    .update, "entity-update-by-name", "Create or change an entity.",
                    Schema({ Input() }, [Self.id] + Self.fields)
                ) { call, input in
                    var change = input.change
                    change.name = call.capture("name")
                    return try await write(call, change, id: input.id)
                },
                Verb(.delete, "entity-delete-by-name", "Delete an entity.") { call in
                    try await core.identities(call).deleteEntity(name: call.capture("name"))
                    return .empty
                },
            ])
    }
}

extension Core {
    /// The answer of a read; 404 when there is no such entity.
    func read(_ entity: Entity?, _ call: Call) async throws -> Reply {
        guard let entity else { throw EngineError.notFound }
        var object = entity.shown(MountLabels(core: self, call.namespace), namespaceID: call.namespace.id)
        let caller = try await identities(call).caller(entityID: entity.id)
        let direct = caller?.directGroupIDs ?? []
        let inherited = caller?.inheritedGroupIDs ?? []
        object["direct_group_ids"] = .strings(direct)
        object["group_ids"] = .strings(direct + inherited)
        object["inherited_group_ids"] = .strings(inherited)
        return .data(object.sortedByKey)
    }
}
