internal import CofferClient
internal import CofferJSON

extension KVCommands {
    static let metadataGet = Command(
        name: "kv metadata get", synopsis: "Retrieves key metadata from the KV store", arguments: "[options] KEY",
        about: """
            Prints the settings of a key and its versions.

                $ {name} kv metadata get -mount=secret app
            """,
        output: [.field, .format], groups: options(), count: .exactly(1),
        run: { call in
            let client = try call.client()
            let path = try await call.metadataPath(client)
            let secret = try await explaining("Error reading \(path)") { () async throws(ClientError) in
                try await client.read(path)
            }
            guard var secret else { throw CommandFailure.remote("No value found at \(path)") }
            if let status = try call.showField(of: secret) { return status }
            if secret.wrapInfo != nil || call.format != .table { return try call.show(secret) }
            guard let versions = secret.data?["versions"]?.objectValue else {
                throw CommandFailure.remote("No value found at \(path)")
            }
            secret.data?["versions"] = nil
            call.showPath(path, "Metadata Path")
            call.say(KeyHeader.above(secret.data ?? [:], "Metadata"))
            _ = try call.show(secret)
            return try showVersions(call, versions)
        })

    private static func showVersions(_ call: Invocation, _ versions: JSONObject) throws -> Int32 {
        for version in versions.members.sorted(by: { Int($0.key) ?? 0 < Int($1.key) ?? 0 }) {
            guard let data = version.value.objectValue else { continue }
            call.say("\n" + KeyHeader.above(data, "Version \(version.key)"))
            _ = try call.show(JSON.object(data))
        }
        return 0
    }
}

extension Invocation {
    /// The path of a key's metadata.
    func metadataPath(_ client: Client) async throws -> String {
        let target = try await target(client)
        guard target.isVersioned else { throw CommandFailure.local("Metadata not supported on KV Version 1") }
        return target.path("metadata")
    }
}
