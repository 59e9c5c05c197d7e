internal import CofferFramework
internal import CofferJSON

/// How a user's name at a service is made from the identity: `{{identity.entity.name}}@example.com`.
///
/// Beside the variables of policies there are `alias.name`, `alias.metadata.<key>` and `entity.name`,
/// `entity.metadata.<key>`, where `alias` is the one that logs in.
struct UsernameFormat: Sendable {
    private enum Piece: Sendable {
        case literal(String)
        case variable(String)
    }

    private let pieces: [Piece]

    /// Nil when braces do not match or a name means nothing.
    init?(_ text: String) {
        var pieces: [Piece] = []
        var rest = text[...]
        while let open = rest.firstRange(of: "{{") {
            guard let close = rest[open.upperBound...].firstRange(of: "}}") else { return nil }
            pieces.append(.literal(String(rest[..<open.lowerBound])))
            let name = rest[open.upperBound..<close.lowerBound].filter { $0 != " " && $0 != "\t" }
            guard IdentityVariable(Self.full(name, accessor: "any")) != nil else { return nil }
            pieces.append(.variable(name))
            rest = rest[close.upperBound...]
        }
        guard !rest.contains("}}") else { return nil }
        pieces.append(.literal(String(rest)))
        self.pieces = pieces
    }

    /// - Returns: nil when the identity lacks a part, or the name would be none.
    func name(of view: IdentityView, loggingInAt accessor: String) -> String? {
        var text = ""
        for piece in pieces {
            switch piece {
            case .literal(let literal): text += literal
            case .variable(let name):
                guard let value = IdentityVariable(Self.full(name, accessor: accessor))?.value(in: view)?.stringValue,
                    !value.isEmpty
                else { return nil }
                text += value
            }
        }
        return Self.isName(text) ? text : nil
    }

    static func isName(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.count <= 512
            && text.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control }
    }

    private static func full(_ name: String, accessor: String) -> String {
        if name.hasPrefix("alias.") { return "identity.entity.aliases.\(accessor)." + name.dropFirst(6) }
        return name.hasPrefix("entity.") ? "identity." + name : name
    }
}
