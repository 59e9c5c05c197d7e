internal import CofferJSON

/// The words of one action, read from left to right.
struct TemplateWords {
    private let tokens: [TemplateToken]
    private let functions: TemplateFunctions
    private var index = 0
    private var depthLeft: Int
    let place: TemplatePlace

    init(_ tokens: [TemplateToken], place: TemplatePlace, functions: TemplateFunctions, depth: Int) {
        self.tokens = tokens
        self.place = place
        self.functions = functions
        depthLeft = depth
    }

    private var current: TemplateToken? { index < tokens.count ? tokens[index] : nil }

    /// The word that the rest begins with; empty when it begins with something else.
    var keyword: String { if case .word(let word)? = current?.kind { word } else { "" } }

    mutating func skip() { index += 1 }

    func finish(after count: Int) throws(TemplateError) {
        guard index + count == tokens.count else { throw TemplateError("unexpected word in the action", at: place) }
    }

    /// `expression`, `$x := expression`, and where it may be a pair `$i, $x := expression`.
    mutating func clause(_ variables: inout [String], mayBePair: Bool) throws(TemplateError) -> TemplateClause {
        var names: [String] = []
        var isAssignment = false
        let start = index
        while case .variable(let name)? = current?.kind {
            names.append(name)
            index += 1
            guard current?.kind == .comma else { break }
            index += 1
        }
        if current?.kind == .declare || current?.kind == .assign, !names.isEmpty {
            isAssignment = current?.kind == .assign
            index += 1
        } else {
            names = []
            index = start
        }
        if names.contains("") || names.count > (mayBePair ? 2 : 1) {
            throw TemplateError("these variables cannot be declared", at: place)
        }
        let value = try pipeline(variables)
        try finish(after: 0)
        for name in names {
            if !isAssignment {
                variables.append(name)
            } else if !variables.contains(name) {
                throw TemplateError("undefined variable", at: place)
            }
        }
        return TemplateClause(variables: names, isAssignment: isAssignment, value: value, place: place)
    }

    private mutating func pipeline(_ variables: [String]) throws(TemplateError) -> TemplateExpression {
        var value = try command(variables, piped: nil)
        while current?.kind == .pipe {
            index += 1
            value = try command(variables, piped: value)
        }
        return value
    }

    /// A function and its arguments, the piped value last; or a single value.
    private mutating func command(
        _ variables: [String], piped: TemplateExpression?
    ) throws(TemplateError) -> TemplateExpression {
        guard let first = current else { throw TemplateError("missing value for command", at: place) }
        guard case .word(let name) = first.kind, !["true", "false", "nil"].contains(name) else {
            let value = try operand(variables)
            if piped != nil || isOperand { throw TemplateError("can't give argument to non-function", at: first.place) }
            return value
        }
        guard functions.has(name) else { throw TemplateError("function \"\(name)\" not defined", at: first.place) }
        index += 1
        var arguments: [TemplateExpression] = []
        while isOperand { arguments.append(try operand(variables)) }
        if let piped { arguments.append(piped) }
        return .call(name, arguments, first.place)
    }

    private var isOperand: Bool {
        switch current?.kind {
        case nil, .close, .pipe, .declare, .assign, .comma: false
        default: true
        }
    }

    private mutating func operand(_ variables: [String]) throws(TemplateError) -> TemplateExpression {
        var value = try term(variables)
        while let token = current, case .field(let name) = token.kind, !token.followsSpace {
            index += 1
            value = .field(value, name: name, token.place)
        }
        return value
    }

    private mutating func term(_ variables: [String]) throws(TemplateError) -> TemplateExpression {
        guard let token = current else { throw TemplateError("missing value for command", at: place) }
        index += 1
        switch token.kind {
        case .dot: return .dot
        case .field(let name): return .field(.dot, name: name, token.place)
        case .text(let text): return .literal(.string(text))
        case .number(let text):
            return .literal(.number(JSONNumber(checkedText: text)))
        case .variable(let name):
            guard variables.contains(name) else { throw TemplateError("undefined variable", at: token.place) }
            return .variable(name)
        case .word("true"): return .literal(.bool(true))
        case .word("false"): return .literal(.bool(false))
        case .word("nil"): return .literal(.null)
        case .word(let name):
            guard functions.has(name) else { throw TemplateError("function \"\(name)\" not defined", at: token.place) }
            return .call(name, [], token.place)
        case .open:
            guard depthLeft > 0 else { throw TemplateError("parentheses are nested too deeply", at: token.place) }
            depthLeft -= 1
            let value = try pipeline(variables)
            guard current?.kind == .close else { throw TemplateError("unclosed left paren", at: token.place) }
            index += 1
            depthLeft += 1
            return value
        case .close, .pipe, .declare, .assign, .comma:
            throw TemplateError("unexpected word in the action", at: token.place)
        }
    }
}
