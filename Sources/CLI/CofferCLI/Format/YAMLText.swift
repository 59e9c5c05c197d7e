internal import CofferJSON
internal import GoFlags

/// JSON values as YAML 1.1, keys sorted, in the style of Go's encoder.
enum YAMLText {
    static func document(_ value: JSON) -> String {
        switch value {
        case .object(let object) where !object.isEmpty: object.sortedByKey.members.map { member($0, 0) }.joined()
        case .array(let items) where !items.isEmpty: items.map { element($0, 0) }.joined()
        default: scalar(value, 0) + "\n"
        }
    }

    private static func member(_ member: JSONObject.Member, _ depth: Int) -> String {
        let start = margin(depth) + key(member.key) + ":"
        switch member.value {
        case .object(let object) where !object.isEmpty:
            return start + "\n" + object.sortedByKey.members.map { Self.member($0, depth + 1) }.joined()
        case .array(let items) where !items.isEmpty:
            // A list stands at the depth of its key.
            return start + "\n" + items.map { element($0, depth) }.joined()
        default: return start + " " + scalar(member.value, depth + 1) + "\n"
        }
    }

    private static func element(_ value: JSON, _ depth: Int) -> String {
        let inner: String
        switch value {
        case .object(let object) where !object.isEmpty:
            inner = object.sortedByKey.members.map { member($0, depth + 1) }.joined()
        case .array(let items) where !items.isEmpty: inner = items.map { element($0, depth + 1) }.joined()
        default: return margin(depth) + "- " + scalar(value, depth + 1) + "\n"
        }
        // The first line of a nested value stands on the line of the dash.
        return margin(depth) + "- " + inner.dropFirst((depth + 1) * 2)
    }

    private static func margin(_ depth: Int) -> String { String(repeating: "  ", count: depth) }

    private static func scalar(_ value: JSON, _ depth: Int) -> String {
        switch value {
        case .null: "null"
        case .bool(let flag): flag ? "true" : "false"
        case .number(let number): number.text
        case .string(let text): string(text, depth)
        case .array: "[]"
        case .object: "{}"
        }
    }

    private static func key(_ text: String) -> String { text.contains("\n") ? goQuoted(text) : string(text, 0) }

    private static func string(_ text: String, _ depth: Int) -> String {
        if text.isEmpty || YAMLPlain.meansSomethingElse(text) { return "\"\(text)\"" }
        if text.unicodeScalars.contains(where: { $0.value < 32 && $0 != "\n" || $0.value == 127 }) {
            return goQuoted(text)
        }
        if text.contains("\n") { return block(text, depth) }
        if YAMLPlain.isPlain(text) { return text }
        return "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "''") + "'"
    }

    /// Several lines as they are, after a bar.
    private static func block(_ text: String, _ depth: Int) -> String {
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        var style = "|-"
        if lines.last?.isEmpty == true {
            lines.removeLast()
            style = lines.last?.isEmpty == true ? "|+" : "|"
        }
        if lines.first?.hasPrefix(" ") == true { style = "|2" + style.dropFirst() }
        let margin = margin(max(depth, 1))
        return style + "\n" + lines.map { $0.isEmpty ? "" : margin + $0 }.joined(separator: "\n")
    }
}
