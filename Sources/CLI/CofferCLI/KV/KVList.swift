internal import CofferClient
internal import CofferJSON
internal import GoFlags

extension KVCommands {
    static let list = Command(
        name: "kv list", synopsis: "List data or secrets", arguments: "[options] PATH",
        about: """
            Lists the names of the secrets below the path; folders end in a slash.

                $ {name} kv list -mount=secret
                $ {name} kv list secret/app/
            """,
        output: [.format, .detailed], groups: options(), count: .between(0, 1),
        run: { call in
            if call.arguments.isEmpty, call.flags.string("mount").isEmpty {
                throw CommandFailure.local("Not enough arguments (expected 1, got 0)")
            }
            let client = try call.client()
            let path = try await call.target(client).path("metadata")
            let secret = try await explaining("Error listing \(path)") { () async throws(ClientError) in
                try await client.list(path)
            }
            guard let secret else { return try call.showListed(nil, path) }
            guard secret.data != nil || secret.isWrapped || call.format != .table else {
                throw CommandFailure.remote("No value found at \(path)")
            }
            return try call.showListed(secret, path)
        })
}
