/// The policies that every server has, and the rules about their names.
package enum DefaultPolicies {
    /// Policies that are made by the server: never written, never deleted.
    package static let immutable: Set<String> = ["root", "response-wrapping", "control-group"]
    /// Policies that no caller may give to a token.
    package static let unassignable: Set<String> = ["response-wrapping", "control-group"]

    /// Given to every token unless `no_default_policy` (contract, "Default policy").
    package static let defaultText = """
        # Every token may look after itself.
        path "auth/token/lookup-self" { capabilities = ["read"] }
        path "auth/token/renew-self" { capabilities = ["update"] }
        path "auth/token/revoke-self" { capabilities = ["update"] }
        path "sys/capabilities-self" { capabilities = ["update"] }

        # What the token's entity and policies are.
        path "identity/entity/id/{{identity.entity.id}}" { capabilities = ["read"] }
        path "identity/entity/name/{{identity.entity.name}}" { capabilities = ["read"] }
        path "sys/internal/ui/resultant-acl" { capabilities = ["read"] }

        # Leases that it knows by id.
        path "sys/renew" { capabilities = ["update"] }
        path "sys/leases/renew" { capabilities = ["update"] }
        path "sys/leases/lookup" { capabilities = ["update"] }

        # A private place, and wrapped answers.
        path "cubbyhole/*" { capabilities = ["create", "read", "update", "delete", "list"] }
        path "sys/wrapping/wrap" { capabilities = ["update"] }
        path "sys/wrapping/lookup" { capabilities = ["update"] }
        path "sys/wrapping/unwrap" { capabilities = ["update"] }

        # Tools without effect.
        path "sys/tools/hash" { capabilities = ["update"] }
        path "sys/tools/hash/*" { capabilities = ["update"] }
        path "sys/control-group/request" { capabilities = ["update"] }
        path "identity/oidc/provider/+/authorize" { capabilities = ["read", "update"] }

        """

    /// A fixed policy by its lower-case name; nil for any other.
    static func fixed(_ name: String) throws(PolicyError) -> Policy? {
        switch name {
        case "response-wrapping":
            try Policy.parse(
                name: name, namespace: "root",
                text: """
                    path "cubbyhole/response" { capabilities = ["create", "read"] }
                    path "sys/wrapping/unwrap" { capabilities = ["update"] }

                    """)
        case "control-group":
            try Policy.parse(
                name: name, namespace: "root",
                text: """
                    path "cubbyhole/control-group" { capabilities = ["update", "create", "read"] }
                    path "sys/wrapping/unwrap" { capabilities = ["update"] }

                    """)
        default: nil
        }
    }
}
