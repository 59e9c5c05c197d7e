/// The flags of one command and how a command line is read with them.
///
/// The rules are those of Go's `flag` package: one or two dashes, `-x=v` or
/// `-x v`, a bool takes its value only after `=`, reading stops at the first
/// argument that is no flag and after `--`.
package struct FlagSet: Sendable {
    package let groups: [FlagGroup]

    package init(groups: [FlagGroup]) { self.groups = groups }

    var flags: [Flag] { groups.flatMap(\.flags) }

    /// Reads `arguments`; flags that are not given come from `environment`, then from their defaults.
    package func parse(_ arguments: [String], environment: [String: String] = [:]) throws(FlagError) -> ParsedFlags {
        var parsed = ParsedFlags(flags, environment: environment)
        var rest = arguments[...]
        while let argument = rest.first {
            if argument == "--" {
                rest.removeFirst()
                break
            }
            guard argument.utf8.count > 1, argument.utf8.first == UInt8(ascii: "-") else { break }
            rest.removeFirst()
            try take(argument, following: &rest, into: &parsed)
        }
        parsed.arguments = Array(rest)
        return parsed
    }

    private func take(
        _ argument: String, following rest: inout ArraySlice<String>, into parsed: inout ParsedFlags
    ) throws(FlagError) {
        let body = argument.dropFirst(argument.hasPrefix("--") ? 2 : 1)
        guard let first = body.first, first != "-", first != "=" else { throw .badSyntax(argument) }
        let equals = body.firstIndex(of: "=")
        let name = String(body[..<(equals ?? body.endIndex)])
        let attached = equals.map { String(body[body.index(after: $0)...]) }
        guard let flag = flags.first(where: { $0.name == name || $0.aliases.contains(name) }) else {
            throw .undefined(name)
        }
        if flag.kind == .bool {
            let text = attached ?? "true"
            if let reason = parsed.take(text, for: flag.name) { throw .badBool(text, name, reason) }
            return
        }
        guard let text = attached ?? rest.popFirst() else { throw .needsArgument(name) }
        if let reason = parsed.take(text, for: flag.name) { throw .badValue(text, name, reason) }
    }
}
