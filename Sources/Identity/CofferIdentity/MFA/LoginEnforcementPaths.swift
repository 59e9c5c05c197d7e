internal import CofferCore
internal import CofferFramework
internal import CofferJSON
internal import IdentityService

/// `mfa/login-enforcement`: which logins need a second factor.
struct LoginEnforcementPaths {
    let core: Core

    private static let schema = Schema<LoginEnforcement>(
        { LoginEnforcement() },
        [
            Field("mfa_method_ids", \.methodIDs, "Methods, any of which will do."),
            Field("auth_method_accessors", \.mountAccessors, "Mounts whose logins it is for."),
            Field("auth_method_types", \.mountTypes, "Kinds of mounts whose logins it is for."),
            Field("identity_group_ids", \.groupIDs, "Groups whose members it is for."),
            Field("identity_entity_ids", \.entityIDs, "Entities that it is for."),
        ])

    var paths: [Path] { [list, one] }

    private func shown(_ enforcement: LoginEnforcement, _ call: Call) -> JSONObject {
        var object = Self.schema.encodeForReading(enforcement)
        object["id"] = .string(enforcement.id)
        object["name"] = .string(enforcement.name)
        object["namespace_id"] = .string(call.namespace.id)
        object["namespace_path"] = ""
        return object.sortedByKey
    }

    private var list: Path {
        Path(
            "mfa/login-enforcement", "List the enforcements.",
            [
                Verb(.list, "mfa-list-login-enforcements", "List the enforcements.", Page.schema) { call, page in
                    let all = try await core.identities(call).enforcements()
                    let names = page.part(of: all.map(\.name))
                    return try .list(
                        names, info: all.filter { names.contains($0.name) }.map { ($0.name, shown($0, call)) })
                }
            ])
    }

    private var one: Path {
        Path(
            "mfa/login-enforcement/:name", "Read, write or delete an enforcement.",
            captures: ["name": "Name of the enforcement."],
            [
                Verb(.read, "mfa-read-login-enforcement", "Read an enforcement.") { call in
                    guard let found = try await core.identities(call).enforcement(call.capture("name")) else {
                        throw EngineError.notFound
                    }
                    return .data(shown(found, call))
                },
                Verb(.update, "mfa-write-login-enforcement", "Create or change an enforcement.", Self.schema) {
                    call, given in
                    var enforcement = given
                    enforcement.name = call.capture("name")
                    for accessor in given.mountAccessors {
                        _ = try MountLabels(core: core, call.namespace).isLocal(accessor)
                    }
                    try await core.identities(call).write(enforcement)
                    return .empty
                },
                Verb(.delete, "mfa-delete-login-enforcement", "Delete an enforcement.") { call in
                    try await core.identities(call).deleteEnforcement(call.capture("name"))
                    return .empty
                },
            ])
    }
}
