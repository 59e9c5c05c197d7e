internal import CofferBase
internal import CofferJSON

/// How Go prints values: `%v` and the verbs of `printf` that templates use.
enum GoFormat {
    private static let widest = 10_000

    /// As `%v`.
    static func plain(_ value: JSON) -> String {
        switch value {
        case .null: "<no value>"
        case .bool(let flag): flag ? "true" : "false"
        case .number(let number): number.text
        case .string(let text): text
        case .array(let items): "[" + items.map(plain).joined(separator: " ") + "]"
        case .object(let object):
            "map[" + object.sortedByKey.members.map { "\($0.key):\(plain($0.value))" }.joined(separator: " ") + "]"
        }
    }

    private struct Verb {
        var leftAligned = false
        var zeroPadded = false
        var width = 0
        var precision: Int?
    }

    static func printf(_ format: String, _ values: [JSON]) throws -> String {
        var output = ""
        var rest = Substring(format)
        var values = values[...]
        while let percent = rest.firstIndex(of: "%") {
            output += rest[..<percent]
            rest = rest[rest.index(after: percent)...]
            let verb = try flags(&rest)
            guard let letter = rest.popFirst() else { throw TemplateFailure("the format ends with %") }
            if letter == "%" {
                output += "%"
                continue
            }
            guard let value = values.popFirst() else {
                output += "%!\(letter)(MISSING)"
                continue
            }
            output += padded(try text(letter, value, verb), verb)
        }
        if !values.isEmpty { throw TemplateFailure("more values than verbs") }
        return output + rest
    }

    private static func flags(_ rest: inout Substring) throws -> Verb {
        var verb = Verb()
        while let flag = rest.first, "-0+ #".contains(flag) {
            verb.leftAligned = verb.leftAligned || flag == "-"
            verb.zeroPadded = verb.zeroPadded || flag == "0"
            rest.removeFirst()
        }
        verb.width = try number(&rest) ?? 0
        if rest.first == "." {
            rest.removeFirst()
            verb.precision = try number(&rest) ?? 0
        }
        return verb
    }

    private static func number(_ rest: inout Substring) throws -> Int? {
        let digits = rest.prefix { $0.isASCII && $0.isNumber }
        if digits.isEmpty { return nil }
        rest.removeFirst(digits.count)
        guard let number = Int(digits), number <= widest else { throw TemplateFailure("a width is too large") }
        return number
    }

    private static func text(_ letter: Character, _ value: JSON, _ verb: Verb) throws -> String {
        switch letter {
        case "s", "v":
            let text = plain(value)
            return verb.precision.map { String(String.UnicodeScalarView(text.unicodeScalars.prefix($0))) } ?? text
        case "d":
            guard let number = value.intValue else { throw TemplateFailure("%d wants a whole number") }
            return String(number)
        case "q": return JSON.string(plain(value)).serializedText
        case "t":
            guard let flag = value.boolValue else { throw TemplateFailure("%t wants true or false") }
            return flag ? "true" : "false"
        case "x", "X":
            let digits =
                value.intValue.map { String($0, radix: 16) } ?? Hex.encode(Array(plain(value).utf8))
            return letter == "X" ? digits.uppercased() : digits
        default: throw TemplateFailure("a verb of the format is not supported")
        }
    }

    private static func padded(_ text: String, _ verb: Verb) -> String {
        let missing = verb.width - text.unicodeScalars.count
        if missing <= 0 { return text }
        if verb.leftAligned { return text + String(repeating: " ", count: missing) }
        return String(repeating: verb.zeroPadded ? "0" : " ", count: missing) + text
    }
}

extension JSON {
    fileprivate var serializedText: String { String(decoding: serialized(), as: UTF8.self) }
}
