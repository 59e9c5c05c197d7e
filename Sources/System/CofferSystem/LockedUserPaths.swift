internal import CofferCore
internal import CofferFramework
internal import CofferJSON
internal import LockoutService
internal import MountService

/// `sys/locked-users`: who is locked out after failed logins.
struct LockedUserPaths {
    let core: Core

    struct Input: Sendable {
        var accessor = ""

        static let schema = Schema<Input>(
            { Input() },
            [Field("mount_accessor", \.accessor, "Only the users of the auth method with this accessor.").query])
    }

    var paths: [Path] {
        [
            Path(
                "locked-users", "List the users that are locked out.",
                [
                    Verb(.read, "locked-users-list", "List the users that are locked out.", Input.schema) {
                        call, input in
                        if !input.accessor.isEmpty { try check(input.accessor, call) }
                        return .data(try report(call, input.accessor))
                    }
                ]),
            Path(
                "locked-users/:mount_accessor/unlock/*alias_identifier", "Let a user log in again.",
                captures: [
                    "mount_accessor": "Accessor of the auth method.",
                    "alias_identifier": "Name of the user's alias: the user's name, or the id of an AppRole.",
                ],
                [
                    Verb(.update, "locked-users-unlock", "Let a user log in again.") { call in
                        try check(call.capture("mount_accessor"), call)
                        let name = LockedName(
                            accessor: call.capture("mount_accessor"), alias: call.capture("alias_identifier"))
                        try await core.open().lockouts.unlock(name)
                        return .empty
                    }
                ]),
        ]
    }

    private func check(_ accessor: String, _ call: Call) throws {
        guard try core.open().mounts.routes(in: call.namespace).route(accessor: accessor) != nil else {
            throw EngineError.badRequest("mount_accessor names no mount")
        }
    }

    /// Grouped by namespace and mount, with counts: this namespace and those below it.
    private func report(_ call: Call, _ accessor: String) throws -> JSONObject {
        let services = try core.open()
        let names = services.lockouts.locked.filter { accessor.isEmpty || $0.accessor == accessor }
        let locked = Dictionary(grouping: names, by: \.accessor)
        // Auth methods are always stored, so that no namespace need be looked into.
        let routes =
            locked.isEmpty
            ? []
            : services.mounts.everyStoredRoute.filter { route in
                locked[route.entry.accessor] != nil && call.namespace.contains(route.namespace)
            }
        let byNamespace = Dictionary(grouping: routes, by: \.namespace).sorted { $0.key.path < $1.key.path }
        var total = 0
        let groups = byNamespace.map { namespace, routes in
            let mine = locked.filter { found in routes.contains { $0.entry.accessor == found.key } }
            let count = mine.values.reduce(0) { $0 + $1.count }
            total += count
            return Self.group(namespace, mine, count)
        }
        return ["by_namespace": .array(groups), "total": .int(Int64(total))]
    }

    private static func group(_ namespace: NamespaceReference, _ names: [String: [LockedName]], _ count: Int) -> JSON {
        let mounts = names.sorted { $0.key < $1.key }.map { accessor, names in
            JSON.object([
                "mount_accessor": .string(accessor), "counts": .int(Int64(names.count)),
                "alias_identifiers": .strings(names.map(\.alias)),
            ])
        }
        return [
            "namespace_id": .string(namespace.id), "namespace_path": .string(namespace.path),
            "counts": .int(Int64(count)), "mount_accessors": .array(mounts),
        ]
    }
}
