internal import CofferClient
internal import CofferJSON
internal import GoFlags

/// The commands for audit devices.
enum AuditCommands {
    static let all = [
        Command.family(
            "audit", "Interact with audit devices",
            about: """
                Enables, disables and lists the devices that record requests and answers.

                    $ {name} audit enable file file_path=/var/log/audit.log
                    $ {name} audit list -detailed
                """),
        enable, disable, list,
    ]

    private static let enable = Command(
        name: "audit enable", synopsis: "Enables an audit device", arguments: "[options] TYPE [CONFIG K=V...]",
        about: """
            Enables an audit device; its settings follow its type.

                $ {name} audit enable file file_path=/var/log/audit.log
            """,
        groups: [
            FlagGroup(
                "Command Options",
                [
                    Flag("description", "What the device is for."),
                    Flag("path", "Name of the device; by default its type."),
                    Flag("local", .bool, "Keep the device out of replication."),
                ])
        ],
        run: { call in
            guard let type = call.arguments.first?.trimmingSpaces else {
                throw CommandFailure.local(
                    "Error enabling audit device: audit type missing. Valid types include 'file', 'socket' and "
                        + "'syslog'.")
            }
            let named = call.flags.string("path")
            let path = APIPath.withSlash(named.isEmpty ? type : named)
            let body = try body(call, type)
            let client = try call.client()
            _ = try await explaining("Error enabling audit device") { () async throws(ClientError) in
                try await client.call(APIRequest(.put, "sys/audit/" + path, body: body))
            }
            call.say("Success! Enabled the \(type) audit device at: \(path)")
            return 0
        })

    private static func body(_ call: Invocation, _ type: String) throws -> JSON {
        guard let texts = try call.data(after: 1).texts else {
            throw CommandFailure.local("Failed to parse K=V data: failed to convert values to strings")
        }
        var options = JSONObject()
        for text in texts { options[text.key] = .string(text.value) }
        return [
            "type": .string(type), "description": .string(call.flags.string("description")),
            "options": .object(options), "local": .bool(call.flags.bool("local")),
        ]
    }

    private static let disable = Command(
        name: "audit disable", synopsis: "Disables an audit device", arguments: "[options] PATH",
        about: """
            Disables the audit device at the path (not: of that type). What it recorded stays.

                $ {name} audit disable file/
            """,
        count: .exactly(1),
        run: { call in
            let path = APIPath.mount(call.arguments[0])
            let client = try call.client()
            _ = try await explaining("Error disabling audit device") { () async throws(ClientError) in
                try await client.call(APIRequest(.delete, "sys/audit/" + path))
            }
            call.say("Success! Disabled audit device (if it was enabled) at: \(path)")
            return 0
        })
}
