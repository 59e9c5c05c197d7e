internal import CofferJSON

/// `sys/quotas/config`.
package struct QuotaConfiguration: Sendable, Equatable {
    /// Within each namespace; a final `*` stands for anything.
    package var exemptPaths = QuotaConfiguration.defaultExemptPaths
    /// From the root of all namespaces.
    package var absoluteExemptPaths: [String] = []
    package var logsToAudit = false
    package var showsHeaders = false

    package init() {}

    /// What must be reachable however busy a client is: health checks, and the way back from a seal.
    package static let defaultExemptPaths = [
        "sys/generate-recovery-token/attempt", "sys/generate-recovery-token/update", "sys/generate-root/attempt",
        "sys/generate-root/update", "sys/health", "sys/seal-status", "sys/unseal",
    ]

    /// - Parameter path: below the namespace.
    func isExempt(_ path: String, in namespace: String) -> Bool {
        exemptPaths.contains { Self.matches($0, path) }
            || absoluteExemptPaths.contains { Self.matches($0, namespace + path) }
    }

    private static func matches(_ pattern: String, _ path: String) -> Bool {
        guard pattern.utf8.last == UInt8(ascii: "*") else { return pattern.utf8.elementsEqual(path.utf8) }
        return path.utf8.starts(with: pattern.utf8.dropLast())
    }

    init(record: JSONObject) {
        func texts(_ name: String) -> [String]? { record[name]?.arrayValue?.compactMap(\.stringValue) }
        exemptPaths = texts("exempt") ?? Self.defaultExemptPaths
        absoluteExemptPaths = texts("absolute_exempt") ?? []
        logsToAudit = record["audit"]?.boolValue ?? false
        showsHeaders = record["headers"]?.boolValue ?? false
    }

    var record: JSONObject {
        [
            "exempt": .strings(exemptPaths), "absolute_exempt": .strings(absoluteExemptPaths),
            "audit": .bool(logsToAudit), "headers": .bool(showsHeaders),
        ]
    }
}
