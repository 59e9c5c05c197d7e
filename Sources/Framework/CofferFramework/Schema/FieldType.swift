/// The type of a field as OpenAPI and help texts name it.
package enum FieldType: Sendable, Equatable {
    case string, lowercaseString, integer, boolean, stringList, integerList, map, stringMap, duration, signedDuration
    case any, timestamp, float

    /// OpenAPI 3 schema type.
    package var openAPIType: String {
        switch self {
        case .string, .lowercaseString, .timestamp, .duration, .signedDuration: "string"
        case .integer: "integer"
        case .float: "number"
        case .boolean: "boolean"
        case .stringList, .integerList: "array"
        case .map, .stringMap, .any: "object"
        }
    }

    package var openAPIFormat: String? {
        switch self {
        case .duration, .signedDuration: "duration"
        case .lowercaseString: "lowercase"
        case .timestamp: "date-time"
        case .map, .any: "map"
        case .stringMap: "kvpairs"
        case .float: "float"
        default: nil
        }
    }
}

/// A field that could not be read. Holds the field's name, never its value (CVE-2025-4166).
package struct FieldError: Error, Sendable, Equatable {
    package let field: String
    package let expected: String

    package init(field: String, expected: String) {
        self.field = field
        self.expected = expected
    }

    package var text: String {
        "Field validation failed: error converting input for field \"\(field)\": expected \(expected)"
    }
}
