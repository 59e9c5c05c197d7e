/// Reads a filter expression by descent: `or` binds weaker than `and`, `and` weaker than `not`.
struct AuditFilterParser {
    /// Why a text is no filter; holds nothing of the text.
    struct Failure: Error {
        let reason: String
    }

    private enum Piece: Equatable {
        case open, close, equals, differs
        /// `isQuoted` tells `"and"` from `and`.
        case word(String, isQuoted: Bool)
    }

    private static let longest = 4096
    private static let deepest = 50

    private var pieces: ArraySlice<Piece>
    private var depth = 0

    static func expression(in text: String) throws(Failure) -> AuditFilter.Expression {
        guard text.utf8.count <= longest else { throw Failure(reason: "it is too long") }
        var parser = AuditFilterParser(pieces: try pieces(of: Array(text.unicodeScalars))[...])
        let expression = try parser.disjunction()
        guard parser.pieces.isEmpty else { throw Failure(reason: "something stands after its end") }
        return expression
    }

    // MARK: grammar

    private mutating func disjunction() throws(Failure) -> AuditFilter.Expression {
        depth += 1
        defer { depth -= 1 }
        guard depth <= Self.deepest else { throw Failure(reason: "it is nested too deeply") }
        var left = try conjunction()
        while take("or") { left = .any(left, try conjunction()) }
        return left
    }

    private mutating func conjunction() throws(Failure) -> AuditFilter.Expression {
        var left = try negation()
        while take("and") { left = .all(left, try negation()) }
        return left
    }

    private mutating func negation() throws(Failure) -> AuditFilter.Expression {
        var isNegated = false
        while take("not") { isNegated.toggle() }
        let inner = try primary()
        return isNegated ? .not(inner) : inner
    }

    private mutating func primary() throws(Failure) -> AuditFilter.Expression {
        if take(.open) {
            let inner = try disjunction()
            guard take(.close) else { throw Failure(reason: "a parenthesis is not closed") }
            return inner
        }
        let left = try word()
        if take(.equals) { return .equals(try property(left), try word()) }
        if take(.differs) { return .not(.equals(try property(left), try word())) }
        if take("is") { return try emptiness(of: try property(left)) }
        let isNegated = take("not")
        let comparison = try comparison(left)
        return isNegated ? .not(comparison) : comparison
    }

    private mutating func comparison(_ left: String) throws(Failure) -> AuditFilter.Expression {
        if take("in") { return .contains(try property(try word()), left) }
        if take("contains") { return .contains(try property(left), try word()) }
        guard take("matches") else { throw Failure(reason: "a comparison is missing") }
        let property = try property(left)
        guard let pattern = LinearPattern(try word()) else { throw Failure(reason: "a pattern cannot be read") }
        return .matches(property, pattern)
    }

    private mutating func emptiness(of property: AuditFilter.Property) throws(Failure) -> AuditFilter.Expression {
        let isNegated = take("not")
        guard take("empty") else { throw Failure(reason: "is must be followed by empty") }
        return isNegated ? .not(.isEmpty(property)) : .isEmpty(property)
    }

    /// A name, or the place in the audit line as a JSON pointer.
    private func property(_ name: String) throws(Failure) -> AuditFilter.Property {
        switch name {
        case "/request/namespace/path": return .namespace
        case _ where name.hasPrefix("/request/") && name != "/request/namespace":
            if let property = AuditFilter.Property(rawValue: String(name.dropFirst("/request/".count))) {
                return property
            }
        default:
            if let property = AuditFilter.Property(rawValue: name) { return property }
        }
        throw Failure(reason: "it can ask for mount_point, mount_type, namespace, operation and path only")
    }

    // MARK: pieces

    private mutating func take(_ keyword: String) -> Bool { take(.word(keyword, isQuoted: false)) }

    private mutating func take(_ piece: Piece) -> Bool {
        guard pieces.first == piece else { return false }
        pieces.removeFirst()
        return true
    }

    private mutating func word() throws(Failure) -> String {
        guard case .word(let text, _)? = pieces.popFirst() else { throw Failure(reason: "a name or value is missing") }
        return text
    }

    private static func pieces(of text: [Unicode.Scalar]) throws(Failure) -> [Piece] {
        var pieces: [Piece] = []
        var rest = text[...]
        while let first = rest.first {
            switch first {
            case " ", "\t", "\n", "\r": rest.removeFirst()
            case "(": append(.open, 1)
            case ")": append(.close, 1)
            case "=" where rest.dropFirst().first == "=": append(.equals, 2)
            case "!" where rest.dropFirst().first == "=": append(.differs, 2)
            case "\"", "`": pieces.append(.word(try quoted(&rest), isQuoted: true))
            default:
                let bare = rest.prefix { isBare($0) }
                if bare.isEmpty { throw Failure(reason: "it holds a character that needs quotes") }
                rest = rest.dropFirst(bare.count)
                pieces.append(.word(string(bare), isQuoted: false))
            }
        }
        func append(_ piece: Piece, _ length: Int) {
            pieces.append(piece)
            rest = rest.dropFirst(length)
        }
        return pieces
    }

    /// In double quotes a backslash keeps the next character; backquotes keep everything as it is.
    private static func quoted(_ rest: inout ArraySlice<Unicode.Scalar>) throws(Failure) -> String {
        let quote = rest.removeFirst()
        var text: [Unicode.Scalar] = []
        while let next = rest.popFirst() {
            if next == quote { return string(text[...]) }
            if next == "\\" && quote == "\"" {
                guard let escaped = rest.popFirst() else { break }
                if escaped != "\"" && escaped != "\\" { text.append(next) }
                text.append(escaped)
            } else {
                text.append(next)
            }
        }
        throw Failure(reason: "a quotation mark is not closed")
    }

    private static func isBare(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "a"..."z", "A"..."Z", "0"..."9", "_", "-", "/", ".", "*": true
        default: false
        }
    }

    private static func string(_ scalars: ArraySlice<Unicode.Scalar>) -> String {
        var text = ""
        text.unicodeScalars.append(contentsOf: scalars)
        return text
    }
}
