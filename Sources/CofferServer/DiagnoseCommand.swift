internal import CofferConfig
internal import CofferJSON
internal import GoFlags

/// `operator diagnose`: what a start of the server would find, without starting it.
package enum DiagnoseCommand {
    private static let flags = FlagSet(groups: [
        FlagGroup(
            "Command Options",
            [
                Flag("config", .strings, "File or folder of the server's configuration; may be repeated. Required."),
                Flag("format", default: "table", variable: "VAULT_FORMAT", "Form of the output: table or json."),
                Flag("skip", .strings, "Check to leave out, by its name; may be repeated."),
                Flag("debug", .bool, isHidden: true, "Accepted for compatibility."),
            ])
    ])

    private static let help = """
        Usage: coffer operator diagnose [options]

          Goes through what a start of the server would do with a configuration, and says
          what would fail. The server must not run on the same storage.

              $ coffer operator diagnose -config=/etc/coffer/config.hcl

          The exit status tells, too: 0 when all is well, 1 for a failure, 2 for a
          warning, 3 when the checks could not be made.

        \(flags.help)
        """

    /// - Returns: the exit status, as the help says.
    package static func run(_ arguments: [String], environment: [String: String]) async -> Int32 {
        if arguments.contains(where: { ["-h", "-help", "--help"].contains($0) }) {
            Console.write(help)
            return 0
        }
        let parsed: ParsedFlags
        do {
            parsed = try flags.parse(arguments, environment: environment)
            guard parsed.arguments.isEmpty else { throw ConfigurationError("operator diagnose takes flags only") }
            if parsed.strings("config").isEmpty {
                throw ConfigurationError("Must specify a configuration file using -config.")
            }
        } catch {
            Console.complain("\(error)")
            return 3
        }
        let paths = parsed.strings("config")
        let report = await Diagnosis(paths: paths, environment: environment, skipped: parsed.strings("skip")).report()
        if parsed.string("format") == "json" {
            Console.write(report.json.text)
        } else {
            Console.write("Coffer v\(ServerCommand.version)\n\nResults:\n" + report.lines(0).joined(separator: "\n"))
        }
        return report.status.exitStatus
    }
}
