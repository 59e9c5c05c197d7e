/// Why a command line was refused, in the words of Go's `flag` package, which scripts match on.
package struct FlagError: Error, Sendable, Equatable, CustomStringConvertible {
    package let description: String

    package init(_ description: String) { self.description = description }

    static func undefined(_ name: String) -> FlagError { FlagError("flag provided but not defined: -\(name)") }
    static func badSyntax(_ argument: String) -> FlagError { FlagError("bad flag syntax: \(argument)") }
    static func needsArgument(_ name: String) -> FlagError { FlagError("flag needs an argument: -\(name)") }

    static func badBool(_ text: String, _ name: String, _ reason: String) -> FlagError {
        FlagError("invalid boolean value \(goQuoted(text)) for -\(name): \(reason)")
    }

    static func badValue(_ text: String, _ name: String, _ reason: String) -> FlagError {
        FlagError("invalid value \(goQuoted(text)) for flag -\(name): \(reason)")
    }
}

/// `text` as Go's `%q` prints it.
package func goQuoted(_ text: String) -> String {
    var quoted = "\""
    for scalar in text.unicodeScalars {
        switch scalar {
        case "\"": quoted += "\\\""
        case "\\": quoted += "\\\\"
        case "\n": quoted += "\\n"
        case "\r": quoted += "\\r"
        case "\t": quoted += "\\t"
        case _ where scalar.value < 32 || scalar.value == 127:
            quoted += "\\x" + hexDigits(scalar.value)
        default: quoted.unicodeScalars.append(scalar)
        }
    }
    return quoted + "\""
}

private func hexDigits(_ value: UInt32) -> String {
    let digits = String(value, radix: 16)
    return digits.utf8.count < 2 ? "0" + digits : digits
}
