internal import CofferJSON

/// One rendering: the output so far, the variables, and what is left of the budget.
struct TemplateRun {
    private(set) var output = ""
    private var dot: JSON
    private var variables: [(name: String, value: JSON)]
    private var stepsLeft: Int
    /// The place that errors name: of the action, call or field evaluated last.
    private var place = TemplatePlace(line: 1, column: 1)
    private let functions: TemplateFunctions
    private let limits: TemplateLimits

    private enum Flow { case goOn, leaveLoop, nextRound }

    init(data: JSON, functions: TemplateFunctions, limits: TemplateLimits) {
        dot = data
        variables = [("", data)]
        stepsLeft = limits.steps
        self.functions = functions
        self.limits = limits
    }

    mutating func execute(_ nodes: [TemplateNode]) throws(TemplateError) { _ = try run(nodes) }

    private mutating func run(_ nodes: [TemplateNode]) throws(TemplateError) -> Flow {
        for node in nodes {
            try spend()
            switch node {
            case .text(let text): try write(text)
            case .output(let expression): try write(GoFormat.plain(try value(expression)))
            case .assign(let clause): try bind(clause, to: try value(clause.value))
            case .leaveLoop: return .leaveLoop
            case .nextRound: return .nextRound
            case .choice, .with, .range:
                let outer = variables.count
                let flow = try control(node)
                variables.removeLast(variables.count - outer)
                if flow != .goOn { return flow }
            }
        }
        return .goOn
    }

    private mutating func control(_ node: TemplateNode) throws(TemplateError) -> Flow {
        switch node {
        case .choice(let clause, let then, let otherwise):
            let condition = try value(clause.value)
            try bind(clause, to: condition)
            return try run(condition.isTrue ? then : otherwise)
        case .with(let clause, let then, let otherwise):
            let inner = try value(clause.value)
            try bind(clause, to: inner)
            return inner.isTrue ? try run(then, dot: inner) : try run(otherwise)
        case .range(let clause, let body, let otherwise):
            let items = try value(clause.value)
            place = clause.place
            let rounds = try rounds(of: items)
            if rounds.isEmpty { return try run(otherwise) }
            for (key, item) in rounds {
                try spend()
                let outer = variables.count
                if let name = clause.variables.last { try bind(name, clause.isAssignment, to: item) }
                if clause.variables.count == 2 { try bind(clause.variables[0], clause.isAssignment, to: key) }
                let flow = try run(body, dot: item)
                variables.removeLast(variables.count - outer)
                if flow == .leaveLoop { break }
            }
            return .goOn
        default: return .goOn
        }
    }

    private mutating func run(_ nodes: [TemplateNode], dot inner: JSON) throws(TemplateError) -> Flow {
        let outer = dot
        dot = inner
        defer { dot = outer }
        return try run(nodes)
    }

    /// Keys and items; of maps in the order of their keys, as Go does.
    private func rounds(of value: JSON) throws(TemplateError) -> [(JSON, JSON)] {
        switch value {
        case .null: return []
        case .array(let items): return items.enumerated().map { (.int($0.offset), $0.element) }
        case .object(let object): return object.sortedByKey.members.map { (.string($0.key), $0.value) }
        case .number(let number):
            guard let count = number.int, count <= limits.steps else { break }
            return (0..<max(count, 0)).map { (.int($0), .int($0)) }
        case .bool, .string: break
        }
        throw TemplateError("range can't iterate over this value", at: place)
    }

    private mutating func bind(_ clause: TemplateClause, to value: JSON) throws(TemplateError) {
        for name in clause.variables { try bind(name, clause.isAssignment, to: value) }
    }

    private mutating func bind(_ name: String, _ isAssignment: Bool, to value: JSON) throws(TemplateError) {
        if isAssignment, let index = variables.lastIndex(where: { $0.name == name }) {
            variables[index].value = value
        } else {
            variables.append((name, value))
        }
    }

    private mutating func value(_ expression: TemplateExpression) throws(TemplateError) -> JSON {
        try spend()
        switch expression {
        case .literal(let value): return value
        case .dot: return dot
        case .variable(let name): return variables.last { $0.name == name }?.value ?? .null
        case .field(let base, let name, let place):
            let base = try value(base)
            if let found = base[name] { return found }
            let isMap = base.objectValue != nil || (base.isNull && !limits.refusesMissingFields)
            if limits.refusesMissingFields || !isMap {
                throw TemplateError("can't evaluate field \(name)", at: place)
            }
            return .null
        case .call(let name, let arguments, let place): return try call(name, arguments, place)
        }
    }

    private mutating func call(
        _ name: String, _ arguments: [TemplateExpression], _ place: TemplatePlace
    ) throws(TemplateError) -> JSON {
        // These two evaluate no more than they need.
        if name == "and" || name == "or" {
            var last = JSON.null
            for argument in arguments {
                last = try value(argument)
                if last.isTrue == (name == "or") { break }
            }
            return last
        }
        var values: [JSON] = []
        for argument in arguments { values.append(try value(argument)) }
        self.place = place
        do {
            return try functions.call(name, values)
        } catch let failure as TemplateFailure {
            throw TemplateError("error calling \(name): \(failure.reason)", at: place)
        } catch {
            throw TemplateError("error calling \(name)", at: place)
        }
    }

    private mutating func write(_ text: String) throws(TemplateError) {
        guard output.utf8.count + text.utf8.count <= limits.outputBytes else {
            throw TemplateError("the output is too long", at: place)
        }
        output += text
    }

    private mutating func spend() throws(TemplateError) {
        stepsLeft -= 1
        if stepsLeft < 0 { throw TemplateError("the template takes too many steps", at: place) }
    }
}

extension JSON {
    /// Go's truth: false, zero and whatever is empty are false.
    var isTrue: Bool {
        switch self {
        case .null: false
        case .bool(let flag): flag
        case .number(let number): number.double != 0
        case .string(let text): !text.isEmpty
        case .array(let items): !items.isEmpty
        case .object(let object): !object.isEmpty
        }
    }
}
