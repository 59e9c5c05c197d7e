internal import CofferFramework

/// `role/`: roles, and each of their settings as a path of its own.
struct RolePaths {
    let roles: Resource<Role>

    static let captures = ["role_name": "Name of the role."]

    var all: [Path] {
        [
            roles.listPath("role", synopsis: "List the roles.", idSuffix: "roles"),
            roles.path(
                "role/:role_name", noun: "a role", synopsis: "Create, read, change or delete a role.",
                captures: Self.captures, idSuffix: "role"),
            setting("role-id", "The role id.", ["role_id"], [.read, .update]),
            setting("local-secret-ids", "Whether secret ids stay on this cluster.", ["local_secret_ids"], [.read]),
            setting("bind-secret-id", "Whether a login must show a secret id.", ["bind_secret_id"]),
            setting("secret-id-num-uses", "How often secret ids may be used.", ["secret_id_num_uses"]),
            setting("secret-id-ttl", "How long secret ids may be used.", ["secret_id_ttl"]),
            setting("secret-id-bound-cidrs", "Networks that may log in.", ["secret_id_bound_cidrs"]),
            setting("bound-cidr-list", "Networks that may log in, under an old name.", ["bound_cidr_list"]),
            setting("token-bound-cidrs", "Networks that may use the tokens.", ["token_bound_cidrs"]),
            setting("token-num-uses", "How often the tokens may be used.", ["token_num_uses"]),
            setting("token-ttl", "First lifetime of the tokens.", ["token_ttl"]),
            setting("token-max-ttl", "Longest life of the tokens.", ["token_max_ttl"]),
            setting("period", "Period of the tokens.", ["token_period", "period"]),
            setting("policies", "Policies of the tokens.", ["token_policies", "policies"]),
        ]
    }

    private func setting(
        _ name: String, _ synopsis: String, _ fields: [String],
        _ operations: [CofferFramework.Operation] = [.read, .update, .delete]
    ) -> Path {
        roles.fieldPath(
            "role/:role_name/\(name)", fields, synopsis: synopsis, captures: Self.captures, idSuffix: name,
            operations: operations)
    }
}
