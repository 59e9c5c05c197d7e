package import CofferJSON

/// A function that templates can call: throws `TemplateFailure` with a reason that holds no argument.
package typealias TemplateFunction = @Sendable ([JSON]) throws -> JSON

/// The functions of a template, by name; tables are put together from others.
package struct TemplateFunctions: Sendable {
    private var table: [String: TemplateFunction]

    package init(_ table: [String: TemplateFunction]) { self.table = table }

    /// These and the others; of two with one name the other one.
    package func adding(_ other: TemplateFunctions) -> TemplateFunctions {
        TemplateFunctions(table.merging(other.table) { $1 })
    }

    func has(_ name: String) -> Bool { table[name] != nil }

    func call(_ name: String, _ arguments: [JSON]) throws -> JSON {
        guard let function = table[name] else { throw TemplateFailure("not defined") }
        return try function(arguments)
    }
}

extension TemplateFunctions {
    /// What Go's text/template brings: comparison, logic, `len`, `index`, `print`, `printf`, `println`.
    package static let builtIn = TemplateFunctions([
        // Evaluated by the template itself; here so that they are known.
        "and": { $0.last ?? .null },
        "or": { $0.last ?? .null },
        "not": { .bool(!(try one($0)).isTrue) },
        "eq": { try equals($0) },
        "ne": { .bool(!(try equals($0).isTrue)) },
        "lt": { .bool(try order($0) < 0) },
        "le": { .bool(try order($0) <= 0) },
        "gt": { .bool(try order($0) > 0) },
        "ge": { .bool(try order($0) >= 0) },
        "len": { try length($0) },
        "index": { try index($0) },
        "print": { .string($0.map(GoFormat.plain).joined()) },
        "println": { .string($0.map(GoFormat.plain).joined(separator: " ") + "\n") },
        "printf": { arguments in
            guard let format = arguments.first?.stringValue else { throw TemplateFailure("wants a format") }
            return .string(try GoFormat.printf(format, Array(arguments.dropFirst())))
        },
    ])

    /// The only argument.
    package static func one(_ arguments: [JSON]) throws -> JSON {
        guard arguments.count == 1 else { throw TemplateFailure("wrong number of args: want 1 got \(arguments.count)") }
        return arguments[0]
    }

    /// Exactly this many texts.
    package static func texts(_ arguments: [JSON], _ count: Int) throws -> [String] {
        let texts = arguments.compactMap(\.stringValue)
        guard arguments.count == count, texts.count == count else {
            throw TemplateFailure("wants \(count) texts")
        }
        return texts
    }

    private static func equals(_ arguments: [JSON]) throws -> JSON {
        guard arguments.count >= 2 else { throw TemplateFailure("missing argument for comparison") }
        return .bool(
            try arguments.dropFirst().contains { try order([arguments[0], $0], isEquality: true) == 0 })
    }

    /// Negative, zero or positive, like `strcmp`.
    private static func order(_ arguments: [JSON], isEquality: Bool = false) throws -> Int {
        guard arguments.count == 2 else { throw TemplateFailure("wants two values") }
        switch (arguments[0], arguments[1]) {
        case (.string(let left), .string(let right)):
            if left.utf8.elementsEqual(right.utf8) { return 0 }
            return left.utf8.lexicographicallyPrecedes(right.utf8) ? -1 : 1
        case (.number(let left), .number(let right)):
            if let left = left.int, let right = right.int { return left == right ? 0 : (left < right ? -1 : 1) }
            guard let left = left.double, let right = right.double else { break }
            return left == right ? 0 : (left < right ? -1 : 1)
        case (.bool(let left), .bool(let right)) where isEquality: return left == right ? 0 : 1
        case (.null, .null) where isEquality: return 0
        case (.null, _) where isEquality, (_, .null) where isEquality: return 1
        default: break
        }
        throw TemplateFailure("incompatible types for comparison")
    }

    private static func length(_ arguments: [JSON]) throws -> JSON {
        switch try one(arguments) {
        case .string(let text): return .int(text.utf8.count)
        case .array(let items): return .int(items.count)
        case .object(let object): return .int(object.count)
        case .null, .bool, .number: throw TemplateFailure("this value has no length")
        }
    }

    private static func index(_ arguments: [JSON]) throws -> JSON {
        guard var value = arguments.first else { throw TemplateFailure("wants a value") }
        for key in arguments.dropFirst() {
            switch (value, key) {
            case (.object(let object), .string(let name)): value = object[name] ?? .null
            case (.array(let items), .number(let number)):
                guard let place = number.int, items.indices.contains(Int(clamping: place)) else {
                    throw TemplateFailure("index out of range")
                }
                value = items[Int(place)]
            default: throw TemplateFailure("this value cannot be indexed so")
            }
        }
        return value
    }
}
