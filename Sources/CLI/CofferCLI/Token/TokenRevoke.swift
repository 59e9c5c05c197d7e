internal import CofferClient
internal import CofferJSON
internal import GoFlags

extension TokenCommands {
    static let revoke = Command(
        name: "token revoke", synopsis: "Revoke a token and its children", arguments: "[options] [TOKEN | ACCESSOR]",
        about: """
            Revokes a token and its children.

                $ {name} token revoke hvs.CAESIExample
                $ {name} token revoke -accessor 9793c9b3e04a46f3
                $ {name} token revoke -mode=orphan hvs.CAESIExample
            """,
        groups: [
            FlagGroup(
                "Command Options",
                [
                    Flag("accessor", .bool, "The argument is an accessor."),
                    Flag("self", .bool, "Revoke the current token."),
                    Flag(
                        "mode",
                        "\"orphan\": revoke the token only and leave its children. \"path\": revoke all tokens that "
                            + "were made at the path in the argument."),
                ])
        ],
        run: { call in
            try check(call.flags)
            let client = try call.client()
            let request = request(call.flags, call.arguments.first?.trimmingSpaces ?? "")
            _ = try await explaining("Error revoking token") { () async throws(ClientError) in
                try await client.call(request)
            }
            call.say("Success! Revoked token (if it existed)")
            return 0
        })

    private static func check(_ flags: ParsedFlags) throws {
        let (mode, count) = (flags.string("mode"), flags.arguments.count)
        let (isSelf, byAccessor) = (flags.bool("self"), flags.bool("accessor"))
        func refuse(_ condition: Bool, _ message: String) throws {
            if condition { throw CommandFailure.local(message) }
        }
        try refuse(!["", "orphan", "path"].contains(mode), "Invalid mode: \(mode)")
        try refuse(isSelf && count > 0, "Too many arguments with -self (expected 0, got \(count))")
        try refuse(!isSelf && count > 1, "Too many arguments (expected 1 or -self, got \(count))")
        try refuse(!isSelf && count < 1, "Not enough arguments (expected 1 or -self, got \(count))")
        try refuse(isSelf && byAccessor, "Cannot use -self with -accessor!")
        try refuse(isSelf && !mode.isEmpty, "Cannot use -self with -mode!")
        try refuse(byAccessor && !mode.isEmpty, "Cannot use -accessor with -mode=\(mode)!")
    }

    private static func request(_ flags: ParsedFlags, _ argument: String) -> APIRequest {
        if flags.bool("self") { return APIRequest(.put, "auth/token/revoke-self") }
        if flags.bool("accessor") {
            return APIRequest(.post, "auth/token/revoke-accessor", body: ["accessor": .string(argument)])
        }
        switch flags.string("mode") {
        case "orphan": return APIRequest(.put, "auth/token/revoke-orphan", body: ["token": .string(argument)])
        case "path": return APIRequest(.put, "sys/leases/revoke-prefix/" + argument)
        default: return APIRequest(.put, "auth/token/revoke", body: ["token": .string(argument)])
        }
    }
}
