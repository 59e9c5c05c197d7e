internal import CofferClient
internal import CofferJSON
internal import GoFlags

extension KVCommands {
    static let get = Command(
        name: "kv get", synopsis: "Retrieves data from the KV store", arguments: "[options] KEY",
        about: """
            Prints a secret, the newest version or another.

                $ {name} kv get -mount=secret app
                $ {name} kv get -mount=secret -version=1 app

            Mount and secret may also be given in one:

                $ {name} kv get secret/app
            """,
        output: [.field, .format], groups: options(Flag("version", .int, "Version to print; 0 is the newest.")),
        count: .exactly(1),
        run: { call in
            let client = try call.client()
            let target = try await KVTarget(call, client, path: withoutLeadingSlash(call.arguments[0]))
            let path = target.path("data")
            let version = call.flags.int("version")
            let query = target.isVersioned && version > 0 ? [(name: "version", value: String(version))] : []
            let secret = try await explaining("Error reading \(path)") { () async throws(ClientError) in
                try await client.read(path, query: query)
            }
            guard let secret else { throw CommandFailure.remote("No value found at \(path)") }
            if !call.flags.string("field").isEmpty { return try showField(call, secret, target) }
            if secret.wrapInfo == nil, call.format == .table { return try showTables(call, secret, target) }
            let status = try call.show(secret)
            return secret.wrapInfo == nil && target.isVersioned && secret.versionIsGone ? 2 : status
        })

    private static func withoutLeadingSlash(_ path: String) -> String {
        path.hasPrefix("/") ? String(path.dropFirst()) : path
    }

    private static func showField(_ call: Invocation, _ secret: Secret, _ target: KVTarget) throws -> Int32 {
        let name = call.flags.string("field")
        guard target.isVersioned else { return try call.show(field: name, SecretField.value(name, of: secret)) }
        guard let data = secret.data?["data"], !data.isNull else {
            throw CommandFailure.remote("No data found at \(target.path("data"))")
        }
        // "data" may be a field of the secret or mean all of it.
        return try call.show(field: name, name == "data" && data["data"] == nil ? data : data[name])
    }

    private static func showTables(_ call: Invocation, _ secret: Secret, _ target: KVTarget) throws -> Int32 {
        call.warnOfWarnings(secret)
        if target.isVersioned { call.showPath(target.path("data"), "Secret Path") }
        if let metadata = secret.data?["metadata"]?.objectValue {
            call.say(KeyHeader.above(metadata, "Metadata"))
            _ = try call.show(JSON.object(metadata))
            call.say("")
        }
        let data = target.isVersioned ? secret.data?["data"]?.objectValue : secret.data
        if let data {
            call.say(KeyHeader.above(data, "Data"))
            _ = try call.show(JSON.object(data))
        }
        return target.isVersioned && secret.versionIsGone ? 2 : 0
    }
}

extension Secret {
    /// Whether the version was deleted or destroyed: its metadata is there, its data is not.
    var versionIsGone: Bool { data?["metadata"]?.objectValue != nil && data?["data"]?.isNull != false }
}
