internal import CofferClient
internal import CofferJSON
internal import GoFlags

/// The commands for plugins. This server runs only what is built in, and says so to the rest.
enum PluginCommands {
    static let all =
        [
            Command.family(
                "plugin", "Interact with Vault plugins and catalog",
                about: """
                    Lists what is built in and makes it anew. External plugins are not run by
                    this server; it refuses to register one.

                        $ {name} plugin list secret
                        $ {name} plugin info auth userpass
                    """),
            list, info, register, deregister, reload, reloadStatus,
        ] + PluginRuntimeCommands.all

    /// The types that the catalogue knows.
    static func checkType(_ type: String) throws {
        guard ["auth", "database", "secret"].contains(type) else {
            throw CommandFailure.local("\(goQuoted(type)) is not a supported plugin type")
        }
    }

    static let version = Flag("version", "Version of the plugin.")

    private static let list = Command(
        name: "plugin list", synopsis: "Lists available plugins", arguments: "[options] [TYPE]",
        about: """
            Lists the plugins of the catalogue, or those of one type: auth, database or
            secret.

                $ {name} plugin list
                $ {name} plugin list -detailed database
            """,
        output: [.format],
        groups: [FlagGroup("Command Options", [Flag("detailed", .bool, "Show the deprecation status, too.")])],
        count: .between(0, 1),
        run: { call in
            let type = call.arguments.first?.trimmingSpaces ?? ""
            if !type.isEmpty { try checkType(type) }
            let client = try call.client()
            let secret = try await explaining("Error listing available plugins") { () async throws(ClientError) in
                try await client.call(APIRequest(.get, "sys/plugins/catalog")).secret()
            }
            let plugins = (secret?.data?["detailed"]?.arrayValue ?? []).filter {
                type.isEmpty || $0["type"]?.stringValue == type
            }
            if call.format != .table { return try call.show(.object(["details": .array(plugins)])) }
            let detailed = call.flags.bool("detailed")
            let names = ["name", "type", "version"] + (detailed ? ["deprecation_status"] : [])
            let header = ["Name", "Type", "Version"] + (detailed ? ["Deprecation Status"] : [])
            let rows = plugins.map { plugin in names.map { GoText.value(plugin[$0] ?? "") } }
            call.say(TextTable.table(header: header, rows: rows))
            return 0
        })

    private static let info = Command(
        name: "plugin info", synopsis: "Read information about a plugin in the catalog",
        arguments: "[options] TYPE NAME",
        about: """
            Prints what the catalogue knows about a plugin.

                $ {name} plugin info auth userpass
            """,
        output: [.field, .format], groups: [FlagGroup("Command Options", [version])], count: .exactly(2),
        run: { call in
            let (type, name) = (call.arguments[0].trimmingSpaces, call.arguments[1].trimmingSpaces)
            try checkType(type)
            let client = try call.client()
            let version = call.flags.string("version")
            let request = APIRequest(
                .get, "sys/plugins/catalog/\(type)/\(name)", query: version.isEmpty ? [] : [("version", version)])
            let failure = "Error reading plugin named \(name)"
            let secret = try await explaining(failure) { () async throws(ClientError) in
                try await client.call(request).secret()
            }
            guard let secret else { return 0 }
            return try call.showField(of: secret) ?? call.show(.object(secret.data ?? [:]))
        })

    private static let deregister = Command(
        name: "plugin deregister", synopsis: "Deregister an existing plugin in the catalog",
        arguments: "[options] TYPE NAME",
        about: """
            Takes a plugin out of the catalogue. Built-in ones stay.

                $ {name} plugin deregister auth my-custom-plugin
            """,
        groups: [FlagGroup("Command Options", [version])], count: .exactly(2),
        run: { call in
            let (type, name) = (call.arguments[0].trimmingSpaces, call.arguments[1].trimmingSpaces)
            try checkType(type)
            let client = try call.client()
            let failure = "Error deregistering plugin named \(name)"
            _ = try await explaining(failure) { () async throws(ClientError) in
                try await client.call(APIRequest(.delete, "sys/plugins/catalog/\(type)/\(name)"))
            }
            call.say("Success! Deregistered \(type) plugin: \(name)")
            return 0
        })
}
