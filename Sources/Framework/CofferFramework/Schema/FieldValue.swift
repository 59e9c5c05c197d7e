internal import CofferBase
package import CofferJSON

/// A Swift type that a wire field can have, with Vault's lenient readings.
package protocol FieldValue: Sendable {
    static var fieldType: FieldType { get }
    /// What an error says was expected: "an integer".
    static var expectation: String { get }
    /// Nil when the value cannot be read as this type.
    init?(wire: JSON)
    var wire: JSON { get }
    /// Reads a value into memory that holds one; false when it cannot be read.
    static func store(_ json: JSON, at place: UnsafeMutableRawPointer) -> Bool
    static func wire(at place: UnsafeRawPointer) -> JSON
}

extension String: FieldValue {
    package static var fieldType: FieldType { .string }
    package static var expectation: String { "a string" }

    package init?(wire: JSON) {
        switch wire {
        case .string(let text): self = text
        case .number(let number): self = number.text
        case .bool(let flag): self = flag ? "1" : "0"
        case .null: self = ""
        case .array, .object: return nil
        }
    }

    package var wire: JSON { .string(self) }
}

extension Int64: FieldValue {
    package static var fieldType: FieldType { .integer }
    package static var expectation: String { "an integer" }

    package init?(wire: JSON) {
        switch wire {
        case .number(let number):
            if let value = number.int {
                self = value
            } else if let double = number.double, let exact = Int64(exactly: double) {
                self = exact
            } else {
                return nil
            }
        case .string(let text):
            if text.isEmpty { self = 0 } else if let value = Int64(text) { self = value } else { return nil }
        case .bool(let flag): self = flag ? 1 : 0
        case .null: self = 0
        case .array, .object: return nil
        }
    }

    package var wire: JSON { .int(self) }
}

extension Bool: FieldValue {
    package static var fieldType: FieldType { .boolean }
    package static var expectation: String { "a boolean" }

    package init?(wire: JSON) {
        switch wire {
        case .bool(let flag): self = flag
        case .number(let number):
            guard let value = number.int else { return nil }
            self = value != 0
        case .string(let text):
            if text.isEmpty { self = false } else if let flag = Bool(wireText: text) { self = flag } else { return nil }
        case .null: self = false
        case .array, .object: return nil
        }
    }

    package var wire: JSON { .bool(self) }

    /// The spellings that Go's `strconv.ParseBool` takes.
    package init?(wireText text: String) {
        switch text {
        case "1", "t", "T", "true", "TRUE", "True": self = true
        case "0", "f", "F", "false", "FALSE", "False": self = false
        default: return nil
        }
    }
}

extension Duration: FieldValue {
    package static var fieldType: FieldType { .duration }
    package static var expectation: String { "a duration such as 3600 or \"1h\"" }

    package init?(wire: JSON) {
        switch wire {
        case .number(let number):
            guard let seconds = number.int, abs(seconds) <= 9_223_372_036, seconds >= 0 else { return nil }
            self = .seconds(seconds)
        case .string(let text):
            if text.isEmpty {
                self = .zero
            } else if let duration = GoDuration.parse(text), duration >= .zero {
                self = duration
            } else {
                return nil
            }
        case .null: self = .zero
        case .bool, .array, .object: return nil
        }
    }

    package var wire: JSON { .int(wholeSeconds) }
}

extension Array: FieldValue where Element: FieldValue {
    package static var fieldType: FieldType { Element.fieldType == .integer ? .integerList : .stringList }
    package static var expectation: String { "a list" }

    package init?(wire: JSON) {
        switch wire {
        case .array(let items):
            var values: [Element] = []
            for item in items {
                guard let value = Element(wire: item) else { return nil }
                values.append(value)
            }
            self = values
        case .string(let text):
            var values: [Element] = []
            for part in text.split(separator: ",") {
                guard let value = Element(wire: .string(trimmed(part))) else { return nil }
                values.append(value)
            }
            self = values
        case .number:
            guard let value = Element(wire: wire) else { return nil }
            self = [value]
        case .null: self = []
        case .bool, .object: return nil
        }
    }

    /// Without `map`: in code for all types its closure and its result are made by way of their metadata.
    package var wire: JSON {
        var items: [JSON] = []
        items.reserveCapacity(count)
        for index in indices { items.append(self[index].wire) }
        return .array(items)
    }
}

extension Dictionary: FieldValue where Key == String, Value == String {
    package static var fieldType: FieldType { .stringMap }
    package static var expectation: String { "a map of strings" }

    package init?(wire: JSON) {
        self = [:]
        switch wire {
        case .object(let object):
            for member in object.members {
                guard let text = String(wire: member.value) else { return nil }
                self[member.key] = text
            }
        case .array(let items):
            for item in items {
                guard let pair = item.stringValue, insert(pair: pair) else { return nil }
            }
        case .string(let text):
            for pair in text.split(separator: ",") where !insert(pair: trimmed(pair)) { return nil }
        case .null: break
        case .bool, .number: return nil
        }
    }

    package var wire: JSON {
        var object = JSONObject()
        for (key, value) in self.sorted(by: { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }) {
            object.append(key, .string(value))
        }
        return .object(object)
    }

    /// Reads `key=value`; false when there is no `=`.
    private mutating func insert(pair: String) -> Bool {
        guard let equals = pair.firstIndex(of: "=") else { return false }
        self[String(pair[..<equals])] = String(pair[pair.index(after: equals)...])
        return true
    }
}

extension JSONObject: FieldValue {
    package static var fieldType: FieldType { .map }
    package static var expectation: String { "a map" }

    package init?(wire: JSON) {
        switch wire {
        case .object(let object): self = object
        case .null: self = [:]
        default: return nil
        }
    }

    package var wire: JSON { .object(self) }
}

extension JSON: FieldValue {
    package static var fieldType: FieldType { .any }
    package static var expectation: String { "a value" }
    package init?(wire: JSON) { self = wire }
    package var wire: JSON { self }
}

/// Nil means "not given"; a given null is the type's empty value where it has one.
extension Optional: FieldValue where Wrapped: FieldValue {
    package static var fieldType: FieldType { Wrapped.fieldType }
    package static var expectation: String { Wrapped.expectation }

    package init?(wire: JSON) {
        guard let value = Wrapped(wire: wire) else { return nil }
        self = .some(value)
    }

    package var wire: JSON { self?.wire ?? .null }
}

/// A name that has one form whatever its case (roles, users, policies).
package struct FoldedName: FieldValue, Hashable {
    package let text: String
    package static var fieldType: FieldType { .lowercaseString }
    package static var expectation: String { "a string" }

    package init(_ text: String) { self.text = text.lowercased() }

    package init?(wire: JSON) {
        guard let text = String(wire: wire) else { return nil }
        self.init(text)
    }

    package var wire: JSON { .string(text) }
}

private func trimmed(_ text: Substring) -> String {
    var part = text
    while part.first == " " { part.removeFirst() }
    while part.last == " " { part.removeLast() }
    return String(part)
}
