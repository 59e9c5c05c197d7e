internal import CofferClient
internal import CofferJSON
internal import GoFlags

extension MiscellaneousCommands {
    static let versionHistory = Command(
        name: "version-history", synopsis: "Prints the version history of the target Vault server",
        arguments: "[options]",
        about: """
            Prints which versions have served this storage, and since when.

                $ {name} version-history
            """,
        output: [.format], count: .exactly(0),
        run: { call in
            let client = try call.client()
            let failure = "Error retrieving version history"
            let secret = try await explaining(failure) { () async throws(ClientError) in
                try await client.list("sys/version-history")
            }
            guard let data = secret?.data, let keys = data["keys"]?.arrayValue else {
                throw CommandFailure.remote("The version history cannot be read from the answer")
            }
            if call.format != .table { return try call.show(.object(data)) }
            let rows = keys.compactMap(\.stringValue).map { version in
                let info = data["key_info"]?[version]
                return [
                    version, GoText.value(info?["timestamp_installed"] ?? ""), GoText.value(info?["build_date"] ?? ""),
                ]
            }
            call.warn("")
            call.warn(
                """
                Note:
                Use of this command requires a server running Vault 1.10.0 or greater.
                Version tracking was added in 1.9.0. Earlier versions have not been tracked.
                """)
            call.warn("")
            call.say(TextTable.table(header: ["Version", "Installation Time", "Build Date"], rows: rows))
            return 0
        })

    static let events = [
        Command.family(
            "events", "Interact with events",
            about: """
                Events of the server, as they happen. This server offers none yet.
                """),
        Command(
            name: "events subscribe", synopsis: "Subscribe to events", arguments: "[options] EVENT_TYPE",
            about: "Prints events as they happen. This server offers none yet.",
            groups: [FlagGroup("Command Options", eventFlags)],
            run: { _ in
                throw CommandFailure.local(
                    "This program does not offer events. Watch an audit device or the log (\"monitor\") instead.")
            }),
    ]

    private static let eventFlags = [
        Flag("namespaces", .strings, "Namespaces of the events."), Flag("filter", "Expression that selects events."),
    ]
}
