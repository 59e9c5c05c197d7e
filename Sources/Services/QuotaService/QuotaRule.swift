internal import CofferBase
internal import CofferFramework
package import CofferJSON

/// What every quota has.
package protocol QuotaRule: Sendable, Equatable {
    /// As in its path: `rate-limit`, `lease-count`.
    static var type: String { get }
    var name: String { get }
    var scope: QuotaScope { get set }
    var isInheritable: Bool { get }
    init?(name: String, record: JSONObject)
    var record: JSONObject { get }
}

extension QuotaRule {
    /// The members that both kinds store.
    var scopeRecord: JSONObject {
        [
            "namespace": .string(scope.namespace), "mount": .string(scope.mount), "suffix": .string(scope.suffix),
            "role": .string(scope.role), "inheritable": .bool(isInheritable),
        ]
    }

    static func scope(_ record: JSONObject) -> QuotaScope {
        QuotaScope(
            namespace: record["namespace"]?.stringValue ?? "", mount: record["mount"]?.stringValue ?? "",
            suffix: record["suffix"]?.stringValue ?? "", role: record["role"]?.stringValue ?? "")
    }
}

/// A limit on requests.
package struct RateRule: QuotaRule {
    /// Whose requests are counted together.
    package enum Grouping: String, Sendable { case ip, none }

    package static let type = "rate-limit"
    package let name: String
    package var scope: QuotaScope
    package var isInheritable: Bool
    package var limit: RateLimit
    package var grouping: Grouping

    package init(
        name: String, scope: QuotaScope, isInheritable: Bool, limit: RateLimit, grouping: Grouping = .ip
    ) {
        self.name = name
        self.scope = scope
        self.isInheritable = isInheritable
        self.limit = limit
        self.grouping = grouping
    }

    package init?(name: String, record: JSONObject) {
        guard let rate = record["rate"].flatMap({ Double(wire: $0) }), rate > 0,
            let interval = record["interval"]?.intValue, let block = record["block_interval"]?.intValue
        else { return nil }
        self.init(
            name: name, scope: Self.scope(record), isInheritable: record["inheritable"]?.boolValue ?? false,
            limit: RateLimit(rate: rate, interval: .seconds(interval), blockInterval: .seconds(block)),
            grouping: record["group_by"]?.stringValue.flatMap(Grouping.init(rawValue:)) ?? .ip)
    }

    package var record: JSONObject {
        var record = scopeRecord
        record["rate"] = limit.rate.wire
        record["interval"] = .int(limit.interval.wholeSeconds)
        record["block_interval"] = .int(limit.blockInterval.wholeSeconds)
        record["group_by"] = .string(grouping.rawValue)
        return record
    }
}

/// A limit on leases.
package struct LeaseRule: QuotaRule {
    package static let type = "lease-count"
    package let name: String
    package var scope: QuotaScope
    package var isInheritable: Bool
    package var maximum: Int

    package init(name: String, scope: QuotaScope, isInheritable: Bool, maximum: Int) {
        self.name = name
        self.scope = scope
        self.isInheritable = isInheritable
        self.maximum = maximum
    }

    package init?(name: String, record: JSONObject) {
        guard let maximum = record["max_leases"]?.intValue else { return nil }
        self.init(
            name: name, scope: Self.scope(record), isInheritable: record["inheritable"]?.boolValue ?? false,
            maximum: Int(clamping: maximum))
    }

    package var record: JSONObject {
        var record = scopeRecord
        record["max_leases"] = .int(maximum)
        return record
    }
}
