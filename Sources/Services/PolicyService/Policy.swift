internal import CofferBase

/// A capability as policies write it.
package enum Capability: String, Sendable, CaseIterable, Comparable {
    case create, delete, deny, list, patch, read, recover, scan, subscribe, sudo, update

    package static func < (left: Capability, right: Capability) -> Bool { left.rawValue < right.rawValue }
}

/// A policy as it was written: names paths and what may be done there.
package struct Policy: Sendable {
    /// In lower case.
    package let name: String
    package let namespace: String
    package let text: String
    package let rules: [PathRule]
}

/// One `path` block.
package struct PathRule: Sendable {
    /// Without leading slash; may hold `+` segments and end in `*`.
    package let pattern: String
    package var capabilities: Set<Capability> = []
    /// Nil or empty: every parameter is allowed. Keys are parameter names or `*`; empty lists allow any value.
    package var allowedParameters: [String: [ParameterValue]]?
    package var deniedParameters: [String: [ParameterValue]] = [:]
    package var requiredParameters: [String] = []
    package var minimumWrappingTTL: Duration?
    package var maximumWrappingTTL: Duration?
    /// Most names that one list or scan may ask for.
    package var paginationLimit: Int64?

    init(pattern: String) { self.pattern = pattern }

    /// True when the pattern holds `{{…}}`, to be filled from the caller's identity.
    package var isTemplated: Bool { pattern.contains("{{") }
}

/// Why a text is not a policy.
package struct PolicyError: Error, Sendable, Equatable {
    package let text: String
    package init(_ text: String) { self.text = text }
}
