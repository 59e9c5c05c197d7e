internal import CofferClient
internal import CofferJSON
internal import GoFlags

/// The commands for namespaces. Paths are relative to the namespace of the command.
enum NamespaceCommands {
    static let all = [
        Command.family(
            "namespace", "Interact with namespaces",
            about: """
                Creates, lists, changes, locks and deletes the namespaces below the one of the command.

                    $ {name} namespace create team1
                    $ {name} namespace list -detailed
                    $ {name} namespace create -namespace=team1 dev
                """),
        create, delete, list, scan, lookup, patch, lock, unlock,
    ]

    private static let metadata = Flag(
        "custom-metadata", .pairs, "key=value to keep with the namespace; may be repeated.")

    private static let create = Command(
        name: "namespace create", synopsis: "Create a new namespace", arguments: "[options] PATH",
        about: """
            Makes a namespace below the one of the command.

                $ {name} namespace create -custom-metadata=owner=web team1
            """,
        output: [.field, .format], groups: [FlagGroup("Command Options", [metadata])], count: .exactly(1),
        run: { call in
            let client = try call.client()
            var body = JSONObject()
            let custom = call.flags.pairs("custom-metadata")
            if !custom.isEmpty { body["custom_metadata"] = .object(texts(custom)) }
            let (path, request) = (call.namespacePath, JSON.object(body))
            let secret = try await explaining("Error creating namespace") { () async throws(ClientError) in
                try await client.write(path, request)
            }
            return try call.showWritten(secret, path)
        })

    private static let patch = Command(
        name: "namespace patch", synopsis: "Patch an existing namespace", arguments: "[options] PATH",
        about: """
            Changes single keys of what is kept with a namespace.

                $ {name} namespace patch -custom-metadata=owner=db -remove-custom-metadata=old team1
            """,
        output: [.field, .format],
        groups: [
            FlagGroup(
                "Command Options",
                [metadata, Flag("remove-custom-metadata", .strings, "Key to remove; may be repeated.")])
        ], count: .exactly(1),
        run: { call in
            let client = try call.client()
            var custom = texts(call.flags.pairs("custom-metadata"))
            // In a merge patch (RFC 7396) null removes.
            for key in call.flags.strings("remove-custom-metadata") { custom[key] = .null }
            let (path, request) = (call.namespacePath, JSON.object(["custom_metadata": .object(custom)]))
            let secret = try await explaining("Error patching namespace") { () async throws(ClientError) in
                try await client.patch(path, request)
            }
            return try call.showWritten(secret, path)
        })

    private static let delete = Command(
        name: "namespace delete", synopsis: "Delete an existing namespace", arguments: "[options] PATH",
        about: """
            Deletes a namespace with all that is in it. The server answers at once and goes on by
            itself.

                $ {name} namespace delete team1
            """,
        count: .exactly(1),
        run: { call in
            let client = try call.client()
            let path = call.namespacePath
            let secret = try await explaining("Error deleting namespace") { () async throws(ClientError) in
                try await client.delete(path)
            }
            let name = APIPath.mount(call.arguments[0])
            if secret?.data?["status"] != nil {
                call.say("Success! Namespace deletion is under way: \(name)")
            } else {
                call.say("Success! Namespace deleted (if it existed) at: \(name)")
            }
            return 0
        })

    private static let lookup = Command(
        name: "namespace lookup", synopsis: "Look up an existing namespace", arguments: "[options] PATH",
        about: """
            Shows a namespace.

                $ {name} namespace lookup team1
            """,
        output: [.field, .format], count: .exactly(1),
        run: { call in
            let client = try call.client()
            let path = call.namespacePath
            let secret = try await explaining("Error looking up namespace") { () async throws(ClientError) in
                try await client.read(path)
            }
            guard let secret else { throw CommandFailure.remote("Namespace not found") }
            return try call.showWritten(secret, path)
        })

    static func texts(_ pairs: [(key: String, value: String)]) -> JSONObject {
        var object = JSONObject()
        for pair in pairs { object[pair.key] = .string(pair.value) }
        return object
    }
}

extension Invocation {
    var namespacePath: String { "sys/namespaces/" + APIPath.plain(arguments[0]) }
}
