/// Where something stands in a text; lines and columns count from 1.
package struct HCLPosition: Sendable, Hashable {
    package let line: Int
    /// Unicode scalars from the start of the line.
    package let column: Int

    package init(line: Int, column: Int) {
        self.line = line
        self.column = column
    }

    /// For what came out of the JSON form, whose values carry no positions.
    package static let unknown = HCLPosition(line: 0, column: 0)

    package var isKnown: Bool { line > 0 }
}
