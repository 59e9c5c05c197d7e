internal import CofferFramework
internal import CofferJSON
internal import CofferStorage

/// `auth/token/roles`: token roles as stored records.
enum TokenRolePaths {
    private static let roles: Resource<TokenRole> = {
        var roles = Resource(TokenRole.schema, folder: "roles/")
        roles.validate = { _, role in
            try role.check()
            return []
        }
        return roles
    }()

    /// The role with this name, or nil.
    static func load(_ name: String, from storage: StorageView) async throws -> TokenRole? {
        guard var role = try await roles.load(name, from: storage) else { return nil }
        role.name = name
        return role
    }

    static var paths: [Path] {
        let record = roles.path(
            "roles/:role_name", noun: "a token role", synopsis: "Read, write or delete a token role.",
            captures: ["role_name": "Name of the role."], idSuffix: "role")
        let read = Verb(.read, "read-role", "Read a token role.") { call in
            guard let role = try await load(call.capture("role_name"), from: call.storage) else {
                throw EngineError.notFound
            }
            return .data(role.shown)
        }
        return [
            roles.listPath("roles", synopsis: "List the token roles.", idSuffix: "roles"),
            Path(
                "roles/:role_name", record.synopsis, captures: ["role_name": "Name of the role."],
                exists: record.exists, [read] + record.verbs.filter { $0.operation != .read }),
        ]
    }
}
