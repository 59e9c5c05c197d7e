internal import CofferCore
internal import CofferFramework
internal import CofferJSON
internal import IdentityService

/// `group-alias`: what external groups are called at an auth mount.
struct GroupAliasPaths {
    let core: Core

    struct Input: Sendable {
        var id = ""
        var change = AliasChange()
    }

    private static let id = Field<Input>("id", \.id, "Id of a group alias to change.")
    private static let fields: [Field<Input>] = [
        Field("name", \.change.name, "Name of the group at the mount."),
        Field("mount_accessor", \.change.mountAccessor, "Accessor of the auth mount."),
        Field("canonical_id", \.change.canonicalID, "External group that the alias is of; a new one when empty."),
    ]

    var paths: [Path] { [create, list, one] }

    private var create: Path {
        Path(
            "group-alias", "Create an alias of a group, or change one.",
            [
                Verb(
                    .update, "group-create-alias", "Create an alias of a group, or change one.",
                    Schema({ Input() }, [Self.id] + Self.fields)
                ) { call, input in try await write(call, input.change, id: input.id) }
            ])
    }

    private func write(_ call: Call, _ given: AliasChange, id: String) async throws -> Reply {
        var change = given
        if !change.mountAccessor.isEmpty {
            change.isLocal = try MountLabels(core: core, call.namespace).isLocal(change.mountAccessor)
        }
        let place = try await core.identities(call).writeGroupAlias(change, id: id)
        return place.map { .data(["canonical_id": .string($0.canonicalID), "id": .string($0.id)]) } ?? .empty
    }

    private var list: Path {
        Path(
            "group-alias/id", "List the ids of aliases of groups.",
            [
                Verb(.list, "group-list-aliases-by-id", "List the ids of aliases of groups.", Page.schema) {
                    call, page in
                    let mounts = MountLabels(core: core, call.namespace)
                    let aliases = try await core.identities(call).groupAliases(page)
                    let info = aliases.map { alias in
                        var object = alias.brief(mounts)
                        object["id"] = nil
                        object["canonical_id"] = .string(alias.canonicalID)
                        return (alias.id, object)
                    }
                    return try .list(aliases.map(\.id), info: info)
                }
            ])
    }

    private var one: Path {
        Path(
            "group-alias/id/:id", "Read, change or delete an alias of a group.",
            captures: ["id": "Id of the alias."],
            [
                Verb(.read, "group-read-alias-by-id", "Read an alias.") { call in
                    guard let alias = try await core.identities(call).group(aliasID: call.capture("id"))?.alias else {
                        throw EngineError.notFound
                    }
                    var object = alias.shown(MountLabels(core: core, call.namespace))
                    object["namespace_id"] = .string(call.namespace.id)
                    return .data(object.sortedByKey)
                },
                Verb(.update, "group-update-alias-by-id", "Change an alias.", Schema({ Input() }, Self.fields)) {
                    call, input in
                    try await write(call, input.change, id: call.capture("id"))
                },
                Verb(.delete, "group-delete-alias-by-id", "Delete an alias.") { call in
                    try await core.identities(call).deleteGroupAlias(id: call.capture("id"))
                    return .empty
                },
            ])
    }
}
