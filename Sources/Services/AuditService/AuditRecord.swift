package import CofferBase
package import CofferFramework
package import CofferJSON

/// The facts of a request that both of its audit lines tell.
package struct AuditRecord: Sendable {
    package var requestID = ""
    package var operation = ""
    package var path = ""
    package var namespace = NamespaceReference.root
    package var mount: MountReference?
    package var clientToken = ""
    package var data = JSONObject()
    package var remoteAddress = ""
    package var remotePort = 0
    package var wrapTTL: Duration?
    /// Those that are configured to be shown.
    package var headers: [AuditHeader] = []
    package var caller: AuditCaller?
    /// Why the request was refused, or how it failed; a text that holds no request value.
    package var error = ""
    /// Keys whose values this mount shows in clear.
    package var clearRequestKeys: [String] = []
    package var clearResponseKeys: [String] = []

    package init() {}

    /// Filled in place: a variable would be copied into whoever holds it.
    package init(_ fill: (inout AuditRecord) -> Void) {
        self.init()
        fill(&self)
    }
}

/// A record that is handed on by reference: it is large, and several hands hold it until the response line.
package final class HeldAuditRecord: Sendable {
    let record: AuditRecord

    package init(_ record: consuming AuditRecord) { self.record = record }
}

/// The `auth` part of an audit line.
package struct AuditCaller: Sendable {
    package var accessor = ""
    package var displayName = ""
    package var policies: [String] = []
    package var tokenPolicies: [String] = []
    package var identityPolicies: [String] = []
    package var metadata: [String: String] = [:]
    package var entityID = ""
    package var tokenType = ""
    package var tokenTTL: Duration = .zero
    package var tokenIssueTime: Timestamp?
    package var remainingUses: Int64 = 0
    /// What the policies said; nil on public paths.
    package var allowed: Bool?
    package var grantingPolicies: [GrantingPolicy] = []

    package init() {}

    /// As that of `AuditRecord`.
    package init(_ fill: (inout AuditCaller) -> Void) {
        self.init()
        fill(&self)
    }

    package struct GrantingPolicy: Sendable {
        package let name: String
        package let namespaceID: String
        package let namespacePath: String

        package init(name: String, namespaceID: String, namespacePath: String = "") {
            self.name = name
            self.namespaceID = namespaceID
            self.namespacePath = namespacePath
        }
    }
}

/// What was answered, as far as it is audited.
package struct AuditResponse: Sendable {
    package var data = JSONObject()
    package var auth: IssuedAuth?
    package var leaseID = ""
    package var wrapInfo: WrapInfo?
    package var warnings: [String] = []

    package init() {}
}
