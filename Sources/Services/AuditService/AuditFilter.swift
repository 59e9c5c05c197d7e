internal import CofferFramework
internal import CofferJSON

/// Which requests an audit device is told of: Vault's filter expressions (go-bexpr).
///
///     mount_type == kv and not (operation == read or path matches "^secret/public/")
///
/// Comparisons are `==`, `!=`, `in`, `contains`, `matches`, `is empty`, each with its `not`.
struct AuditFilter: Sendable {
    /// What an expression can ask about.
    enum Property: String, Sendable {
        case mountPoint = "mount_point"
        case mountType = "mount_type"
        case namespace, operation, path
    }

    indirect enum Expression: Sendable {
        case all(Expression, Expression)
        case any(Expression, Expression)
        case not(Expression)
        case equals(Property, String)
        case contains(Property, String)
        case matches(Property, LinearPattern)
        case isEmpty(Property)
    }

    /// The facts of one request.
    struct Facts {
        let mountPoint: String
        let mountType: String
        /// Path of the namespace; empty for the root.
        let namespace: String
        let operation: String
        let path: String

        subscript(property: Property) -> String {
            switch property {
            case .mountPoint: mountPoint
            case .mountType: mountType
            case .namespace: namespace
            case .operation: operation
            case .path: path
            }
        }
    }

    private let expression: Expression

    init(_ text: String, option: String) throws(EngineError) {
        do throws(AuditFilterParser.Failure) {
            expression = try AuditFilterParser.expression(in: text)
        } catch {
            throw .badRequest("the option \(option) holds no filter expression: \(error.reason)")
        }
    }

    func matches(_ facts: Facts) -> Bool { Self.holds(expression, facts) }

    private static func holds(_ expression: Expression, _ facts: Facts) -> Bool {
        switch expression {
        case .all(let left, let right): holds(left, facts) && holds(right, facts)
        case .any(let left, let right): holds(left, facts) || holds(right, facts)
        case .not(let inner): !holds(inner, facts)
        case .equals(let property, let value): sameBytes(facts[property], value)
        case .contains(let property, let value): containsBytes(facts[property], value)
        case .matches(let property, let pattern): pattern.isFound(in: facts[property])
        case .isEmpty(let property): facts[property].isEmpty
        }
    }

    /// By bytes: Swift's own comparison folds different spellings of a character.
    private static func containsBytes(_ text: String, _ part: String) -> Bool {
        let (text, part) = (Array(text.utf8), Array(part.utf8))
        if part.isEmpty { return true }
        guard text.count >= part.count else { return false }
        return (0...text.count - part.count).contains { text[$0..<$0 + part.count].elementsEqual(part) }
    }
}
