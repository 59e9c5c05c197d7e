/// Why a template could not be read or rendered, and where. Holds no value that the template was given.
package struct TemplateError: Error, Sendable, Equatable {
    package let reason: String
    package let line: Int
    package let column: Int

    package init(_ reason: String, at place: TemplatePlace) {
        self.reason = reason
        line = place.line
        column = place.column
    }

    package var description: String { "template:\(line):\(column): \(reason)" }
}

/// A place in the text of a template; both count from 1, columns in bytes.
package struct TemplatePlace: Sendable, Equatable {
    package let line: Int
    package let column: Int

    package init(line: Int, column: Int) {
        self.line = line
        self.column = column
    }
}

/// Why a function refused its arguments; the template adds the place. Holds no argument.
package struct TemplateFailure: Error, Sendable, Equatable {
    package let reason: String
    package init(_ reason: String) { self.reason = reason }
}

/// What a template may cost.
package struct TemplateLimits: Sendable {
    /// Bytes of its text.
    package var textBytes = 100_000
    /// Bytes that it renders to.
    package var outputBytes = 1_000_000
    /// Actions, expressions and rounds of loops while it renders.
    package var steps = 100_000
    /// Blocks and parentheses inside each other.
    package var depth = 50
    /// Whether a field that is not there is an error instead of `<no value>`.
    package var refusesMissingFields = false

    package init() {}
}
