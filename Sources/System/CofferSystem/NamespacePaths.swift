internal import CofferCore
internal import CofferFramework
internal import CofferJSON
internal import MountService
internal import NamespaceService

/// `sys/namespaces`: the namespaces directly below the one of the request.
struct NamespacePaths {
    let core: Core

    struct Input: Sendable {
        var metadata: [String: String] = [:]

        static let schema = Schema<Input>(
            { Input() }, [Field("custom_metadata", \.metadata, "What operators note about the namespace.")])
    }

    private static let help = ["path": "Name of the namespace."]

    var paths: [Path] { [list] + NamespaceLockPaths(core: core).paths + [one] }

    private var list: Path {
        Path(
            "namespaces", "The namespaces below this one.",
            [
                Verb(.list, "list-namespaces", "List the namespaces directly below this one.", Page.schema) {
                    call, page in
                    try list(call, page, isDeep: false)
                },
                Verb(.scan, "scan-namespaces", "List the namespaces below this one, at any depth.", Page.schema) {
                    call, page in
                    try list(call, page, isDeep: true)
                },
            ])
    }

    private func list(_ call: Call, _ page: Page, isDeep: Bool) throws -> Reply {
        let found = try core.open().namespaces.table.namespaces(below: call.namespace, isDeep: isDeep)
        var info: [String: JSONObject] = [:]
        for namespace in found {
            info[call.namespace.relativePath(of: namespace.reference)] = Self.shown(namespace)
        }
        let names = page.part(of: found.map { call.namespace.relativePath(of: $0.reference) })
        if names.isEmpty { throw EngineError.notFound }
        let members = names.map { JSONObject.Member(key: $0, value: .object(info[$0] ?? [:])) }
        return .data(["key_info": .object(JSONObject(uniqueMembers: members)), "keys": .strings(names)])
    }

    private static func shown(_ namespace: Namespace) -> JSONObject {
        let entry = namespace.entry
        return [
            "custom_metadata": entry.customMetadata.wire, "id": .string(entry.id), "locked": .bool(entry.isLocked),
            "path": .string(entry.path), "tainted": .bool(entry.isDeleting), "uuid": .string(entry.uuid),
        ]
    }

    private var one: Path {
        Path(
            "namespaces/*path", "Create, read, change or delete a namespace.", captures: Self.help,
            [
                Verb(.read, "read-namespaces-path", "Read a namespace.") { call in
                    guard let namespace = try find(call) else { throw EngineError.notFound }
                    return .data(Self.shown(namespace))
                },
                Verb(.update, "write-namespaces-path", "Create a namespace, or replace its metadata.", Input.schema) {
                    call, input in
                    try await write(call, input)
                },
                Verb(
                    .patch, "patch-namespaces-path", "Change single keys of a namespace's metadata.",
                    input: Input.schema.descriptors
                ) { call in try await patch(call) },
                Verb(.delete, "delete-namespaces-path", "Delete a namespace with all that is in it.") { call in
                    try await delete(call)
                },
            ])
    }

    /// The namespace that the call names, one that is being deleted included.
    private func find(_ call: Call) throws -> Namespace? {
        let name = try NamespaceNames.segment(call.capture("path"))
        return try core.open().namespaces.table[call.namespace.path + name + "/"]
    }

    private func write(_ call: Call, _ input: Input) async throws -> Reply {
        let services = try core.open()
        if let known = try find(call), !known.entry.isDeleting {
            let changed = try await services.namespaces.update(known.entry.id) { $0.customMetadata = input.metadata }
            return .data(Self.shown(changed))
        }
        let routes = services.mounts.routes(in: call.namespace)
        let made = try await services.namespaces.create(
            call.capture("path"), in: call.namespace, metadata: input.metadata
        ) { path in routes.mount(inTheWayOf: path) }
        return .data(Self.shown(made))
    }

    private func patch(_ call: Call) async throws -> Reply {
        guard let known = try find(call) else { throw NamespaceTexts.unknown }
        let changes = call.fields["custom_metadata"]?.objectValue ?? [:]
        let changed = try await core.open().namespaces.update(known.entry.id) { entry in
            for member in changes.members {
                if member.value == .null {
                    entry.customMetadata[member.key] = nil
                } else if let text = member.value.stringValue {
                    entry.customMetadata[member.key] = text
                } else {
                    throw EngineError.badRequest("custom_metadata values must be strings")
                }
            }
        }
        return .data(Self.shown(changed))
    }

    /// Answers before the work is done. Asked again, what could not be revoked is tried again.
    private func delete(_ call: Call) async throws -> Reply {
        let services = try core.open()
        guard let known = try find(call) else {
            _ = try NamespaceNames.checked(call.capture("path"))
            return Reply.empty.warning("requested namespace does not exist")
        }
        if !services.namespaces.table.namespaces(below: known.reference, isDeep: false).isEmpty {
            throw NamespaceTexts.hasChildren(known.entry.path)
        }
        _ = try await services.namespaces.beginDeletion(of: known.entry.id)
        await services.removals.add(known.entry.id)
        return .data(["status": "in-progress"])
    }
}
