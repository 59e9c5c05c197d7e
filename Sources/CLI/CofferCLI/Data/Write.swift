internal import CofferClient
internal import CofferJSON
internal import GoFlags

extension DataCommands {
    private static let force = FlagGroup(
        "Command Options", [Flag("force", .bool, aliases: ["f"], "Send the request although there is no data.")])

    static let write = Command(
        name: "write", synopsis: "Write data, configuration, and secrets", arguments: "[options] PATH [DATA K=V...]",
        about: """
            Writes data to the path. What that does depends on what is mounted there.

                $ {name} write cubbyhole/note text=hello

            A value of "@FILE" is read from the file and "-" from standard input;
            "@FILE.json" or "-" alone takes all data from a JSON object. A key that
            is given more than once becomes a list.
            """,
        output: [.field, .format], groups: [force], count: .atLeast(1),
        run: { call in
            let (path, data) = try target(of: call)
            let client = try call.client()
            return try await finish(call, path) { () async throws(ClientError) in
                try await client.write(path, .object(data))
            }
        })

    static let patch = Command(
        name: "patch", synopsis: "Patch data, configuration, and secrets", arguments: "[options] PATH [DATA K=V...]",
        about: """
            Changes the given fields of what is at the path and leaves the others.

                $ {name} patch pki/roles/web allow_localhost=false

            Data is given as for "{name} write".
            """,
        output: [.field, .format], groups: [force], count: .atLeast(1),
        run: { call in
            let (path, data) = try target(of: call)
            let client = try call.client()
            return try await finish(call, path) { () async throws(ClientError) in
                try await client.patch(path, .object(data))
            }
        })

    private static func target(of call: Invocation) throws -> (String, JSONObject) {
        if call.arguments.count == 1, !call.flags.bool("force") {
            throw CommandFailure.local("Must supply data or use -force")
        }
        return (APIPath.plain(call.arguments[0]), try call.data(after: 1).values)
    }

    private static func finish(
        _ call: Invocation, _ path: String, _ send: () async throws(ClientError) -> Secret?
    ) async throws -> Int32 {
        let secret = try await explaining("Error writing data to \(path)", send)
        return try call.showWritten(secret, path)
    }
}

extension Invocation {
    /// The answer to a write; without one, a sentence in a table and nothing in the other forms.
    func showWritten(_ secret: Secret?, _ path: String) throws -> Int32 {
        guard let secret else {
            if format == .table { say("Success! Data written to: \(path)") }
            return 0
        }
        return try showField(of: secret) ?? show(secret)
    }
}
