internal import CofferJSON

/// A text with `{{identity.…}}` in it, to be filled from a caller's identity.
package struct IdentityTemplate: Sendable {
    private enum Piece: Sendable {
        case literal(String)
        case variable(IdentityVariable)
    }

    package enum Outcome: Sendable, Equatable {
        case filled(String)
        /// The caller has no such part: no entity, not in the group, no metadata of that name.
        case missing
        /// The part is there, but its value must not stand in a path, a pattern or a list.
        case refused
    }

    private let pieces: [Piece]

    /// Nil when braces do not match or a name means nothing.
    package init?(_ text: String) {
        var pieces: [Piece] = []
        var rest = text[...]
        while let open = rest.firstRange(of: "{{") {
            guard let close = rest[open.upperBound...].firstRange(of: "}}") else { return nil }
            pieces.append(.literal(String(rest[..<open.lowerBound])))
            let name = rest[open.upperBound..<close.lowerBound].filter { $0 != " " && $0 != "\t" }
            guard let variable = IdentityVariable(name) else { return nil }
            pieces.append(.variable(variable))
            rest = rest[close.upperBound...]
        }
        guard !rest.contains("}}") else { return nil }
        pieces.append(.literal(String(rest)))
        self.pieces = pieces
    }

    /// - Parameters:
    ///   - view: nil for a caller without an entity.
    ///   - separator: what would make several values of one where the text is a list.
    package func fill(from view: IdentityView?, separator: Character? = nil) -> Outcome {
        var text = ""
        for piece in pieces {
            switch piece {
            case .literal(let literal): text += literal
            case .variable(let variable):
                guard let view, let value = variable.value(in: view) else { return .missing }
                guard case .string(let string) = value, Self.isPlain(string) else { return .refused }
                if let separator, string.contains(separator) { return .refused }
                text += string
            }
        }
        return .filled(text)
    }

    /// Values are data: never a path separator or a wildcard (GHSA-59w7-v8rr-pr4p, GHSA-hr5j-3j78-4vh2).
    private static func isPlain(_ value: String) -> Bool {
        if value.isEmpty || value == "." || value == ".." { return false }
        return value.unicodeScalars.allSatisfy { scalar in
            switch scalar {
            case "*", "+", "/": false
            default: scalar.properties.generalCategory != .control
            }
        }
    }
}
