package import CofferJSON

/// A number with a fraction: rates. Never infinite.
extension Double: FieldValue {
    package static var fieldType: FieldType { .float }
    package static var expectation: String { "a number" }

    package init?(wire: JSON) {
        let value: Double?
        switch wire {
        case .number(let number): value = number.double
        case .string(let text): value = text.isEmpty ? 0 : Double(text)
        case .null: value = 0
        case .bool, .array, .object: value = nil
        }
        guard let value, value.isFinite else { return nil }
        self = value
    }

    /// A whole number has no fraction, as Go prints it.
    package var wire: JSON {
        if let whole = Int64(exactly: self) { return .int(whole) }
        return .number(JSONNumber(checkedText: description))
    }
}
