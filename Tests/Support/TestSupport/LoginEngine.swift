package import CofferFramework

/// The smallest auth method: `login/:name` lets everybody in, as the `role` that they name.
package struct LoginEngine: LoginRoles {
    package let paths = PathTable([
        Path(
            "login/:name", "Log in.", captures: ["name": "User."],
            traits: .traits {
                $0.unauthenticated = [.update]
                $0.isLogin = true
            },
            [
                Verb(.update, "login", "Log in.") { call in
                    var reply = Reply.empty
                    reply.auth = .grant(AuthGrant(displayName: call.capture("name"), policies: ["default"]))
                    return reply
                }
            ])
    ])

    package static let kind = EngineKind(type: "open", class: .auth, version: "v0.1.0+builtin.test") { _ in
        LoginEngine()
    }
}
