internal import CofferBase
internal import CofferClient
internal import CofferJSON
internal import GoFlags

/// The commands for leases.
enum LeaseCommands {
    static let all = [
        Command.family(
            "lease", "Interact with leases",
            about: """
                Looks up, renews and revokes leases of secrets.

                    $ {name} lease lookup database/creds/web/2f6a614c
                    $ {name} lease renew database/creds/web/2f6a614c
                    $ {name} lease revoke database/creds/web/2f6a614c
                """),
        lookup, renew, revoke,
    ]

    private static let lookup = Command(
        name: "lease lookup", synopsis: "Lookup the lease of a secret", arguments: "[options] ID",
        about: """
            Prints when a lease was made, when it ends, and whether it can be renewed.

                $ {name} lease lookup database/creds/web/2f6a614c
            """,
        output: [.format], count: .exactly(1),
        run: { call in
            let client = try call.client()
            let id = call.arguments[0].trimmingSpaces
            let request = APIRequest(.put, "sys/leases/lookup", body: ["lease_id": .string(id)])
            let secret = try await explaining("Error looking up lease id \(id)") { () async throws(ClientError) in
                try await client.call(request).secret()
            }
            return try secret.map { try call.show($0) } ?? 0
        })

    private static let renew = Command(
        name: "lease renew", synopsis: "Renews the lease of a secret", arguments: "[options] ID",
        about: """
            Prolongs a lease, so that its secret can be used longer.

                $ {name} lease renew -increment=1h database/creds/web/2f6a614c
            """,
        output: [.format],
        groups: [
            FlagGroup(
                "Command Options",
                [
                    Flag(
                        "increment", .duration, aliases: ["i"],
                        "Lifetime to ask for; the server may give less. A number with a suffix such as \"30s\".")
                ])
        ], count: .exactly(1),
        run: { call in
            let client = try call.client()
            let id = call.arguments[0].trimmingSpaces
            let increment = JSON.int(max(call.flags.duration("increment").wholeSeconds, 0))
            let request = APIRequest(
                .put, "sys/leases/renew", body: ["increment": increment, "lease_id": .string(id)])
            let secret = try await explaining("Error renewing \(id)") { () async throws(ClientError) in
                try await client.call(request).secret()
            }
            return try secret.map { try call.show($0) } ?? 0
        })
}
