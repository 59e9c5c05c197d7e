internal import CofferClient
internal import CofferJSON
internal import GoFlags

extension TokenCommands {
    static let capabilities = Command(
        name: "token capabilities", synopsis: "Print capabilities of a token on a path",
        arguments: "[options] [TOKEN] PATH",
        about: """
            Prints what a token may do at a path; without a token, what the current one may.

                $ {name} token capabilities cubbyhole/note
            """,
        output: [.format], count: .between(1, 2, expected: "1-2"),
        run: { call in
            let client = try call.client()
            let path = call.arguments[call.arguments.count - 1]
            var body: JSONObject = ["path": .string(path)]
            var endpoint = "sys/capabilities-self"
            body["token"] = .string(client.configuration.token)
            if call.arguments.count == 2 {
                endpoint = "sys/capabilities"
                body["token"] = .string(call.arguments[0])
            }
            let request = APIRequest(.post, endpoint, body: .object(body))
            let secret = try await explaining("Error listing capabilities") { () async throws(ClientError) in
                try await client.call(request).secret()
            }
            let found = secret?.data?[path]?.arrayValue ?? secret?.data?["capabilities"]?.arrayValue
            guard let names = found?.compactMap(\.stringValue), !names.isEmpty else {
                throw CommandFailure.local("No capabilities found")
            }
            if call.format != .table { return try call.show(.strings(names)) }
            call.say(names.sorted().joined(separator: ", "))
            return 0
        })
}
