import CofferBase
import CofferConfig
import CofferFramework
import CofferJSON
import GoTemplate
import PolicyService

/// Small languages that operators and callers write.
extension FuzzTarget {
    static let times = FuzzTarget("times") { input in
        let text = String(decoding: input, as: UTF8.self)
        if let time = Timestamp(rfc3339: text) {
            precondition(Timestamp(rfc3339: time.rfc3339) == time, "another time")
        }
        _ = GoDuration.parse(text)
        if let network = CIDR(text) { precondition(network.contains(network), "a network outside of itself") }
        if let schedule = try? CronSchedule(text) {
            for start in [0, 1_800_000_000, Int64.max / 1_000_000_000] as [Int64] {
                let time = Timestamp(seconds: start)
                if let next = schedule.next(after: time) { precondition(next > time, "no step forward") }
            }
        }
    }

    /// As a matcher that tries everything says.
    static let globs = FuzzTarget("globs") { input in
        let (pattern, text) = halves(Array(input.prefix(64)))
        let stars = pattern.utf8.count { $0 == UInt8(ascii: "*") }
        let found = Glob(pattern).matches(text)
        if stars <= 4 { precondition(found == matches(Array(pattern.utf8)[...], Array(text.utf8)[...]), "disagree") }
    }

    private static func matches(_ pattern: ArraySlice<UInt8>, _ text: ArraySlice<UInt8>) -> Bool {
        guard let first = pattern.first else { return text.isEmpty }
        if first == UInt8(ascii: "*") {
            return (text.startIndex...text.endIndex).contains { matches(pattern.dropFirst(), text[$0...]) }
        }
        return text.first == first && matches(pattern.dropFirst(), text.dropFirst())
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

    static let policy = FuzzTarget("policy") { input in
        let (_, path) = halves(input)
        let text = String(decoding: input, as: UTF8.self)
        guard let policy = try? Policy.parse(name: "fuzz", namespace: "root", text: text) else { return }
        let acl = ACL(policies: [policy], isRoot: false)
        let paths = [path, "secret/data/a", ""] + policy.rules.map(\.pattern)
        for path in paths.prefix(20) {
            let may = acl.capabilities(path)
            for operation in [PolicyOperation.read, .update, .list, .delete] {
                let decision = acl.decide(AuthorizationRequest(path: path, operation: operation))
                if decision.allowed { precondition(may != ["deny"], "allowed where nothing is") }
            }
        }
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

    static let configuration = FuzzTarget("configuration") { input in
        var reader = ConfigurationReader()
        guard (try? reader.add(input, file: "fuzz.hcl")) != nil else { return }
        _ = try? reader.finish(environment: [:])
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
