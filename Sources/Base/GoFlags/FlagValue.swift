internal import CofferBase

/// What one flag holds; every kind starts empty and takes text.
enum FlagValue: Sendable {
    case string(String)
    case bool(Bool)
    case int(Int)
    case duration(Duration)
    case strings([String])
    case pairs([(key: String, value: String)])

    init(empty kind: Flag.Kind) {
        self =
            switch kind {
            case .string: .string("")
            case .bool: .bool(false)
            case .int: .int(0)
            case .duration: .duration(.zero)
            case .strings: .strings([])
            case .pairs: .pairs([])
            }
    }

    /// Takes `text` as one use of the flag; gives the reason when it is malformed.
    mutating func take(_ text: String) -> String? {
        switch self {
        case .string: self = .string(text)
        case .bool:
            guard let flag = goBool(text) else { return invalidSyntax("ParseBool", text) }
            self = .bool(flag)
        case .int:
            guard let number = Int(text) else { return invalidSyntax("ParseInt", text) }
            self = .int(number)
        case .duration:
            guard let duration = Self.duration(text) else { return Self.durationReason(text) }
            self = .duration(duration)
        case .strings(let values): self = .strings(values + [trimmed(text)])
        case .pairs(var pairs):
            guard let equals = text.firstIndex(of: "=") else { return "missing = in KV pair: \(goQuoted(text))" }
            let key = String(text[..<equals])
            pairs.removeAll { $0.key == key }
            pairs.append((key, String(text[text.index(after: equals)...])))
            self = .pairs(pairs)
        }
        return nil
    }

    /// Takes the text of an environment variable; lists are separated by commas there.
    mutating func takeVariable(_ text: String) {
        guard case .strings = self else {
            _ = take(text)
            return
        }
        self = .strings(text.split(separator: ",", omittingEmptySubsequences: false).map { trimmed(String($0)) })
    }

    private static func duration(_ text: String) -> Duration? {
        text == "system" ? .seconds(-1) : GoDuration.parse(text)
    }

    private static func durationReason(_ text: String) -> String {
        guard let last = text.last, "smhd".contains(last) else { return invalidSyntax("ParseInt", text) }
        return "time: invalid duration \(goQuoted(text))"
    }
}

/// The spellings that Go's `strconv.ParseBool` accepts.
package func goBool(_ text: String) -> Bool? {
    switch text {
    case "1", "t", "T", "TRUE", "true", "True": true
    case "0", "f", "F", "FALSE", "false", "False": false
    default: nil
    }
}

private func invalidSyntax(_ function: String, _ text: String) -> String {
    "strconv.\(function): parsing \(goQuoted(text)): invalid syntax"
}

private func trimmed(_ text: String) -> String {
    var bytes = Array(text.utf8)[...]
    while let first = bytes.first, first == 32 || (9...13).contains(first) { bytes.removeFirst() }
    while let last = bytes.last, last == 32 || (9...13).contains(last) { bytes.removeLast() }
    return String(decoding: bytes, as: UTF8.self)
}
