internal import CofferCore
internal import CofferFramework
internal import CofferJSON
internal import MountService

/// `sys/locked-users`: who is locked out after failed logins.
struct LockedUserPaths {
    let core: Core

    struct Input: Sendable {
        var mountAccessor = ""

        static let schema = Schema<Input>(
            { Input() }, [Field("mount_accessor", \.mountAccessor, "Only the users of this mount.").query])
    }

    var paths: [Path] {
        [
            Path(
                "locked-users", "The users that are locked out.",
                [
                    Verb(.read, "locked-users-list", "The users that are locked out.", Input.schema) { _, input in
                        if !input.mountAccessor.isEmpty { try check(input.mountAccessor) }
                        return .data(["by_namespace": [], "total": 0])
                    }
                ]),
            Path(
                "locked-users/:mount_accessor/unlock/*alias_identifier", "Unlock a user.",
                captures: [
                    "mount_accessor": "Accessor of the auth method.",
                    "alias_identifier": "Name of the user, or role id.",
                ],
                [
                    Verb(.update, "locked-users-unlock", "Unlock a user.") { call in
                        try check(call.capture("mount_accessor"))
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
}
