internal import CofferClient
internal import GoFlags

/// Completion of a command line in a shell, derived from the table of commands.
///
/// Shells set `COMP_LINE` to the line as it was typed and `COMP_POINT` to the place of the cursor, and
/// read one candidate from each line of the output.
enum Completion {
    static func answer(_ line: String, _ environment: [String: String], _ console: Console) -> Int32 {
        let point = environment["COMP_POINT"].flatMap { Int($0) } ?? line.utf8.count
        let typed = String(decoding: line.utf8.prefix(max(point, 0)), as: UTF8.self)
        for candidate in candidates(typed) { console.output(Array((candidate + "\n").utf8)) }
        return 0
    }

    /// What the last word of `typed` may become, sorted.
    static func candidates(_ typed: String) -> [String] {
        var words = typed.split(separator: " ", omittingEmptySubsequences: true).map(String.init)
        let last = typed.hasSuffix(" ") || words.isEmpty ? "" : words.removeLast()
        // The program's own name is being typed.
        guard !words.isEmpty else { return [] }
        words.removeFirst()
        let names = words.prefix { !$0.hasPrefix("-") }
        let command = CommandTable.longestMatch(Array(names))
        if last.hasPrefix("-") { return flags(of: command, last) }
        let prefix = command.map { $0.name + " " } ?? ""
        guard names.count == words.count, prefix.split(separator: " ").count == names.count else { return [] }
        let next = CommandTable.all.compactMap { other -> String? in
            guard other.name.hasPrefix(prefix) else { return nil }
            let rest = other.name.dropFirst(prefix.count)
            return rest.isEmpty || rest.contains(" ") ? nil : String(rest)
        }
        return Set(next).filter { $0.hasPrefix(last) }.sorted()
    }

    private static func flags(of command: Command?, _ last: String) -> [String] {
        guard let command else { return ["-help", "-version"].filter { $0.hasPrefix(last) } }
        let visible = command.flags.groups.flatMap(\.flags).filter { !$0.isHidden }
        let dashes = last.hasPrefix("--") ? "--" : "-"
        return (visible.map(\.name) + ["help"]).map { dashes + $0 }.filter { $0.hasPrefix(last) }.sorted()
    }
}
