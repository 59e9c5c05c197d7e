internal import CofferClient
internal import CofferJSON
internal import GoFlags

extension DataCommands {
    static let scan = Command(
        name: "scan", synopsis: "List data or secrets at any depth", arguments: "[options] PATH",
        about: """
            Lists the names below the path at any depth, as far as folders may be listed.

                $ {name} scan secret/metadata/team

            Long lists can be read in parts with -after and -limit.
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
            var query: [(name: String, value: String)] = [("scan", "true")]
            if !call.flags.string("after").isEmpty { query.append(("after", call.flags.string("after"))) }
            if call.flags.int("limit") > 0 { query.append(("limit", String(call.flags.int("limit")))) }
            let page = query
            let secret = try await explaining("Error scanning \(path)") { () async throws(ClientError) in
                try await client.read(path, query: page)
            }
            return try call.showListed(secret, path)
        })
}
