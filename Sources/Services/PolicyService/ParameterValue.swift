internal import CofferBase
internal import CofferJSON
internal import HCL

/// A value in `allowed_parameters` or `denied_parameters`: a literal, or a
/// string with `*` at its ends.
package struct ParameterValue: Sendable, Equatable {
    private let value: JSON

    init(_ value: HCLValue) { self.value = Self.json(value) }

    /// True when the request's value is this one; lists match element by element.
    func matches(_ given: JSON) -> Bool {
        if case .string(let pattern) = value, let text = Self.text(given) {
            return Self.glob(pattern, text)
        }
        return value == given
    }

    /// What a request's value must be compared as: scalars by their text.
    private static func text(_ json: JSON) -> String? {
        switch json {
        case .string(let text): text
        case .number(let number): number.text
        case .bool(let flag): flag ? "true" : "false"
        case .null, .array, .object: nil
        }
    }

    private static func glob(_ pattern: String, _ text: String) -> Bool {
        var pattern = pattern.utf8[...]
        let opens = pattern.first == UInt8(ascii: "*")
        if opens { pattern.removeFirst() }
        let closes = pattern.last == UInt8(ascii: "*")
        if closes { pattern.removeLast() }
        switch (opens, closes) {
        case (false, false): return text.utf8.elementsEqual(pattern)
        case (false, true): return text.utf8.starts(with: pattern)
        case (true, false): return text.utf8.reversed().starts(with: pattern.reversed())
        case (true, true): return pattern.isEmpty || text.utf8.contains(pattern)
        }
    }

    private static func json(_ value: HCLValue) -> JSON {
        switch value {
        case .string(let text): .string(text)
        case .number(let text): .number(JSONNumber(checkedText: text))
        case .bool(let flag): .bool(flag)
        case .list(let items): .array(items.map(json))
        case .object: .null
        }
    }
}

extension ParameterValue {
    /// Whether a request's value satisfies a list of alternatives; an empty list takes anything.
    static func list(_ alternatives: [ParameterValue], admits given: JSON) -> Bool {
        if alternatives.isEmpty || alternatives.contains(where: { $0.matches(given) }) { return true }
        // A list is admitted when each of its elements is ("contains all").
        guard case .array(let items) = given, !items.isEmpty else { return false }
        return items.allSatisfy { item in alternatives.contains { $0.matches(item) } }
    }

    /// Whether a request's value meets any of the refused ones.
    static func list(_ refused: [ParameterValue], refuses given: JSON) -> Bool {
        if refused.isEmpty || refused.contains(where: { $0.matches(given) }) { return true }
        guard case .array(let items) = given else { return false }
        return items.contains { item in refused.contains { $0.matches(item) } }
    }
}
