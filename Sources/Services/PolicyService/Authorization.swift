internal import CofferBase
package import CofferJSON

/// What a request wants, in the words of policies.
package enum PolicyOperation: String, Sendable { case create, read, update, patch, delete, list, scan, help }

/// One question to an ACL.
package struct AuthorizationRequest: Sendable {
    package var path: String
    package var operation: PolicyOperation
    package var parameters: JSONObject
    package var wrapTTL: Duration?
    package var needsSudo: Bool

    package init(
        path: String, operation: PolicyOperation, parameters: JSONObject = [:], wrapTTL: Duration? = nil,
        needsSudo: Bool = false
    ) {
        self.path = path
        self.operation = operation
        self.parameters = parameters
        self.wrapTTL = wrapTTL
        self.needsSudo = needsSudo
    }
}

/// A policy by name and namespace.
package struct PolicyReference: Sendable, Equatable {
    package let name: String
    package let namespace: String
}

/// The whole reason of a refusal; names, never values.
package enum DenialReason: Sendable, Equatable {
    case noMatchingRule
    case explicitDeny
    case missingCapability(Capability)
    case missingSudo
    case parameterMissing(String)
    case parameterDenied(String)
    case parameterNotAllowed(String)
    case wrappingRequired
    case wrappingTTLTooShort
    case wrappingTTLTooLong
    case pageTooLarge
    /// A templated rule could not be filled in: the whole ACL refuses (GHSA-hr5j-3j78-4vh2).
    case templateFailed
}

/// The answer of an ACL, with what an explanation needs.
package struct Decision: Sendable, Equatable {
    package var allowed: Bool
    package var isRoot = false
    package var reason: DenialReason?
    /// The pattern that decided; nil when none matched.
    package var pattern: String?
    package var grantingPolicies: [PolicyReference] = []
    /// The rule that decided gives `sudo` too.
    package var givesSudo = false
    /// Most names that the answer to this list or scan may hold.
    package var pageLimit: Int64?

    /// The limit that a request names; nil when it names none that limits.
    package static func pageSize(_ value: JSON) -> Int64? {
        let number = value.intValue ?? value.stringValue.flatMap { Int64($0) }
        return number.flatMap { $0 > 0 ? $0 : nil }
    }

    static func denied(_ reason: DenialReason, by rule: CompiledRule? = nil) -> Decision {
        Decision(allowed: false, reason: reason, pattern: rule?.pattern, grantingPolicies: [])
    }
}
