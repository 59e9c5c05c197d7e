internal import CofferClient
internal import CofferJSON
internal import GoFlags

extension NamespaceCommands {
    static let lock = Command(
        name: "namespace lock", synopsis: "Lock the API for particular namespaces", arguments: "[options] [PATH]",
        about: """
            Shuts a namespace, and all below it, to everybody: the one of the command, or the
            one at the path below it. Prints the key that opens it again.

                $ {name} namespace lock team1
            """,
        output: [.field, .format], count: .between(0, 1),
        run: { call in
            let client = try call.client()
            let path = lockPath("lock", call)
            let secret = try await explaining("Error locking namespace") { () async throws(ClientError) in
                try await client.write(path, [:])
            }
            return try call.showWritten(secret, path)
        })

    static let unlock = Command(
        name: "namespace unlock", synopsis: "Unlock the API for particular namespaces",
        arguments: "[options] [PATH]",
        about: """
            Opens a locked namespace with the key that the lock was answered with, or without
            one with the right to do so (sudo).

                $ {name} namespace unlock -unlock-key=g3TfVkrI team1
            """,
        count: .between(0, 1),
        run: { call in
            let client = try call.client()
            let path = lockPath("unlock", call)
            let key = call.flags.string("unlock-key")
            let body: JSON = key.isEmpty ? [:] : ["unlock_key": .string(key)]
            _ = try await explaining("Error unlocking namespace") { () async throws(ClientError) in
                try await client.write(path, body)
            }
            call.say("Success! Namespace unlocked")
            return 0
        })

    private static func lockPath(_ verb: String, _ call: Invocation) -> String {
        let name = call.arguments.first.map { APIPath.plain($0) } ?? ""
        return "sys/namespaces/api-lock/" + verb + (name.isEmpty ? "" : "/" + name)
    }
}
