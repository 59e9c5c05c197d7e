/// A JSON value as this program reads and writes it (RFC 8259).
///
/// Objects keep their order; numbers keep their text, so that a value above
/// 2^53 or a decimal comes back exactly as it went in.
package enum JSON: Sendable {
    case null
    case bool(Bool)
    case number(JSONNumber)
    case string(String)
    case array([JSON])
    case object(JSONObject)

    package var stringValue: String? { if case .string(let text) = self { text } else { nil } }
    package var boolValue: Bool? { if case .bool(let flag) = self { flag } else { nil } }
    package var intValue: Int64? { if case .number(let number) = self { number.int } else { nil } }
    package var arrayValue: [JSON]? { if case .array(let items) = self { items } else { nil } }
    package var objectValue: JSONObject? { if case .object(let object) = self { object } else { nil } }
    package var isNull: Bool { if case .null = self { true } else { false } }

    /// The member of an object; nil for other kinds and for a missing key.
    package subscript(key: String) -> JSON? { objectValue?[key] }

    package static func int(_ value: Int64) -> JSON { .number(JSONNumber(value)) }
    package static func int(_ value: Int) -> JSON { .number(JSONNumber(value)) }
    package static func int(_ value: some BinaryInteger) -> JSON { .number(JSONNumber(value)) }
    package static func strings(_ values: [String]) -> JSON { .array(values.map { .string($0) }) }
    package static func strings(_ values: some Sequence<String>) -> JSON { .array(values.map { .string($0) }) }
}

extension JSON: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral,
    ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral, ExpressibleByNilLiteral
{
    package init(stringLiteral value: String) { self = .string(value) }
    package init(integerLiteral value: Int64) { self = .number(JSONNumber(value)) }
    package init(booleanLiteral value: Bool) { self = .bool(value) }
    package init(arrayLiteral elements: JSON...) { self = .array(elements) }
    package init(nilLiteral: ()) { self = .null }
    package init(dictionaryLiteral elements: (String, JSON)...) {
        var object = JSONObject(capacity: elements.count)
        for (key, value) in elements { object[key] = value }
        self = .object(object)
    }
}
