/// One flag of a command, as data: name, type, default and the sentence shown in the help.
package struct Flag: Sendable {
    package enum Kind: Sendable {
        case string
        case bool
        case int
        /// `30s`, `1h`, `7d`, whole seconds, or `system` for -1.
        case duration
        /// May be repeated; each use adds one value.
        case strings
        /// `key=value`, may be repeated; a later value for the same key wins.
        case pairs
    }

    package let name: String
    package let kind: Kind
    package let aliases: [String]
    /// In the form in which it would be typed; empty when there is none.
    package let defaultText: String
    /// The environment variable that is read when the flag is not given.
    package let variable: String?
    package let isHidden: Bool
    package let usage: String

    package init(
        _ name: String, _ kind: Kind, aliases: [String] = [], default defaultText: String = "",
        variable: String? = nil, isHidden: Bool = false, _ usage: String
    ) {
        self.name = name
        self.kind = kind
        self.aliases = aliases
        self.defaultText = defaultText
        self.variable = variable
        self.isHidden = isHidden
        self.usage = usage
    }

    /// A flag that takes any text.
    package init(
        _ name: String, default defaultText: String = "", variable: String? = nil, isHidden: Bool = false,
        _ usage: String
    ) {
        self.init(name, .string, default: defaultText, variable: variable, isHidden: isHidden, usage)
    }
}

/// Flags that stand under one title in the help.
package struct FlagGroup: Sendable {
    package let title: String
    package let flags: [Flag]

    package init(_ title: String, _ flags: [Flag]) {
        self.title = title
        self.flags = flags
    }
}
