/// Statements as an operator wrote them: split at semicolons, and filled with values.
///
/// It knows what is quoted, so that a semicolon in a text or in the body of a function ends no statement, and
/// so that a value can never end the quotes that it stands in (vulnerabilities, R05).
package struct SQLText {
    package struct Unsafe: Error, Sendable, Equatable {}

    private enum Place: Equatable {
        case code
        case quoted(UInt8, hasBackslashes: Bool)
        case dollars([UInt8])
        case lineComment
        case blockComment
    }

    private let bytes: [UInt8]
    private let dialect: SQLDialect
    private var index = 0
    private var place = Place.code

    private init(_ text: String, _ dialect: SQLDialect) {
        bytes = Array(text.utf8)
        self.dialect = dialect
    }

    /// The statements of a text, without those that are empty.
    package static func statements(_ text: String, _ dialect: SQLDialect) -> [String] {
        var walk = SQLText(text, dialect)
        var (statements, start): ([String], Int) = ([], 0)
        while walk.index < walk.bytes.count {
            if walk.place == .code, walk.bytes[walk.index] == UInt8(ascii: ";") {
                statements.append(trimmed(walk.bytes[start..<walk.index]))
                start = walk.index + 1
            }
            walk.step()
        }
        statements.append(trimmed(walk.bytes[start...]))
        return statements.filter { !$0.isEmpty }
    }

    /// The statement with each `{{name}}` replaced by the value of that name, escaped for where it stands.
    /// - Throws: `Unsafe` when a value outside of quotes holds more than letters, digits, `_`, `-` and `.`.
    package static func filled(
        _ statement: String, _ values: [String: String], _ dialect: SQLDialect
    ) throws(Unsafe) -> String {
        var walk = SQLText(statement, dialect)
        var result: [UInt8] = []
        while walk.index < walk.bytes.count {
            if let (name, end) = walk.mark(), let value = values[name] {
                // Before a quote a value could become the letter that says how the quote is read.
                if walk.place == .code, end < walk.bytes.count, "'\"$".utf8.contains(walk.bytes[end]) { throw Unsafe() }
                result += try walk.escaped(value).utf8
                walk.index = end
            } else {
                let start = walk.index
                walk.step()
                result += walk.bytes[start..<walk.index]
            }
        }
        return String(decoding: result, as: UTF8.self)
    }

    /// The name of a `{{name}}` that begins here, and where it ends.
    private func mark() -> (String, Int)? {
        guard has("{{") else { return nil }
        let name = bytes[(index + 2)...].prefix { (97...122).contains($0) || $0 == UInt8(ascii: "_") }
        let end = name.endIndex
        guard end + 1 < bytes.count, bytes[end] == UInt8(ascii: "}"), bytes[end + 1] == UInt8(ascii: "}") else {
            return nil
        }
        return (String(decoding: name, as: UTF8.self), end + 2)
    }

    private func escaped(_ value: String) throws(Unsafe) -> String {
        if value.utf8.contains(0) { throw Unsafe() }
        switch place {
        case .quoted(let quote, let hasBackslashes):
            let plain = hasBackslashes ? SQLDialect.doubled("\\", in: value) : value
            return SQLDialect.doubled(Character(Unicode.Scalar(quote)), in: plain)
        case .code:
            guard Self.isWord(value, and: "-."), !value.contains("--") else { throw Unsafe() }
            return value
        case .dollars, .lineComment, .blockComment:
            // Code in code: which quotes count inside is the database's secret.
            guard Self.isWord(value, and: "-.:+=@, ") else { throw Unsafe() }
            return value
        }
    }

    private static func isWord(_ value: String, and others: String) -> Bool {
        value.unicodeScalars.allSatisfy { scalar in
            (48...57).contains(scalar.value) || (65...90).contains(scalar.value) || (97...122).contains(scalar.value)
                || scalar == "_" || others.unicodeScalars.contains(scalar)
        }
    }

    // MARK: walking

    /// Goes past one piece: a byte, an escaped pair, or a delimiter.
    private mutating func step() {
        let byte = bytes[index]
        switch place {
        case .code: stepInCode(byte)
        case .quoted(let quote, let hasBackslashes):
            if hasBackslashes && byte == UInt8(ascii: "\\") { return move(2) }
            if byte == quote {
                if index + 1 < bytes.count, bytes[index + 1] == quote { return move(2) }
                place = .code
            }
            move(1)
        case .dollars(let tag):
            if bytes[index...].starts(with: tag) {
                place = .code
                return move(tag.count)
            }
            move(1)
        case .lineComment:
            if byte == 10 { place = .code }
            move(1)
        case .blockComment:
            if has("*/") {
                place = .code
                return move(2)
            }
            move(1)
        }
    }

    private mutating func stepInCode(_ byte: UInt8) {
        switch byte {
        case UInt8(ascii: "'"): place = .quoted(byte, hasBackslashes: dialect.hasBackslashes || followsE)
        case UInt8(ascii: "\""): place = .quoted(byte, hasBackslashes: dialect.hasBackslashes)
        case UInt8(ascii: "`") where dialect.hasHashComments: place = .quoted(byte, hasBackslashes: false)
        case UInt8(ascii: "#") where dialect.hasHashComments: place = .lineComment
        case UInt8(ascii: "-") where has("--"): place = .lineComment
        case UInt8(ascii: "/") where has("/*"):
            place = .blockComment
            return move(2)
        case UInt8(ascii: "$") where dialect.hasDollarQuotes:
            if let tag = dollarTag() {
                place = .dollars(tag)
                return move(tag.count)
            }
        default: break
        }
        move(1)
    }

    /// Whether the quote here belongs to an `E'…'`.
    private var followsE: Bool {
        guard index > 0, bytes[index - 1] | 0x20 == UInt8(ascii: "e") else { return false }
        return index == 1 || !Self.isName(bytes[index - 2])
    }

    private func dollarTag() -> [UInt8]? {
        if index > 0, Self.isName(bytes[index - 1]) { return nil }
        let name = bytes[(index + 1)...].prefix { Self.isName($0) }
        guard name.endIndex < bytes.count, bytes[name.endIndex] == UInt8(ascii: "$"),
            !(name.first.map { (48...57).contains($0) } ?? false)
        else { return nil }
        return Array(bytes[index...name.endIndex])
    }

    private static func isName(_ byte: UInt8) -> Bool {
        (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte) || byte == 95 || byte >= 0x80
    }

    private mutating func move(_ count: Int) { index = min(index + count, bytes.count) }

    private func has(_ text: StaticString) -> Bool {
        text.withUTF8Buffer { bytes[index...].starts(with: $0) }
    }

    private static func trimmed(_ bytes: ArraySlice<UInt8>) -> String {
        var bytes = bytes.drop { $0 <= 32 }
        while let last = bytes.last, last <= 32 { bytes.removeLast() }
        return String(decoding: bytes, as: UTF8.self)
    }
}
