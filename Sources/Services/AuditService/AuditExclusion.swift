internal import CofferFramework
internal import CofferJSON

/// Parts of a line that a device leaves out, each under its own condition.
///
/// The option is a list `[{"condition": "mount_type == transit", "fields": ["/request/data"]}]`;
/// fields are JSON pointers into the line. It works on the finished line, so
/// that it can only take away.
struct AuditExclusion: Sendable {
    private struct Rule: Sendable {
        let condition: AuditFilter?
        let fields: [[String]]
    }

    private let rules: [Rule]

    init(_ text: String) throws(EngineError) {
        guard let json = try? JSON.parse(text: text), let items = json.arrayValue else {
            throw .badRequest("the option exclude must be a list of objects with condition and fields")
        }
        var rules: [Rule] = []
        for item in items { rules.append(try Self.rule(item)) }
        self.rules = rules
    }

    private static func rule(_ json: JSON) throws(EngineError) -> Rule {
        let condition = json["condition"]?.stringValue ?? ""
        var fields: [[String]] = []
        for field in json["fields"]?.arrayValue ?? [] { fields.append(try pointer(field.stringValue ?? "")) }
        guard !fields.isEmpty else { throw .badRequest("each rule of the option exclude needs fields") }
        return Rule(
            condition: condition.isEmpty ? nil : try AuditFilter(condition, option: "exclude"), fields: fields)
    }

    /// RFC 6901. What joins and dates the lines stays in them.
    private static func pointer(_ text: String) throws(EngineError) -> [String] {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false).dropFirst().map(unescaped)
        guard text.hasPrefix("/"), let first = parts.first, ["auth", "request", "response", "error"].contains(first),
            parts != ["request"], parts != ["request", "id"]
        else {
            throw .badRequest(
                "a field of the option exclude must be a JSON pointer to a part of /auth, /request or /response")
        }
        return parts
    }

    private static func unescaped(_ part: Substring) -> String {
        var text = ""
        var isEscape = false
        for character in part {
            if isEscape {
                text.append(character == "1" ? "/" : "~")
                isEscape = false
            } else if character == "~" {
                isEscape = true
            } else {
                text.append(character)
            }
        }
        return text
    }

    /// The line without what is excluded; a line that cannot be read stays as it is, it was redacted before.
    func applied(to line: [UInt8], _ facts: AuditFilter.Facts) -> [UInt8] {
        let fields = rules.filter { $0.condition?.matches(facts) ?? true }.flatMap(\.fields)
        guard !fields.isEmpty, var object = try? JSON.parseObject(line.dropLast(), limits: .trusted) else {
            return line
        }
        for field in fields { Self.remove(field[...], from: &object) }
        return JSON.object(object).serialized() + [UInt8(ascii: "\n")]
    }

    private static func remove(_ field: ArraySlice<String>, from object: inout JSONObject) {
        guard let first = field.first else { return }
        let rest = field.dropFirst()
        if rest.isEmpty {
            object[first] = nil
        } else if var inner = object[first]?.objectValue {
            remove(rest, from: &inner)
            object[first] = .object(inner)
        }
    }
}
