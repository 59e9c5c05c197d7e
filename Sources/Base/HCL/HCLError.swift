/// Why a text is no HCL, and where. Holds nothing of the text, which may be secret.
package struct HCLError: Error, Sendable, Equatable {
    /// Counted from 1.
    package let line: Int
    /// Characters (Unicode scalars) from the start of the line, counted from 1.
    package let column: Int
    package let reason: String

    package init(line: Int, column: Int, reason: String) {
        self.line = line
        self.column = column
        self.reason = reason
    }

    package init(_ reason: String, at position: HCLPosition) {
        self.init(line: position.line, column: position.column, reason: reason)
    }
}

extension HCLError: CustomStringConvertible {
    /// In the form that clients know from HCL 1: `At 3:14: …`; the reason alone where the place is unknown.
    package var description: String { line > 0 ? "At \(line):\(column): \(reason)" : reason }
}
