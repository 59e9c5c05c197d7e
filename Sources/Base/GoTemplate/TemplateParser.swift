internal import CofferJSON

/// Reads the words of actions into nodes. Every function and variable is known before anything is rendered.
struct TemplateParser {
    private let segments: [TemplateSegment]
    private let functions: TemplateFunctions
    private let limits: TemplateLimits
    private var index = 0
    private var depth = 0
    private var loops = 0
    /// Names of the variables that can be seen, innermost last.
    private var variables: [String] = [""]

    /// How a block ended: `{{ end }}`, or `{{ else … }}` with what stands behind it.
    private enum End {
        case end
        case otherwise(TemplateWords)
        case text
    }

    static func parse(
        _ text: String, functions: TemplateFunctions, limits: TemplateLimits
    ) throws(TemplateError) -> [TemplateNode] {
        guard text.utf8.count <= limits.textBytes else {
            throw TemplateError("the template is too long", at: TemplatePlace(line: 1, column: 1))
        }
        var parser = TemplateParser(
            segments: try TemplateLexer.segments(text), functions: functions, limits: limits)
        let (nodes, end) = try parser.block()
        guard case .text = end else { throw TemplateError("unexpected {{end}} or {{else}}", at: parser.lastPlace) }
        return nodes
    }

    private init(segments: [TemplateSegment], functions: TemplateFunctions, limits: TemplateLimits) {
        self.segments = segments
        self.functions = functions
        self.limits = limits
    }

    private var lastPlace: TemplatePlace {
        for segment in segments[..<index].reversed() { if case .action(_, let place) = segment { return place } }
        return TemplatePlace(line: 1, column: 1)
    }

    private mutating func block() throws(TemplateError) -> ([TemplateNode], End) {
        var nodes: [TemplateNode] = []
        while index < segments.count {
            let segment = segments[index]
            index += 1
            switch segment {
            case .text(let text): nodes.append(.text(text))
            case .action(let tokens, let place):
                var words = TemplateWords(tokens, place: place, functions: functions, depth: limits.depth)
                switch words.keyword {
                case "end":
                    try words.finish(after: 1)
                    return (nodes, .end)
                case "else":
                    words.skip()
                    return (nodes, .otherwise(words))
                default: nodes.append(try node(&words))
                }
            }
        }
        return (nodes, .text)
    }

    private mutating func node(_ words: inout TemplateWords) throws(TemplateError) -> TemplateNode {
        switch words.keyword {
        case "if", "with", "range": return try control(&words)
        case "break", "continue":
            guard loops > 0 else { throw TemplateError("break or continue outside of a range", at: words.place) }
            let leaves = words.keyword == "break"
            try words.finish(after: 1)
            return leaves ? .leaveLoop : .nextRound
        case "define", "template", "block":
            throw TemplateError("define, block and template are not supported", at: words.place)
        default: break
        }
        let clause = try words.clause(&variables, mayBePair: false)
        return clause.variables.isEmpty ? .output(clause.value) : .assign(clause)
    }

    /// `if`, `with` and `range`, up to their `end`.
    private mutating func control(_ words: inout TemplateWords) throws(TemplateError) -> TemplateNode {
        let (keyword, place) = (words.keyword, words.place)
        words.skip()
        depth += 1
        defer { depth -= 1 }
        guard depth <= limits.depth else { throw TemplateError("blocks are nested too deeply", at: place) }
        let outer = variables.count
        defer { variables.removeLast(variables.count - outer) }
        let clause = try words.clause(&variables, mayBePair: keyword == "range")
        let inner = variables.count
        loops += keyword == "range" ? 1 : 0
        let (body, end) = try block()
        loops -= keyword == "range" ? 1 : 0
        variables.removeLast(variables.count - inner)
        let otherwise = try self.otherwise(end, opened: place)
        switch keyword {
        case "if": return .choice(clause, then: body, otherwise: otherwise)
        case "with": return .with(clause, then: body, otherwise: otherwise)
        default: return .range(clause, body: body, otherwise: otherwise)
        }
    }

    private mutating func otherwise(_ end: End, opened: TemplatePlace) throws(TemplateError) -> [TemplateNode] {
        switch end {
        case .end: return []
        case .text: throw TemplateError("a block is not closed by {{end}}", at: opened)
        case .otherwise(var words):
            // `{{ else if … }}` shares the `{{ end }}` of the first.
            if words.keyword == "if" || words.keyword == "with" { return [try control(&words)] }
            try words.finish(after: 0)
            let (nodes, end) = try block()
            guard case .end = end else { throw TemplateError("a block is not closed by {{end}}", at: opened) }
            return nodes
        }
    }
}
