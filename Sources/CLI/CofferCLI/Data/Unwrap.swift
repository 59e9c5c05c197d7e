internal import CofferClient
internal import GoFlags

extension DataCommands {
    static let unwrap = Command(
        name: "unwrap", synopsis: "Unwrap a wrapped secret", arguments: "[options] [TOKEN]",
        about: """
            Opens a wrapping token and prints the answer in it. That works once.
            Without a token, the current one is taken for the wrapping token.

                $ {name} unwrap hvs.CAESIExample
            """,
        output: [.field, .format], count: .between(0, 1, expected: "0-1"),
        run: { call in
            let client = try call.client()
            let token = call.arguments.first?.trimmingSpaces ?? ""
            let secret = try await explaining("Error unwrapping") { () async throws(ClientError) in
                try await client.unwrap(token)
            }
            guard let secret else {
                if call.format == .table {
                    call.say("Successfully unwrapped. There was no data in the wrapped secret.")
                }
                return 0
            }
            if let status = try call.showField(of: secret) { return status }
            return try secret.keys == nil ? call.show(secret) : call.showKeys(secret)
        })
}
