internal import CofferClient
internal import CofferJSON
internal import GoFlags

/// The commands that watch a running server.
enum DiagnosticCommands {
    static let all = [monitor, DebugCommand.command]

    static let levels = ["trace", "debug", "info", "warn", "error"]

    private static let monitor = Command(
        name: "monitor", synopsis: "Stream log messages from a Vault server", arguments: "[options]",
        about: """
            Prints the log of the server as it is written, until the command is
            interrupted.

                $ {name} monitor -log-level=debug
            """,
        groups: [
            FlagGroup(
                "Command Options",
                [
                    Flag("log-level", default: "info", "Least level to show: trace, debug, info, warn or error."),
                    Flag("log-format", default: "standard", "Form of the messages: standard or json."),
                ])
        ], count: .exactly(0),
        run: { call in
            let (level, format) = (call.flags.string("log-level"), call.flags.string("log-format"))
            guard levels.contains(level) else {
                throw CommandFailure.local(
                    "\(level) is an unknown log level. Valid log levels are: \(levels.joined(separator: ", "))")
            }
            guard ["standard", "json"].contains(format) else {
                throw CommandFailure.local("\(format) is an unknown log format. Use standard or json")
            }
            let client = try call.client()
            let request = APIRequest(.get, "sys/monitor", query: [("log_level", level), ("log_format", format)])
            let output = call.console.output
            _ = try await explaining("Error starting monitor", status: 1) { () async throws(ClientError) in
                try await client.stream(request, limit: .zero) { output($0) }
            }
            return 0
        })
}
