internal import CofferBase
internal import CofferJSON
internal import HCL

/// A value in `allowed_parameters` or `denied_parameters`: a literal, or a
/// string with `*` at its ends.
package struct ParameterValue: Sendable, Equatable {
    private let value: JSON

    /// Nil for an object, and for a list that holds one: there is nothing to compare it with.
    init?(_ value: HCLValue) {
        guard let json = Self.json(value) else { return nil }
        self.value = json
    }

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

    private static func json(_ value: HCLValue) -> JSON? {
        switch value {
        case .string(let text): return .string(text)
        // Octal and hexadecimal are no JSON; requests hold decimal numbers.
        case .number(let text): return value.intValue.map { .int($0) } ?? .number(JSONNumber(checkedText: text))
        case .bool(let flag): return .bool(flag)
        case .list(let items):
            let values = items.compactMap(json)
            return values.count == items.count ? .array(values) : nil
        case .object: return nil
        }
    }
}

/// A list in a request, or a text with commas, which many fields take for a list, is
/// judged as a whole and by each of its elements.
extension ParameterValue {
    /// Whether a request's value satisfies a list of alternatives; an empty list takes anything.
    static func list(_ alternatives: [ParameterValue], admits given: JSON) -> Bool {
        if alternatives.isEmpty || alternatives.contains(where: { $0.matches(given) }) { return true }
        let elements = elements(of: given)
        return !elements.isEmpty && elements.allSatisfy { item in alternatives.contains { $0.matches(item) } }
    }

    /// Whether a request's value meets any of the refused ones; an empty list refuses anything.
    static func list(_ refused: [ParameterValue], refuses given: JSON) -> Bool {
        if refused.isEmpty || refused.contains(where: { $0.matches(given) || $0.reads(as: given) }) { return true }
        return elements(of: given).contains { list(refused, refuses: $0) }
    }

    /// True for `5` and `"5"`: engines take either, so that a denial of one must hold for the other.
    private func reads(as given: JSON) -> Bool {
        guard let mine = Self.text(value), let other = Self.text(given) else { return false }
        return sameBytes(mine, other)
    }

    private static func elements(of given: JSON) -> [JSON] {
        switch given {
        case .array(let items): return items
        case .string(let text) where text.utf8.contains(UInt8(ascii: ",")):
            return Array(text.utf8).split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
                .map { .string(trimmed($0)) }
        default: return []
        }
    }

    private static func trimmed(_ bytes: ArraySlice<UInt8>) -> String {
        let start = bytes.drop { $0 == 32 || $0 == 9 }
        let end = start.lastIndex { $0 != 32 && $0 != 9 }.map { $0 + 1 } ?? start.startIndex
        return String(decoding: start[..<end], as: UTF8.self)
    }
}
