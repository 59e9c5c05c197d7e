internal import CofferConfig
internal import GoFlags

/// `operator validate-config`: reads configuration files and starts nothing.
package enum ValidateCommand {
    private static let flags = FlagSet(groups: [
        FlagGroup("Command Options", [Flag("config", .strings, "File or folder to check; may be repeated.")])
    ])

    private static let help = """
        Usage: coffer operator validate-config [options] PATH...

          Reads configuration files and says what is wrong with them.

              $ coffer operator validate-config /etc/coffer/config.hcl

        \(flags.help)
        """

    /// - Returns: the exit status: 0 for a configuration that a server would take, 1 for any other.
    package static func run(_ arguments: [String], environment: [String: String]) async -> Int32 {
        if arguments.contains(where: { ["-h", "-help", "--help"].contains($0) }) {
            Console.write(help)
            return 0
        }
        do {
            let parsed = try flags.parse(arguments, environment: environment)
            let paths = parsed.strings("config") + parsed.arguments
            if paths.isEmpty { throw ConfigurationError("Not enough arguments (expected 1, got 0)") }
            let configuration = try ConfigurationFiles.load(paths, environment: environment)
            for warning in configuration.warnings { Console.complain("WARNING! \(warning)") }
            Console.write("Success! The configuration is valid.")
            return 0
        } catch {
            Console.complain("The configuration is not valid: \(error)")
            return 1
        }
    }
}
