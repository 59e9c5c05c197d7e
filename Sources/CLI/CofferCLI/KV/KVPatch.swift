internal import CofferClient
internal import CofferJSON
internal import GoFlags

extension KVCommands {
    static let patch = Command(
        name: "kv patch", synopsis: "Sets or updates data in the KV store without overwriting",
        arguments: "[options] KEY [DATA]",
        about: """
            Changes fields of a secret and leaves the others; for engines with versions.

                $ {name} kv patch -mount=secret app user=web
                $ {name} kv patch -mount=secret -remove-data=user app

            The change is sent as one patch. Where the policy does not allow that, the
            secret is read, changed and written. -method says to do only one of the two.
            """,
        output: [.field, .format],
        groups: options(
            Flag("cas", .int, "Patch only if this is the number of the newest version; 0: whatever it is."),
            Flag("method", "\"patch\": send a patch. \"rw\": read, change and write."),
            Flag("remove-data", .strings, "Field to remove; may be repeated.")),
        run: { call in
            let data = try change(in: call)
            let method = call.flags.string("method")
            let client = try call.client()
            let target = try await call.target(client)
            guard target.isVersioned else {
                throw CommandFailure.remote("K/V engine mount must be version 2 for patch support")
            }
            guard ["", "patch", "rw"].contains(method) else {
                throw CommandFailure.remote("Unsupported method provided to -method flag: \(method)")
            }
            let path = target.path("data")
            let secret =
                method == "rw"
                ? try await readThenWrite(client, path, data)
                : try await mergePatch(call, client, path, data, fallsBack: method.isEmpty)
            return try call.showVersion(secret, path)
        })

    private static func change(in call: Invocation) throws -> JSONObject {
        let removed = call.flags.strings("remove-data")
        if call.arguments.isEmpty { throw CommandFailure.local("Not enough arguments (expected >1, got 0)") }
        if call.arguments.count == 1, removed.isEmpty { throw CommandFailure.local("Must supply data") }
        var data = try call.data(after: 1).values
        // In a merge patch (RFC 7396) null removes.
        for key in removed { data[key] = .null }
        return data
    }

    private static func mergePatch(
        _ call: Invocation, _ client: Client, _ path: String, _ data: JSONObject, fallsBack: Bool
    ) async throws -> Secret? {
        let cas = call.flags.int("cas")
        let body: JSON = ["data": .object(data), "options": cas > 0 ? ["cas": .int(cas)] : .object([:])]
        do {
            return try await client.patch(path, body)
        } catch {
            if case .described = error { throw error }
            guard fallsBack, error.status == 405 || error.status == 403 else {
                throw CommandFailure.remote("Error writing data to \(path): \(error)")
            }
            if error.status == 403 {
                call.warn(
                    "Data was written to \(path) but we recommend that you add the \"patch\" capability to your ACL "
                        + "policy in order to use HTTP PATCH in the future.")
            }
            return try await readThenWrite(client, path, data)
        }
    }

    private static func readThenWrite(_ client: Client, _ path: String, _ change: JSONObject) async throws -> Secret? {
        let current = try await KVVersion(client, path, use: "patch")
        var data = try current.liveData()
        for member in change.members { data[member.key] = member.value }
        let body = current.successor(data)
        return try await explaining("Error writing data to \(path)") { () async throws(ClientError) in
            try await client.write(path, body)
        }
    }
}
