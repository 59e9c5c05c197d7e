import CofferBase
import CofferFramework
import CofferJSON
import GoTemplate
import PolicyService

/// Small languages that operators and callers write.
extension FuzzTarget {
    /// As a matcher says that keeps every place where the pattern's beginning can end.
    static let globs = FuzzTarget("globs") { input in
        let (pattern, text) = halves(Array(input.prefix(256)))
        precondition(Glob(pattern).matches(text) == matches(Array(pattern.utf8), Array(text.utf8)), "disagree")
    }

    private static func matches(_ pattern: [UInt8], _ text: [UInt8]) -> Bool {
        var ends: Set<Int> = [0]
        for byte in pattern {
            if byte == UInt8(ascii: "*") {
                ends = ends.min().map { Set($0...text.count) } ?? []
            } else {
                ends = Set(ends.filter { $0 < text.count && text[$0] == byte }.map { $0 + 1 })
            }
        }
        return ends.contains(text.count)
    }

    /// Every kind of field reads or refuses every value, and reads again what it wrote.
    static let fields = FuzzTarget("fields") { input in
        guard let wire = try? JSON.parse(input) else { return }
        func check<Value: FieldValue>(_ type: Value.Type) {
            guard let value = Value(wire: wire) else { return }
            precondition(Value(wire: value.wire) != nil, "own value is refused")
        }
        check(String.self)
        check(Bool.self)
        check(Int64.self)
        check(Double.self)
        check(Duration.self)
        check([String].self)
        check([String: String].self)
        check(TextList.self)
        check(JSONObject.self)
    }

    static let passwordPolicy = FuzzTarget("password-policy") { input in
        _ = try? PasswordPolicy.parse(String(decoding: input, as: UTF8.self))
    }

    static let identityTemplate = FuzzTarget("identity-template") { input in
        guard let template = IdentityTemplate(String(decoding: input, as: UTF8.self)) else { return }
        let view = IdentityView(
            entityID: "id", entityName: "na/me", metadata: ["a": "*", "b": "plain"], aliases: [],
            groups: [.init(id: "g", name: "group", metadata: ["team": "x"])])
        _ = template.fill(from: view)
        precondition(template.fill(from: nil) != .refused, "nobody has values to refuse")
    }

    /// A template ends, within its limits.
    static let template = FuzzTarget("template") { input in
        let functions = TemplateFunctions.usernames(clock: SystemClock(), random: .system)
        var limits = TemplateLimits()
        limits.outputBytes = 10_000
        limits.steps = 2000
        guard
            let template = try? Template(
                String(decoding: input, as: UTF8.self), functions: functions, limits: limits)
        else { return }
        let data: JSON = ["DisplayName": "token", "RoleName": "app", "list": [1, "b", nil], "map": ["k": ["v": true]]]
        if let text = try? template.render(data) { precondition(text.utf8.count <= 10_000, "beyond its limit") }
    }
}
