package import CofferFramework

/// An auth method that believes whatever it is told: `login` lets in the alias that the body names.
package struct AliasLoginEngine: Engine {
    struct Input: Sendable {
        var alias = ""
        var metadata: [String: String] = [:]
        var groups: [String] = []
        var policies: [String] = ["default"]
        var type = ""

        static let schema = Schema<Input>(
            { Input() },
            [
                Field("alias", \.alias, "Who logs in."), Field("metadata", \.metadata, "What is known of them."),
                Field("groups", \.groups, "Groups they are in."), Field("policies", \.policies, "Policies."),
                Field("type", \.type, "Kind of the token."),
            ])
    }

    package let paths = PathTable([
        Path(
            "login", "Log in.",
            traits: .traits {
                $0.unauthenticated = [.update]
                $0.isLogin = true
            },
            [
                Verb(.update, "login", "Log in.", Input.schema) { _, input in
                    var grant = AuthGrant(displayName: "alias", policies: input.policies)
                    grant.aliasName = input.alias
                    grant.aliasMetadata = input.metadata
                    grant.groupAliases = input.groups
                    grant.type = TokenType(rawValue: input.type)
                    var reply = Reply.empty
                    reply.auth = .grant(grant)
                    return reply
                }
            ])
    ])

    package static let kind = EngineKind(type: "alias", class: .auth, version: "v0.1.0+builtin.test") { _ in
        AliasLoginEngine()
    }
}
