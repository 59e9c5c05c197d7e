/// The flags and arguments of one command line. A flag that is not defined reads as empty.
package struct ParsedFlags: Sendable {
    private var values: [String: FlagValue] = [:]
    private var given: Set<String> = []
    /// What follows the flags.
    package internal(set) var arguments: [String] = []

    init(_ flags: [Flag], environment: [String: String]) {
        for flag in flags {
            var value = FlagValue(empty: flag.kind)
            if !flag.defaultText.isEmpty { _ = value.take(flag.defaultText) }
            if let variable = flag.variable, let text = environment[variable] { value.takeVariable(text) }
            values[flag.name] = value
        }
    }

    /// Takes `text` for `name`; gives the reason when it is malformed.
    mutating func take(_ text: String, for name: String) -> String? {
        guard var value = values[name] else { return nil }
        // A first use replaces the default and the environment; only repetition adds.
        if !given.contains(name) {
            if case .strings = value { value = .strings([]) }
            if case .pairs = value { value = .pairs([]) }
        }
        if let reason = value.take(text) { return reason }
        values[name] = value
        given.insert(name)
        return nil
    }

    /// Whether the flag stands on the command line itself.
    package func isGiven(_ name: String) -> Bool { given.contains(name) }

    package func string(_ name: String) -> String {
        if case .string(let text) = values[name] { text } else { "" }
    }

    package func bool(_ name: String) -> Bool {
        if case .bool(let flag) = values[name] { flag } else { false }
    }

    package func int(_ name: String) -> Int {
        if case .int(let number) = values[name] { number } else { 0 }
    }

    package func duration(_ name: String) -> Duration {
        if case .duration(let duration) = values[name] { duration } else { .zero }
    }

    package func strings(_ name: String) -> [String] {
        if case .strings(let texts) = values[name] { texts } else { [] }
    }

    /// In the order in which the keys were last given.
    package func pairs(_ name: String) -> [(key: String, value: String)] {
        if case .pairs(let pairs) = values[name] { pairs } else { [] }
    }

    /// Arguments that look like flags but stand after the first argument, where none is read.
    package var misplacedFlags: [String] {
        arguments.filter { $0.utf8.first == UInt8(ascii: "-") && $0 != "-" }
    }
}
