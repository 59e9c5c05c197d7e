internal import CofferBase
internal import CofferClient
internal import CofferJSON
internal import GoFlags

extension KVCommands {
    private static let settings = [
        Flag("max-versions", .int, default: "-1", "How many versions to keep; by default what the engine says."),
        Flag("cas-required", .bool, "Whether every write must name the newest version."),
        Flag(
            "delete-version-after", .duration, default: "-1",
            "How long a version lives; by default what the engine says. A number with a suffix such as \"30s\"."),
        Flag("custom-metadata", .pairs, "key=value to keep with the secret; may be repeated."),
    ]

    static let metadataPut = Command(
        name: "kv metadata put", synopsis: "Sets or updates key settings in the KV store",
        arguments: "[options] KEY",
        about: """
            Sets the settings of a key, or makes a key without data.

                $ {name} kv metadata put -mount=secret -max-versions=5 app
                $ {name} kv metadata put -mount=secret -custom-metadata=owner=web app
            """,
        output: [.format], groups: [FlagGroup("Common Options", settings + [mount])], count: .exactly(1),
        run: { call in
            let client = try call.client()
            let path = try await call.metadataPath(client)
            var body = call.keySettings
            let custom = call.flags.pairs("custom-metadata")
            if !custom.isEmpty { body["custom_metadata"] = .object(texts(custom)) }
            let request = JSON.object(body)
            let secret = try await explaining("Error writing data to \(path)") { () async throws(ClientError) in
                try await client.write(path, request)
            }
            return try call.showWritten(secret, path)
        })

    static let metadataPatch = Command(
        name: "kv metadata patch", synopsis: "Patches key settings in the KV store", arguments: "[options] KEY",
        about: """
            Changes the given settings of a key and leaves the others.

                $ {name} kv metadata patch -mount=secret -cas-required app
                $ {name} kv metadata patch -mount=secret -remove-custom-metadata=owner app
            """,
        output: [.format],
        groups: [
            FlagGroup(
                "Common Options",
                settings + [
                    Flag("remove-custom-metadata", .strings, "Name to remove; may be repeated."), mount,
                ])
        ], count: .exactly(1),
        run: { call in
            let client = try call.client()
            let path = try await call.metadataPath(client)
            var custom = texts(call.flags.pairs("custom-metadata"))
            // In a merge patch (RFC 7396) null removes.
            for key in call.flags.strings("remove-custom-metadata") { custom[key] = .null }
            var body = call.keySettings
            body["custom_metadata"] = .object(custom)
            let request = JSON.object(body)
            let secret = try await explaining("Error writing data to \(path)") { () async throws(ClientError) in
                try await client.patch(path, request)
            }
            return try call.showWritten(secret, path)
        })

    static let metadataDelete = Command(
        name: "kv metadata delete", synopsis: "Deletes all versions and metadata for a key in the KV store",
        arguments: "[options] PATH",
        about: """
            Removes a key for good, with all its versions.

                $ {name} kv metadata delete -mount=secret app
            """,
        groups: options(), count: .exactly(1),
        run: { call in
            let client = try call.client()
            let path = try await call.metadataPath(client)
            _ = try await explaining("Error deleting \(path)") { () async throws(ClientError) in
                try await client.delete(path)
            }
            call.say("Success! Data deleted (if it existed) at: \(path)")
            return 0
        })

    private static func texts(_ pairs: [(key: String, value: String)]) -> JSONObject {
        var object = JSONObject()
        for pair in pairs { object[pair.key] = .string(pair.value) }
        return object
    }
}

extension Invocation {
    /// The settings of a key that are given as flags.
    fileprivate var keySettings: JSONObject {
        var settings = JSONObject()
        if flags.int("max-versions") >= 0 { settings["max_versions"] = .int(flags.int("max-versions")) }
        let lifetime = flags.duration("delete-version-after")
        if lifetime >= .zero { settings["delete_version_after"] = .string(GoDuration.format(lifetime)) }
        if flags.isGiven("cas-required") { settings["cas_required"] = .bool(flags.bool("cas-required")) }
        return settings
    }
}
