internal import GoFlags

/// The help of the program and of each command.
struct HelpText {
    let program: Program

    /// The commands that most people need, in the order in which they are shown.
    private static let common = ["read", "write", "delete", "list", "login", "server", "status", "unwrap"]

    func overview() -> String {
        let top = CommandTable.all.filter { !$0.name.contains(" ") && $0.name != "version" }
        let common = Self.common.compactMap { name in top.first { $0.name == name } }
        let others = top.filter { !Self.common.contains($0.name) }.sorted { $0.name < $1.name }
        return "Usage: \(program.name) <command> [args]\n\nCommon commands:\n" + rows(common, gap: 6)
            + "\n\nOther commands:\n" + rows(others, gap: 6)
    }

    func text(of command: Command) -> String {
        let about = command.about.split(separator: "\n", omittingEmptySubsequences: false)
            .map { $0.isEmpty ? "" : "  " + $0 }.joined(separator: "\n")
        var text = "Usage: {name} \(command.name) \(command.arguments)"
        while text.hasSuffix(" ") { text.removeLast() }
        text += "\n\n" + about
        let flags = command.flags.help
        if !flags.isEmpty { text += "\n\n" + flags }
        let children = CommandTable.children(of: command)
        if !children.isEmpty { text += "\n\nSubcommands:\n" + rows(children, gap: 4) }
        return text.split(separator: "{name}", omittingEmptySubsequences: false).joined(separator: program.name)
    }

    private func rows(_ commands: [Command], gap: Int) -> String {
        let names = commands.map { $0.name.split(separator: " ").last.map(String.init) ?? $0.name }
        let width = (names.map(\.utf8.count).max() ?? 0) + gap
        return zip(names, commands).map { name, command in
            "    " + name + String(repeating: " ", count: width - name.utf8.count) + command.synopsis
        }.joined(separator: "\n")
    }
}
