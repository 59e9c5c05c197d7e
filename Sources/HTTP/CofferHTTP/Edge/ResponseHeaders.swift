/// Header fields that a listener adds to its answers, by their status.
package struct ResponseHeaders: Sendable {
    /// Fields for `default`, a family such as `2xx`, or one status.
    package struct Rule: Sendable {
        package let status: String
        package let fields: [(name: String, value: String)]

        package init(status: String, fields: [(name: String, value: String)]) {
            self.status = status
            self.fields = fields
        }
    }

    private typealias Field = (name: String, value: String)

    private static let own: [Field] = [("Strict-Transport-Security", "max-age=31536000; includeSubDomains")]

    private var common: [Field]
    private var families: [Int: [Field]] = [:]
    private var statuses: [Int: [Field]] = [:]

    /// - Parameter fixed: fields of every answer, which no rule replaces.
    package init(_ rules: [Rule] = [], fixed: [(name: String, value: String)] = []) {
        let defaults = rules.filter { $0.status == "default" }.flatMap(\.fields)
        common = Self.merged(Self.merged(Self.own, defaults), fixed)
        for rule in rules where rule.status.hasSuffix("xx") {
            guard let family = Int(rule.status.prefix(1)) else { continue }
            families[family] = Self.merged(families[family] ?? common, rule.fields)
        }
        for rule in rules {
            guard let status = Int(rule.status) else { continue }
            statuses[status] = Self.merged(statuses[status] ?? families[status / 100] ?? common, rule.fields)
        }
    }

    /// What the answer says by itself stays as it is.
    func add(to response: inout HTTPResponse) {
        let status = response.status
        for (name, value) in statuses[status] ?? families[status / 100] ?? common
        where response.fields[name.lowercased()] == nil {
            response.fields.add(name, value)
        }
    }

    /// A later value of a field replaces an earlier one.
    private static func merged(_ fields: [Field], _ more: [Field]) -> [Field] {
        var merged = fields
        for field in more {
            merged.removeAll { $0.name.lowercased() == field.name.lowercased() }
            merged.append(field)
        }
        return merged
    }
}
