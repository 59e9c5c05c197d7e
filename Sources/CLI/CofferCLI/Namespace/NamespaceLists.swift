internal import CofferClient
internal import GoFlags

extension NamespaceCommands {
    static let list = Command(
        name: "namespace list", synopsis: "List child namespaces", arguments: "[options]",
        about: """
            Lists the namespaces directly below the one of the command.

                $ {name} namespace list -detailed
            """,
        output: [.format, .detailed], count: .exactly(0),
        run: { call in
            let client = try call.client()
            let secret = try await explaining("Error listing namespaces") { () async throws(ClientError) in
                try await client.list("sys/namespaces")
            }
            return try show(secret, call)
        })

    static let scan = Command(
        name: "namespace scan", synopsis: "List child namespaces at any depth", arguments: "[options]",
        about: """
            Lists the namespaces below the one of the command, with those below them.

                $ {name} namespace scan
            """,
        output: [.format, .detailed], count: .exactly(0),
        run: { call in
            let client = try call.client()
            let secret = try await explaining("Error scanning namespaces") { () async throws(ClientError) in
                try await client.read("sys/namespaces", query: [("scan", "true")])
            }
            return try show(secret, call)
        })

    private static func show(_ secret: Secret?, _ call: Invocation) throws -> Int32 {
        guard secret?.keys?.isEmpty == false else {
            if call.format != .table { return try call.showListed(secret, "sys/namespaces") }
            call.warn("No namespaces found")
            return 2
        }
        return try call.showListed(secret, "sys/namespaces")
    }
}
