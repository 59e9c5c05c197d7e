internal import CofferClient
internal import CofferJSON
internal import GoFlags

extension DataCommands {
    static let read = Command(
        name: "read", synopsis: "Read data and retrieves secrets", arguments: "[options] PATH [DATA K=V...]",
        about: """
            Reads what is at the path: a secret, fresh credentials, settings.

                $ {name} read cubbyhole/note

            Data after the path is sent as query parameters.
            """,
        output: [.field, .format, .raw], count: .atLeast(1),
        run: { call in
            let client = try call.client()
            let path = APIPath.plain(call.arguments[0])
            let query = try call.data(after: 1).parameters
            if call.format == .raw { return try await readRaw(call, client, path, query) }
            let secret = try await explaining("Error reading \(path)") { () async throws(ClientError) in
                try await client.read(path, query: query)
            }
            guard let secret else { throw CommandFailure.remote("No value found at \(path)") }
            return try call.showField(of: secret) ?? call.show(secret)
        })

    private static func readRaw(
        _ call: Invocation, _ client: Client, _ path: String, _ query: [(name: String, value: String)]
    ) async throws -> Int32 {
        let answer = try await explaining("Error reading: \(path)") { () async throws(ClientError) in
            try await client.call(APIRequest(.get, path, query: query))
        }
        call.console.output(answer.body + [UInt8(ascii: "\n")])
        return 0
    }
}
