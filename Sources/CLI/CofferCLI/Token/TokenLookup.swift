internal import CofferBase
internal import CofferClient
internal import CofferJSON
internal import GoFlags

extension TokenCommands {
    private static let byAccessor = Flag("accessor", .bool, "The argument is an accessor; the token is not shown.")

    static let lookup = Command(
        name: "token lookup", synopsis: "Display information about a token",
        arguments: "[options] [TOKEN | ACCESSOR]",
        about: """
            Prints what is known about a token; without an argument, about the current one.

                $ {name} token lookup
                $ {name} token lookup -accessor 9793c9b3e04a46f3
            """,
        output: [.format], groups: [FlagGroup("Command Options", [byAccessor])],
        run: { call in
            try checkLookup(call)
            let client = try call.client()
            let argument = call.arguments.first?.trimmingSpaces ?? ""
            let request: APIRequest =
                argument.isEmpty
                ? APIRequest(.get, "auth/token/lookup-self")
                : call.flags.bool("accessor")
                    ? APIRequest(.post, "auth/token/lookup-accessor", body: ["accessor": .string(argument)])
                    : APIRequest(.post, "auth/token/lookup", body: ["token": .string(argument)])
            let secret = try await explaining("Error looking up token") { () async throws(ClientError) in
                try await client.call(request).secret()
            }
            return try secret.map { try call.show($0) } ?? 0
        })

    private static func checkLookup(_ call: Invocation) throws {
        let count = call.arguments.count
        if call.flags.bool("accessor") {
            if count < 1 {
                throw CommandFailure.local("Not enough arguments with -accessor (expected 1, got \(count))")
            }
            if count > 1 { throw CommandFailure.local("Too many arguments with -accessor (expected 1, got \(count))") }
        } else if count > 1 {
            throw CommandFailure.local("Too many arguments (expected 0-1, got \(count))")
        }
    }

    static let renew = Command(
        name: "token renew", synopsis: "Renew a token lease", arguments: "[options] [TOKEN]",
        about: """
            Prolongs the life of a token; without an argument, of the current one.

                $ {name} token renew
                $ {name} token renew -increment=30m hvs.CAESIExample
            """,
        output: [.format],
        groups: [
            FlagGroup(
                "Command Options",
                [
                    byAccessor,
                    Flag(
                        "increment", .duration, aliases: ["i"],
                        "Lifetime to ask for; the server may give less. A number with a suffix such as \"30s\"."),
                ])
        ], count: .between(0, 1),
        run: { call in
            let client = try call.client()
            let argument = call.arguments.first?.trimmingSpaces ?? ""
            let increment = JSON.int(max(call.flags.duration("increment").wholeSeconds, 0))
            let request: APIRequest =
                argument.isEmpty
                ? APIRequest(.put, "auth/token/renew-self", body: ["increment": increment])
                : call.flags.bool("accessor")
                    ? APIRequest(
                        .post, "auth/token/renew-accessor",
                        body: ["accessor": .string(argument), "increment": increment])
                    : APIRequest(
                        .put, "auth/token/renew", body: ["token": .string(argument), "increment": increment])
            let secret = try await explaining("Error renewing token") { () async throws(ClientError) in
                try await client.call(request).secret()
            }
            return try secret.map { try call.show($0) } ?? 0
        })
}
