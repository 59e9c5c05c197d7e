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
        roles.shown = { call, role in
            var role = role
            role.name = call.capture("role_name")
            return role.shown
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
        [
            roles.listPath("roles", synopsis: "List the token roles.", idSuffix: "roles"),
            roles.path(
                "roles/:role_name", noun: "a token role", synopsis: "Read, write or delete a token role.",
                captures: ["role_name": "Name of the role."], idSuffix: "role"),
        ]
    }
}
