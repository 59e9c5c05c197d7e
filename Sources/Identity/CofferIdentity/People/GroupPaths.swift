internal import CofferCore
internal import CofferFramework
internal import CofferJSON
internal import IdentityService

/// `group`, `group/id`, `group/name`.
struct GroupPaths {
    let core: Core

    struct Input: Sendable {
        var id: String?
        var name: String?
        var kind = ""
        var change = GroupChange()

        func complete() throws(EngineError) -> GroupChange {
            var change = change
            change.name = name ?? ""
            if !kind.isEmpty {
                guard let kind = Group.Kind(rawValue: kind) else { throw IdentityTexts.badGroupKind }
                change.kind = kind
            }
            return change
        }
    }

    private static let id = Field<Input>("id", \.id, "Id of a group to change.")
    private static let name = Field<Input>("name", \.name, "Name of the group.")
    private static let fields: [Field<Input>] = [
        Field("type", \.kind, "internal or external; internal when not given. Cannot be changed."),
        Field("metadata", \.change.metadata, "What is known about the group; replaces what was there."),
        Field("policies", \.change.policies, "Policies that the tokens of its members have beside their own."),
        Field("member_entity_ids", \.change.memberEntityIDs, "Entities in the group; replaces those that were."),
        Field("member_group_ids", \.change.memberGroupIDs, "Groups in the group; replaces those that were."),
    ]

    var paths: [Path] { [create, listByID, byID, listByName, byName] }

    private var create: Path {
        Path(
            "group", "Create a group, or change one.",
            [
                Verb(
                    .update, "group-create", "Create a group, or change one.",
                    Schema({ Input() }, [Self.id, Self.name] + Self.fields)
                ) { call, input in
                    let selector: GroupSelector =
                        if let id = input.id, !id.isEmpty { .id(id) } else if let name = input.name, !name.isEmpty {
                            .name(name)
                        } else { .new }
                    return try await write(call, input, to: selector)
                }
            ])
    }

    private func write(_ call: Call, _ input: Input, to selector: GroupSelector) async throws -> Reply {
        let (group, isNew) = try await core.identities(call).write(try input.complete(), to: selector)
        return isNew ? .data(["id": .string(group.id), "name": .string(group.name)]) : .empty
    }

    private var listByID: Path {
        Path(
            "group/id", "List the ids of groups.",
            [
                Verb(.list, "group-list-by-id", "List the ids of groups.", Page.schema) { call, page in
                    let groups = try await core.identities(call).groups(page)
                    return try .list(groups.map(\.id), info: try await info(groups, call))
                }
            ])
    }

    private var listByName: Path {
        Path(
            "group/name", "List the names of groups.",
            [
                Verb(.list, "group-list-by-name", "List the names of groups.", Page.schema) { call, page in
                    let groups = try await core.identities(call).groupsByName(page)
                    return try .list(groups.map(\.name), info: try await info(groups, call))
                }
            ])
    }

    private func info(_ groups: [Group], _ call: Call) async throws -> [(String, JSONObject)] {
        let store = try core.identities(call)
        let mounts = MountLabels(core: core, call.namespace)
        var info: [(String, JSONObject)] = []
        for group in groups {
            var object: JSONObject = [
                "name": .string(group.name),
                "num_member_entities": .int(try await store.memberEntityIDs(ofGroup: group.id).count),
                "num_parent_groups": .int(try await store.parentIDs(ofGroup: group.id).count),
            ]
            if let alias = group.alias { object["alias"] = .object(alias.brief(mounts)) }
            info.append((group.id, object))
        }
        return info
    }

    private var byID: Path {
        Path(
            "group/id/:id", "Read, change or delete a group by its id.", captures: ["id": "Id of the group."],
            [
                Verb(.read, "group-read-by-id", "Read a group.") { call in
                    let group = try await core.identities(call).group(id: call.capture("id"))
                    return try await core.read(group, call)
                },
                Verb(
                    .update, "group-update-by-id", "Change a group.",
                    Schema({ Input() }, [Self.name] + Self.fields)
                ) { call, input in try await write(call, input, to: .id(call.capture("id"))) },
                Verb(.delete, "group-delete-by-id", "Delete a group.") { call in
                    try await core.identities(call).deleteGroup(id: call.capture("id"))
                    return .empty
                },
            ])
    }

    private var byName: Path {
        Path(
            "group/name/*name", "Read, write or delete a group by its name.",
            captures: ["name": "Name of the group."],
            [
                Verb(.read, "group-read-by-name", "Read a group.") { call in
                    let group = try await core.identities(call).group(name: call.capture("name"))
                    return try await core.read(group, call)
                },
                Verb(
                    .update, "group-update-by-name", "Create or change a group.",
                    Schema({ Input() }, [Self.id] + Self.fields)
                ) { call, input in try await write(call, input, to: .name(call.capture("name"))) },
                Verb(.delete, "group-delete-by-name", "Delete a group.") { call in
                    try await core.identities(call).deleteGroup(name: call.capture("name"))
                    return .empty
                },
            ])
    }
}

extension Core {
    /// The answer of a read; 404 when there is no such group.
    func read(_ group: Group?, _ call: Call) async throws -> Reply {
        guard let group else { throw EngineError.notFound }
        let store = try identities(call)
        var object = group.shown(MountLabels(core: self, call.namespace), namespaceID: call.namespace.id)
        object["member_entity_ids"] = .strings(try await store.memberEntityIDs(ofGroup: group.id))
        object["member_group_ids"] = try await store.memberGroupIDs(ofGroup: group.id).wireOrNull
        object["parent_group_ids"] = try await store.parentIDs(ofGroup: group.id).wireOrNull
        return .data(object.sortedByKey)
    }
}
