internal import CofferCore
internal import CofferFramework
internal import CofferJSON
internal import IdentityService

/// `entity-alias`, and the two older names of the same: `alias` and `persona`.
struct AliasPaths {
    let core: Core

    struct Input: Sendable {
        var id = ""
        var entityID = ""
        var change = AliasChange()
    }

    /// One of the names under which aliases are reached.
    private struct Family: Sendable {
        let word: String
        let create: String
        let list: String
        /// Goes before and after the verb in operation ids.
        let one: @Sendable (String) -> String
        let fields: [Field<Input>]
    }

    private static let id = Field<Input>("id", \.id, "Id of an alias to change.")
    private static let canonical = Field<Input>("canonical_id", \.change.canonicalID, "Entity that the alias is of.")
    private static let common: [Field<Input>] = [
        Field("name", \.change.name, "Name at the mount."),
        Field("mount_accessor", \.change.mountAccessor, "Accessor of the auth mount."),
        Field("entity_id", \.entityID, "The same as canonical_id, under its old name.").deprecated,
    ]
    private static let custom = Field<Input>(
        "custom_metadata", \.change.customMetadata, "What operators note about the alias.")
    private static let metadata = Field<Input>("metadata", \.change.metadata, "What is known about the alias.")

    private static let families = [
        Family(
            word: "entity-alias", create: "entity-create-alias", list: "entity-list-aliases-by-id",
            one: { "entity-\($0)-alias-by-id" }, fields: common + [canonical, custom]),
        Family(
            word: "alias", create: "alias-create", list: "alias-list-by-id", one: { "alias-\($0)-by-id" },
            fields: common + [canonical]),
        Family(
            word: "persona", create: "persona-create", list: "persona-list-by-id", one: { "persona-\($0)-by-id" },
            fields: common + [metadata]),
    ]

    var paths: [Path] { Self.families.flatMap { [create($0), list($0), one($0)] } }

    private func create(_ family: Family) -> Path {
        Path(
            family.word, "Create an alias of an entity, or change one.",
            [
                Verb(
                    .update, family.create, "Create an alias of an entity, or change one.",
                    Schema({ Input() }, [Self.id] + family.fields)
                ) { call, input in try await write(call, input, id: input.id) }
            ])
    }

    private func list(_ family: Family) -> Path {
        Path(
            "\(family.word)/id", "List the ids of aliases of entities.",
            [
                Verb(.list, family.list, "List the ids of aliases of entities.", Page.schema) { call, page in
                    let mounts = MountLabels(core: core, call.namespace)
                    let aliases = try await core.identities(call).aliases(page)
                    let info = aliases.map { alias in
                        var object = alias.brief(mounts)
                        object["id"] = nil
                        object["canonical_id"] = .string(alias.canonicalID)
                        object["custom_metadata"] = alias.customMetadata.wireOrNull
                        object["local"] = .bool(alias.isLocal)
                        return (alias.id, object)
                    }
                    return try .list(aliases.map(\.id), info: info)
                }
            ])
    }

    private func one(_ family: Family) -> Path {
        Path(
            "\(family.word)/id/:id", "Read, change or delete an alias of an entity.",
            captures: ["id": "Id of the alias."],
            [
                Verb(.read, family.one("read"), "Read an alias.") { call in
                    guard let alias = try await core.identities(call).alias(id: call.capture("id")) else {
                        throw EngineError.notFound
                    }
                    var object = alias.shown(MountLabels(core: core, call.namespace))
                    object["namespace_id"] = .string(call.namespace.id)
                    return .data(object.sortedByKey)
                },
                Verb(.update, family.one("update"), "Change an alias.", Schema({ Input() }, family.fields)) {
                    call, input in
                    try await write(call, input, id: call.capture("id"))
                },
                Verb(.delete, family.one("delete"), "Delete an alias.") { call in
                    try await core.identities(call).deleteAlias(id: call.capture("id"))
                    return .empty
                },
            ])
    }

    private func write(_ call: Call, _ input: Input, id: String) async throws -> Reply {
        var change = input.change
        if change.canonicalID.isEmpty { change.canonicalID = input.entityID }
        if !change.mountAccessor.isEmpty {
            change.isLocal = try MountLabels(core: core, call.namespace).isLocal(change.mountAccessor)
        }
        let store = try core.identities(call)
        let place = try await id.isEmpty ? store.write(change) : store.update(change, aliasID: id)
        return place.map { .data(["canonical_id": .string($0.canonicalID), "id": .string($0.id)]) } ?? .empty
    }
}
