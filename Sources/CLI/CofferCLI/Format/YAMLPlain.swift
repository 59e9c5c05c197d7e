/// When a text may stand in YAML without quotes.
enum YAMLPlain {
    private static let words: Set<String> = [
        "true", "True", "TRUE", "false", "False", "FALSE", "yes", "Yes", "YES", "no", "No", "NO", "on", "On", "ON",
        "off", "Off", "OFF", "y", "Y", "n", "N", "null", "Null", "NULL", "~", ".nan", ".NaN", ".NAN", ".inf", ".Inf",
        ".INF", "+.inf", "-.inf", "<<", "=",
    ]

    /// Whether a reader would take it for a number, a bool, a null or a time.
    static func meansSomethingElse(_ text: String) -> Bool {
        if words.contains(text) { return true }
        guard let first = text.utf8.first, (48...57).contains(first) || "+-.".utf8.contains(first) else { return false }
        let digits = text.filter { $0 != "_" }
        if Double(digits) != nil { return true }
        if ["0x", "0o", "0b"].contains(where: { digits.hasPrefix($0) }), digits.count > 2 {
            return digits.dropFirst(2).allSatisfy(\.isHexDigit)
        }
        return isTime(text)
    }

    /// `2006-01-02`, alone or followed by a time.
    private static func isTime(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        guard bytes.count >= 10, bytes[4] == 45, bytes[7] == 45 else { return false }
        guard [0, 1, 2, 3, 5, 6, 8, 9].allSatisfy({ (48...57).contains(bytes[$0]) }) else { return false }
        return bytes.count == 10 || bytes[10] == 84 || bytes[10] == 116 || bytes[10] == 32
    }

    static func isPlain(_ text: String) -> Bool {
        guard let first = text.first, let last = text.last else { return false }
        if first == " " || last == " " || last == ":" { return false }
        if "!&*|>'\"%@`#,[]{}".contains(first) { return false }
        let second = text.dropFirst().first
        if "-?:".contains(first), second == nil || second == " " { return false }
        if text.hasPrefix("---") || text.hasPrefix("...") { return false }
        var before: Character = "x"
        for character in text {
            if character == "#", before == " " { return false }
            if before == ":", character == " " { return false }
            before = character
        }
        return true
    }
}
