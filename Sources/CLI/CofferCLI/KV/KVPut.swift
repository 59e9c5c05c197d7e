internal import CofferClient
internal import CofferJSON
internal import GoFlags

extension KVCommands {
    static let put = Command(
        name: "kv put", synopsis: "Sets or updates data in the KV store", arguments: "[options] KEY [DATA]",
        about: """
            Writes a secret. In an engine with versions this makes a new one.

                $ {name} kv put -mount=secret app user=web
                $ {name} kv put -mount=secret app @data.json
                $ echo "abcd1234" | {name} kv put -mount=secret app password=-

            With -cas the write is done only if the newest version has that number:

                $ {name} kv put -mount=secret -cas=1 app user=web
            """,
        output: [.field, .format],
        groups: options(
            Flag(
                "cas", .int, default: "-1",
                "Write only if this is the number of the newest version; 0: only if there is none.")),
        run: { call in
            let data = try input(of: call)
            let client = try call.client()
            let target = try await call.target(client)
            let path = target.path("data")
            var body = JSON.object(data)
            if target.isVersioned {
                let cas = call.flags.int("cas")
                body = ["data": body, "options": cas > -1 ? ["cas": .int(cas)] : .object([:])]
            }
            let request = body
            let secret = try await explaining("Error writing data to \(path)") { () async throws(ClientError) in
                try await client.write(path, request)
            }
            return try target.isVersioned ? call.showVersion(secret, path) : call.showWritten(secret, path)
        })

    private static func input(of call: Invocation) throws -> JSONObject {
        switch call.arguments.count {
        case 0: throw CommandFailure.local("Not enough arguments (expected >1, got 0)")
        case 1: throw CommandFailure.local("Must supply data")
        default: return try call.data(after: 1).values
        }
    }
}
