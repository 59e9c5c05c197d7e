internal import CofferClient
internal import CofferJSON
internal import GoFlags

extension DataCommands {
    static let list = Command(
        name: "list", synopsis: "List data or secrets", arguments: "[options] PATH",
        about: """
            Lists the names below the path; folders end in a slash.

                $ {name} list cubbyhole/

            Some paths know more about what they list: -detailed shows it. Long lists
            can be read in parts with -after and -limit.
            """,
        output: [.format, .detailed],
        groups: [
            FlagGroup(
                "Command Options",
                [
                    Flag("after", "Start with the name after this one."),
                    Flag("limit", .int, default: "-1", "List at most this many names."),
                ])
        ], count: .exactly(1),
        run: { call in
            let client = try call.client()
            let path = APIPath.plain(call.arguments[0])
            var query: [(name: String, value: String)] = []
            // A path that does not page would warn of parameters that it does not know.
            if !call.flags.string("after").isEmpty || call.flags.int("limit") > 0 {
                query = [("after", call.flags.string("after")), ("limit", String(call.flags.int("limit")))]
            }
            let page = query
            let secret = try await explaining("Error listing \(path)") { () async throws(ClientError) in
                try await client.list(path, query: page)
            }
            return try call.showListed(secret, path)
        })
}

extension Invocation {
    /// The answer to a list.
    func showListed(_ secret: Secret?, _ path: String) throws -> Int32 {
        if let secret, secret.isWrapped { return try show(secret) }
        if format != .table, secret?.keys == nil {
            _ = try show(JSON.object([:]))
            return 2
        }
        guard let secret else { throw CommandFailure.remote("No value found at \(path)") }
        if secret.data == nil { return try show(secret) }
        guard secret.keys != nil else { throw CommandFailure.remote("No entries found at \(path)") }
        return try showKeys(secret)
    }
}
