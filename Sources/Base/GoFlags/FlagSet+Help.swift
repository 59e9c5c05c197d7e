extension FlagSet {
    /// The flags for a help text: a title for each group, then each flag with its sentence, by name.
    package var help: String {
        var text = ""
        for group in groups {
            text += "\(group.title):\n\n"
            for flag in group.flags.filter({ !$0.isHidden }).sorted(by: { $0.name < $1.name }) {
                text += "  -\(flag.name)\(flag.example)\n\(wrapText(flag.sentence, indent: 6))\n\n"
            }
        }
        while text.hasSuffix("\n") { text.removeLast() }
        return text
    }
}

extension Flag {
    fileprivate var example: String {
        switch kind {
        case .bool: ""
        case .string, .strings: "=<string>"
        case .int: "=<int>"
        case .duration: "=<duration>"
        case .pairs: "=<key=value>"
        }
    }

    fileprivate var sentence: String {
        var text = usage
        if !aliases.isEmpty {
            text += " This is aliased as " + aliases.map { "\"-\($0)\"" }.joined(separator: " and ") + "."
        }
        if !defaultText.isEmpty { text += " The default is \(defaultText)." }
        if let variable { text += " This can also be specified via the \(variable) environment variable." }
        return text
    }
}
