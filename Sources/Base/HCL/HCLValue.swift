/// A value; interpolations (`${…}`) stay the text they are.
package enum HCLValue: Sendable {
    /// A quoted string with its escapes resolved, or a heredoc with its last line break.
    case string(String)
    /// The literal's text: decimal, `0x…`, octal with a leading `0`, or a fraction.
    case number(String)
    case bool(Bool)
    case list([HCLValue])
    case object(HCLBody)

    package var stringValue: String? { if case .string(let text) = self { text } else { nil } }
    package var boolValue: Bool? { if case .bool(let flag) = self { flag } else { nil } }
    package var listValue: [HCLValue]? { if case .list(let values) = self { values } else { nil } }
    package var objectValue: HCLBody? { if case .object(let body) = self { body } else { nil } }

    /// A list as it is; anything else as a list of one.
    package var elements: [HCLValue] { listValue ?? [self] }

    /// The text of a string, number or bool, for fields that take any of them; nil for the rest.
    package var scalarText: String? {
        switch self {
        case .string(let text), .number(let text): text
        case .bool(let flag): flag ? "true" : "false"
        case .list, .object: nil
        }
    }

    /// The integer of a number or of a string that holds one; a leading `0` means octal and `0x` hexadecimal.
    package var intValue: Int64? {
        switch self {
        case .string(let text), .number(let text): Self.integer(text)
        case .bool, .list, .object: nil
        }
    }

    /// The strings of a list; numbers count as their text. Nil for other kinds and for lists that hold more.
    package var stringList: [String]? {
        guard case .list(let values) = self else { return nil }
        var texts: [String] = []
        for value in values {
            switch value {
            case .string(let text), .number(let text): texts.append(text)
            case .bool, .list, .object: return nil
            }
        }
        return texts
    }

    private static func integer(_ text: String) -> Int64? {
        let isNegative = text.hasPrefix("-")
        let digits = isNegative ? text.dropFirst() : text[...]
        guard let first = digits.utf8.first, (48...57).contains(first) else { return nil }
        let sign = isNegative ? "-" : ""
        if digits.hasPrefix("0x") || digits.hasPrefix("0X") {
            // A second sign after the prefix is no digit.
            guard digits.dropFirst(2).allSatisfy(\.isHexDigit) else { return nil }
            return Int64(sign + digits.dropFirst(2), radix: 16)
        }
        if first == 48, digits.utf8.count > 1 { return Int64(sign + digits.dropFirst(), radix: 8) }
        return Int64(text)
    }
}
