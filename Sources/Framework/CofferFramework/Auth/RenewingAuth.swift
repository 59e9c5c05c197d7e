package import CofferBase
package import CofferJSON
package import CofferStorage

/// An auth method that is asked at each renewal whether it would still let the caller in.
package protocol RenewingAuth: Engine {
    /// Checks everything that the login checked and that can be checked again: the role, its networks, the account.
    /// - Throws: `EngineError` when the token must not be renewed; it keeps the end that it has.
    func renew(_ token: RenewalCall) async throws -> RenewalTerms
}

/// How long a renewed token may live, as its role says now; zero leaves it to the mount.
package struct RenewalTerms: Sendable {
    package let ttl: Duration
    package let maximumTTL: Duration
    package let period: Duration

    package init(ttl: Duration = .zero, maximumTTL: Duration = .zero, period: Duration = .zero) {
        self.ttl = ttl
        self.maximumTTL = maximumTTL
        self.period = period
    }
}

/// A token of a login, as the method that granted it sees it at renewal.
package struct RenewalCall: Sendable {
    /// What the grant kept for this moment.
    package let internalData: JSONObject
    /// As granted at the login.
    package let policies: [String]
    package let metadata: [String: String]
    /// Who asks for the renewal.
    package let origin: Origin
    package let mount: MountReference
    package let namespace: NamespaceReference
    package let storage: StorageView
    package let clock: any WallClock

    package init(
        internalData: JSONObject, policies: [String], metadata: [String: String], origin: Origin,
        mount: MountReference, namespace: NamespaceReference, storage: StorageView, clock: any WallClock
    ) {
        self.internalData = internalData
        self.policies = policies
        self.metadata = metadata
        self.origin = origin
        self.mount = mount
        self.namespace = namespace
        self.storage = storage
        self.clock = clock
    }
}
