internal import CofferClient
internal import CofferJSON
internal import GoFlags

extension PluginCommands {
    static let register = Command(
        name: "plugin register", synopsis: "Registers a new plugin in the catalog", arguments: "[options] TYPE NAME",
        about: """
            Asks the server to add an external plugin to its catalogue. This server
            refuses that: it runs only what is built in.

                $ {name} plugin register -sha256=d3f0a8b auth my-custom-plugin
            """,
        groups: [
            FlagGroup(
                "Command Options",
                [
                    Flag("args", .strings, "Argument to start the plugin with; may be repeated."),
                    Flag("command", "Program to start; by default the plugin's name."),
                    Flag("env", .strings, "KEY=VALUE for the program's environment; may be repeated."),
                    Flag("oci_image", "Image to run in place of a program."),
                    Flag("runtime", "Runtime of the image."),
                    Flag("sha256", "SHA256 of the plugin, in hexadecimal. Required."),
                    version,
                ])
        ], count: .exactly(2),
        run: { call in
            let (type, name) = (call.arguments[0].trimmingSpaces, call.arguments[1].trimmingSpaces)
            try checkType(type)
            if call.flags.string("sha256").isEmpty {
                throw CommandFailure.local("SHA256 is required for all plugins, please provide -sha256")
            }
            let client = try call.client()
            let request = APIRequest(.put, "sys/plugins/catalog/\(type)/\(name)", body: body(call.flags, name))
            let failure = "Error registering plugin \(name)"
            _ = try await explaining(failure) { () async throws(ClientError) in try await client.call(request) }
            call.say("Success! Registered plugin: \(name)")
            return 0
        })

    private static func body(_ flags: ParsedFlags, _ name: String) -> JSON {
        let command = flags.string("command")
        var body: JSONObject = [
            "args": .strings(flags.strings("args")), "command": .string(command.isEmpty ? name : command),
            "sha256": .string(flags.string("sha256")),
        ]
        for text in ["version", "oci_image", "runtime"] where !flags.string(text).isEmpty {
            body[text] = .string(flags.string(text))
        }
        if !flags.strings("env").isEmpty { body["env"] = .strings(flags.strings("env")) }
        return .object(body)
    }
}
