internal import CofferClient
internal import CofferJSON
internal import GoFlags

/// The commands for policies.
enum PolicyCommands {
    static let all =
        [
            Command.family(
                "policy", "Interact with policies",
                about: """
                    Lists, reads, writes, deletes and formats policies.

                        $ {name} policy list
                        $ {name} policy write web web.hcl
                    """),
            list, read, write, delete, format, explain, suggest, test,
        ] + shadows

    private static let list = Command(
        name: "policy list", synopsis: "Lists the installed policies", arguments: "[options]",
        about: "Lists the names of the policies.", output: [.format], count: .exactly(0),
        run: { call in
            let client = try call.client()
            let secret = try await explaining("Error listing policies") { () async throws(ClientError) in
                try await client.call(.list("sys/policies/acl")).secret()
            }
            let names = secret?.keys?.compactMap(\.stringValue) ?? []
            if call.format != .table { return try call.show(.strings(names)) }
            for name in names { call.say(name) }
            return 0
        })

    private static let read = Command(
        name: "policy read", synopsis: "Prints the contents of a policy", arguments: "[options] [NAME]",
        about: """
            Prints the text of a policy.

                $ {name} policy read web
            """,
        output: [.format], count: .exactly(1),
        run: { call in
            let client = try call.client()
            let name = name(call)
            let secret = try await explaining("Error reading policy named \(name)") { () async throws(ClientError) in
                try await client.read("sys/policies/acl/" + name)
            }
            guard let text = secret?.data?["policy"]?.stringValue, !text.isEmpty else {
                throw CommandFailure.remote("No policy named: \(name)")
            }
            if call.format != .table { return try call.show(["policy": .string(text)]) }
            call.say(text.trimmingSpaces)
            return 0
        })

    private static let delete = Command(
        name: "policy delete", synopsis: "Deletes a policy by name", arguments: "[options] NAME",
        about: """
            Deletes a policy. Tokens that have it lose its rights at once.

                $ {name} policy delete web

            The policies "default" and "root" cannot be deleted.
            """,
        count: .exactly(1),
        run: { call in
            let client = try call.client()
            let name = name(call)
            _ = try await explaining("Error deleting \(name)") { () async throws(ClientError) in
                try await client.call(APIRequest(.delete, "sys/policies/acl/" + name))
            }
            call.say("Success! Deleted policy: \(name)")
            return 0
        })

    /// Policies have lower-case names.
    static func name(_ call: Invocation) -> String { call.arguments[0].trimmingSpaces.lowercased() }
}
