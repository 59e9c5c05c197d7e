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
                    Verb(.read, "locked-users-list", "List the users that are locked out.", Input.schema) { _, input in
                        if !input.accessor.isEmpty { try check(input.accessor) }
                        let names = try core.open().lockouts.locked.filter {
                            input.accessor.isEmpty || $0.accessor == input.accessor
                        }
                        return .data(Self.report(names))
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
                        try check(call.capture("mount_accessor"))
                        let name = LockedName(
                            accessor: call.capture("mount_accessor"), alias: call.capture("alias_identifier"))
                        try await core.open().lockouts.unlock(name)
                        return .empty
                    }
                ]),
        ]
    }

    private func check(_ accessor: String) throws {
        guard try core.open().mounts.routes.route(accessor: accessor) != nil else {
            throw EngineError.badRequest("mount_accessor names no mount")
        }
    }

    /// Grouped by namespace and mount, with counts.
    private static func report(_ names: [LockedName]) -> JSONObject {
        let byAccessor = Dictionary(grouping: names, by: \.accessor).sorted { $0.key < $1.key }
        let mounts = byAccessor.map { accessor, names in
            JSON.object([
                "mount_accessor": .string(accessor), "counts": .int(Int64(names.count)),
                "alias_identifiers": .strings(names.map(\.alias)),
            ])
        }
        let root = JSON.object([
            "namespace_id": "root", "namespace_path": "", "counts": .int(Int64(names.count)),
            "mount_accessors": .array(mounts),
        ])
        return ["by_namespace": .array(names.isEmpty ? [] : [root]), "total": .int(Int64(names.count))]
    }
}
