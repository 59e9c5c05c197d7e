internal import CofferBase
package import CofferJSON
package import CofferStorage

/// What an engine asks the pipeline to lease: the answer's data holds until the lease ends,
/// and the engine is called to take it back then (`LeasingEngine`).
package struct LeaseGrant: Sendable {
    /// Wanted lifetime; zero means the mount's default.
    package var ttl: Duration
    /// Longest life, renewals included; zero means the mount's maximum, which bounds it in any case.
    package var maximumTTL: Duration
    package var renewable: Bool
    /// Kept with the lease behind the barrier and given back at renewal and revocation; never shown.
    package var internalData: JSONObject
    /// An entry of the engine's own storage that goes in the commit that registers the lease.
    ///
    /// An engine writes it before it makes something at a target, and undoes what it names when it
    /// is still there long after: so a crash leaves nothing behind that has no lease.
    package var settles: StorageKey?

    package init(
        ttl: Duration = .zero, maximumTTL: Duration = .zero, renewable: Bool = true, internalData: JSONObject = [:],
        settles: StorageKey? = nil
    ) {
        self.ttl = ttl
        self.maximumTTL = maximumTTL
        self.renewable = renewable
        self.internalData = internalData
        self.settles = settles
    }
}

/// A lease as an envelope reports it.
package struct IssuedLease: Sendable, Equatable {
    package let id: String
    package let renewable: Bool
    /// From now.
    package let duration: Duration

    package init(id: String, renewable: Bool, duration: Duration) {
        self.id = id
        self.renewable = renewable
        self.duration = duration
    }
}

package enum LeaseResult: Sendable {
    /// The pipeline registers it.
    case grant(LeaseGrant)
    /// It exists already (renewal).
    case issued(IssuedLease)
}
