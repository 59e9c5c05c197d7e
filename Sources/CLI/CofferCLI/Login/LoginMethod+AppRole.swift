internal import CofferClient
internal import CofferJSON

extension LoginMethod {
    /// A role id and, where the role wants one, a secret id.
    static let approle = LoginMethod(
        type: "approle",
        help: """
            Usage: {name} login -method=approle [CONFIG K=V...]

              Logs in with a role id and a secret id.

                  $ {name} login -method=approle role_id=db02de05 secret_id=@secret-id
                  $ {name} login -method=approle role_id=db02de05
                  Secret ID (will be hidden):

            Configuration:

              role_id=<string>
                  Role id of the role.

              secret_id=<string>
                  Secret id; asked for on the terminal when it is not given. Not every role needs one.
            """,
        run: { call, client, settings, mount in
            guard let roleID = settings["role_id"], !roleID.isEmpty else {
                throw LoginFailure("'role_id' must be specified")
            }
            let secretID = settings["secret_id"] ?? call.ask("Secret ID (will be hidden): ")
            var body: JSONObject = ["role_id": .string(roleID)]
            if !secretID.isEmpty { body["secret_id"] = .string(secretID) }
            return try await client.write("auth/\(mount)/login", .object(body))
        })
}
