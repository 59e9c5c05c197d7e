/// Reads the native form: recursive descent over the scanner's tokens.
struct HCLParser {
    private var scanner: HCLScanner
    private var token: HCLToken
    private let limits: HCLLimits
    private var depth = 0

    init(_ bytes: [UInt8], limits: HCLLimits) {
        scanner = HCLScanner(bytes)
        token = HCLToken(
            kind: .end, text: "", range: 0..<0, position: HCLPosition(line: 1, column: 1), endLine: 1)
        self.limits = limits
    }

    mutating func document() throws(HCLError) -> HCLBody {
        try advance()
        return HCLBody(items: try items(until: .end, openedAt: token.position))
    }

    private mutating func advance() throws(HCLError) { token = try scanner.nextWord() }

    /// Items up to `closing`, which is left to the caller. A comma may follow each.
    private mutating func items(
        until closing: HCLToken.Kind, openedAt start: HCLPosition
    ) throws(HCLError) -> [HCLItem] {
        var items: [HCLItem] = []
        while token.kind != closing {
            // An open object is reported where it began, not at the end of the text.
            if token.kind == .end { throw HCLError("object expected closing RBRACE got: EOF", at: start) }
            items.append(try item())
            if token.kind == .comma { try advance() }
        }
        return items
    }

    private mutating func item() throws(HCLError) -> HCLItem {
        let start = token.position
        let keys = try keys()
        switch token.kind {
        case .assign where keys.count > 1:
            throw HCLError("nested object expected: LBRACE got: ASSIGN", at: token.position)
        case .assign:
            try advance()
            return HCLItem(keys: keys, value: try value(), position: start, isAssignment: true)
        case .leftBrace:
            return HCLItem(keys: keys, value: try object(), position: start, isAssignment: false)
        case .end:
            throw HCLError("unexpected end of text after a key", at: token.position)
        default:
            throw HCLError("expected: IDENT | STRING | ASSIGN | LBRACE got: \(token.kind.name)", at: token.position)
        }
    }

    private mutating func keys() throws(HCLError) -> [String] {
        var keys: [String] = []
        while token.kind == .identifier || token.kind == .string {
            keys.append(token.text)
            try advance()
        }
        if keys.isEmpty {
            throw HCLError("object expected: IDENT | STRING got: \(token.kind.name)", at: token.position)
        }
        return keys
    }

    private mutating func value() throws(HCLError) -> HCLValue {
        let value: HCLValue
        switch token.kind {
        case .string, .heredoc: value = .string(token.text)
        case .number: value = .number(token.text)
        case .bool: value = .bool(token.text == "true")
        case .leftBrace: return try object()
        case .leftBracket: return try list()
        default: throw HCLError("value expected, got: \(token.kind.name)", at: token.position)
        }
        try advance()
        return value
    }

    private mutating func object() throws(HCLError) -> HCLValue {
        let start = token.position
        try descend()
        try advance()
        let items = try items(until: .rightBrace, openedAt: start)
        try advance()
        depth -= 1
        return .object(HCLBody(items: items))
    }

    /// Commas separate the values; one may follow the last.
    private mutating func list() throws(HCLError) -> HCLValue {
        let start = token.position
        try descend()
        try advance()
        var values: [HCLValue] = []
        while token.kind != .rightBracket {
            if token.kind == .end { throw HCLError("list expected closing RBRACK got: EOF", at: start) }
            values.append(try value())
            if token.kind == .comma {
                try advance()
            } else if token.kind != .rightBracket, token.kind != .end {
                throw HCLError(
                    "error parsing list, expected comma or list end, got: \(token.kind.name)", at: token.position)
            }
        }
        try advance()
        depth -= 1
        return .list(values)
    }

    private mutating func descend() throws(HCLError) {
        depth += 1
        if depth > limits.depth { throw HCLError("nested deeper than \(limits.depth) levels", at: token.position) }
    }
}

extension HCLToken.Kind {
    /// The names that users know from HCL 1's messages.
    fileprivate var name: String {
        switch self {
        case .identifier: "IDENT"
        case .string: "STRING"
        case .heredoc: "HEREDOC"
        case .number: "NUMBER"
        case .bool: "BOOL"
        case .comment: "COMMENT"
        case .leftBrace: "LBRACE"
        case .rightBrace: "RBRACE"
        case .leftBracket: "LBRACK"
        case .rightBracket: "RBRACK"
        case .comma: "COMMA"
        case .assign: "ASSIGN"
        case .end: "EOF"
        }
    }
}
