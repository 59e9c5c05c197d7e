internal import CofferClient
internal import CofferJSON
internal import GoFlags

extension DataCommands {
    static let delete = Command(
        name: "delete", synopsis: "Delete secrets and configuration", arguments: "[options] PATH",
        about: """
            Removes what is at the path. What that means depends on what is mounted there.

                $ {name} delete cubbyhole/note
            """,
        output: [.field, .format], count: .atLeast(1, expected: "at least 1"),
        run: { call in
            let client = try call.client()
            let path = APIPath.plain(call.arguments[0])
            let query = try call.data(after: 1, failure: "Failed to parse string list data").parameters
            let secret = try await explaining("Error deleting \(path)") { () async throws(ClientError) in
                try await client.delete(path, query: query)
            }
            return try call.showDeleted(secret, path)
        })
}

extension Invocation {
    /// The answer to a removal; without one, a sentence in a table and nothing in the other forms.
    func showDeleted(_ secret: Secret?, _ path: String) throws -> Int32 {
        guard let secret else {
            if format == .table { say("Success! Data deleted (if it existed) at: \(path)") }
            return 0
        }
        return try showField(of: secret) ?? show(secret)
    }
}
