/// How a database writes what is not code.
package struct SQLDialect: Sendable {
    /// Whether `\` escapes in every text, or only in those that begin with `E'`.
    let hasBackslashes: Bool
    /// `$$ … $$` and `$tag$ … $tag$`.
    let hasDollarQuotes: Bool
    /// `# …` to the end of the line, and names in backticks.
    let hasHashComments: Bool

    package static let postgres = SQLDialect(hasBackslashes: false, hasDollarQuotes: true, hasHashComments: false)
    package static let mariadb = SQLDialect(hasBackslashes: true, hasDollarQuotes: false, hasHashComments: true)

    /// A name in double quotes (PostgreSQL) or backticks (MariaDB); never more than one name.
    package func identifier(_ name: String) -> String {
        let quote: Character = hasHashComments ? "`" : "\""
        return "\(quote)\(Self.doubled(quote, in: name))\(quote)"
    }

    /// A text in single quotes.
    package func literal(_ text: String) -> String {
        let plain = hasBackslashes ? Self.doubled("\\", in: text) : text
        return "'\(Self.doubled("'", in: plain))'"
    }

    static func doubled(_ character: Character, in text: String) -> String {
        var result = ""
        for unit in text.unicodeScalars {
            result.unicodeScalars.append(unit)
            if Character(unit) == character { result.unicodeScalars.append(unit) }
        }
        return result
    }
}
