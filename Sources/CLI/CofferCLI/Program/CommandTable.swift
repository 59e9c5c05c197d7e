internal import CofferClient

/// All commands.
enum CommandTable {
    static let all: [Command] =
        DataCommands.all + KVCommands.all + StatusCommands.all + OperatorCommands.all + LoginCommands.all
        + TokenCommands.all + LeaseCommands.all + SecretsCommands.all + AuthCommands.all + PolicyCommands.all
        + AuditCommands.all + NamespaceCommands.all + PluginCommands.all + DiagnosticCommands.all + LocalCommands.all
        + TransitCommands.all
        + MiscellaneousCommands.all

    static let version = MiscellaneousCommands.version

    private static let byName = Dictionary(all.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })

    /// The command whose name is the longest beginning of `words`.
    static func longestMatch(_ words: [String]) -> Command? {
        for count in stride(from: min(words.count, 4), through: 1, by: -1) {
            if let command = byName[words.prefix(count).joined(separator: " ")] { return command }
        }
        return nil
    }

    /// The commands one word below `command`, by name.
    static func children(of command: Command) -> [Command] {
        let prefix = command.name + " "
        return all.filter { $0.name.hasPrefix(prefix) && !$0.name.dropFirst(prefix.count).contains(" ") }
            .sorted { $0.name < $1.name }
    }
}
