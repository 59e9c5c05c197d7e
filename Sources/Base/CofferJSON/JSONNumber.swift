/// A JSON number as its literal text, already checked against the grammar.
package struct JSONNumber: Sendable, Hashable {
    package let text: String

    /// The caller has checked `text` against the JSON grammar.
    package init(checkedText text: String) { self.text = text }
    package init(_ value: Int64) { text = value == 0 ? "0" : String(value) }
    package init(_ value: Int) { text = value == 0 ? "0" : String(value) }
    package init(_ value: some BinaryInteger) { text = String(value) }

    /// The exact integer, or nil when the literal has a fraction, an exponent or is out of range.
    package var int: Int64? { Int64(text) }
    /// The nearest binary value; infinite or zero where the literal is beyond its range.
    package var double: Double? { Double(text) }
}
