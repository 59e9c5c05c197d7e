internal import CofferClient
internal import CofferJSON

/// A way to log in from the command line.
struct LoginMethod: Sendable {
    let type: String
    let help: String
    /// Logs in with `k=v` settings at the mount.
    let run: @Sendable (Invocation, inout Client, [String: String], String) async throws -> Secret?

    static func named(_ type: String) -> LoginMethod? { all.first { $0.type == type } }

    private static let all =
        [token, cert, approle]
        + ["userpass", "ldap", "okta", "radius"].map { password($0) }
        + [
            fields("jwt", ["role", "jwt"]),
            fields("kubernetes", ["role", "jwt"]), fields("github", ["token"]),
        ]

    private static func password(_ type: String) -> LoginMethod {
        LoginMethod(
            type: type,
            help: """
                Usage: {name} login -method=\(type) [CONFIG K=V...]

                  Logs in with a name and a password.

                      $ {name} login -method=\(type) username=sally
                      Password (will be hidden):

                Configuration:

                  username=<string>
                      Name of the user.

                  password=<string>
                      Password; asked for on the terminal when it is not given.
                """,
            run: { call, client, settings, mount in
                guard let user = settings["username"], !user.isEmpty else {
                    throw LoginFailure("'username' must be specified")
                }
                var password = settings["password"] ?? ""
                if password.isEmpty {
                    guard call.isInteractive else {
                        throw LoginFailure("'password' must be specified and refusing to pull from stdin")
                    }
                    password = call.ask("Password (will be hidden): ")
                }
                return try await client.write("auth/\(mount)/login/\(user)", ["password": .string(password)])
            })
    }

    /// A login that sends the given fields as they are.
    private static func fields(_ type: String, _ names: [String]) -> LoginMethod {
        let list = names.map { "  \($0)=<string>" }.joined(separator: "\n")
        return LoginMethod(
            type: type,
            help: """
                Usage: {name} login -method=\(type) [CONFIG K=V...]

                Configuration:

                \(list)
                """,
            run: { _, client, settings, mount in
                var body = JSONObject()
                for name in names { body[name] = settings[name].map { .string($0) } }
                return try await client.write("auth/\(mount)/login", .object(body))
            })
    }

    private static let cert = LoginMethod(
        type: "cert",
        help: """
            Usage: {name} login -method=cert [CONFIG K=V...]

              Logs in with the certificate in -client-cert and -client-key.

            Configuration:

              name=<string>
                  Name of the role to use.
            """,
        run: { _, client, settings, mount in
            let name = settings["name"] ?? ""
            return try await client.write("auth/\(mount)/login", name.isEmpty ? [:] : ["name": .string(name)])
        })
}

/// Why a login could not be tried.
struct LoginFailure: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}
