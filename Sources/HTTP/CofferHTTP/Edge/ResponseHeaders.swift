/// Header fields that a listener adds to its answers, by their status.
///
/// A class: every answer asks for them.
package final class ResponseHeaders: Sendable {
    /// Fields for `default`, a family such as `2xx`, or one status.
    package struct Rule: Sendable {
        package let status: String
        package let fields: [(name: String, value: String)]

        package init(status: String, fields: [(name: String, value: String)]) {
            self.status = status
            self.fields = fields
        }
    }

    private struct Field: Sendable {
        let name: String
        let lowercasedName: String
        let value: String

        init(_ field: (name: String, value: String)) {
            name = field.name
            lowercasedName = field.name.lowercased()
            value = field.value
        }
    }

    private static let own = [("Strict-Transport-Security", "max-age=31536000; includeSubDomains")].map(Field.init)

    private let common: [Field]
    private let families: [Int: [Field]]
    private let statuses: [Int: [Field]]

    /// - Parameter fixed: fields of every answer, which no rule replaces.
    package init(_ rules: [Rule] = [], fixed: [(name: String, value: String)] = []) {
        let defaults = rules.filter { $0.status == "default" }.flatMap(\.fields)
        let common = Self.merged(Self.merged(Self.own, defaults), fixed)
        var families: [Int: [Field]] = [:]
        var statuses: [Int: [Field]] = [:]
        for rule in rules where rule.status.hasSuffix("xx") {
            guard let family = Int(rule.status.prefix(1)) else { continue }
            families[family] = Self.merged(families[family] ?? common, rule.fields)
        }
        for rule in rules {
            guard let status = Int(rule.status) else { continue }
            statuses[status] = Self.merged(statuses[status] ?? families[status / 100] ?? common, rule.fields)
        }
        (self.common, self.families, self.statuses) = (common, families, statuses)
    }

    /// What the answer says by itself stays as it is.
    func add(to response: inout HTTPResponse) {
        let status = response.status
        for field in statuses[status] ?? families[status / 100] ?? common
        where response.fields[field.lowercasedName] == nil {
            response.fields.add(field.name, field.value)
        }
    }

    /// A later value of a field replaces an earlier one.
    private static func merged(_ fields: [Field], _ more: [(name: String, value: String)]) -> [Field] {
        var merged = fields
        for field in more.map(Field.init) {
            merged.removeAll { $0.lowercasedName == field.lowercasedName }
            merged.append(field)
        }
        return merged
    }
}
