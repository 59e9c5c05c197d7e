package import AuditService
package import CofferBarrier
package import CofferBase
internal import CofferStorage
package import IdentityService
package import LeaseService
package import LockoutService
package import MountService
package import NamespaceService
package import PeriodicService
package import PolicyService
package import QuotaService
internal import RotationService
package import SnapshotService
package import TokenService

/// Everything that exists only while the barrier is open; made at unseal, dropped at seal.
///
/// A class, because every request holds it and a struct of this size is dear to copy.
package final class Services: Sendable {
    package let barrier: Barrier
    package let namespaces: Namespaces
    package let mounts: Mounts
    /// Of the root namespace; see `policies(in:)`.
    package let policies: Policies
    let policyRealms: PolicyRealms
    package let tokens: Tokens
    package let identities: Identities
    /// Logins that wait for their second factors; lost when the server seals.
    package let pendingLogins: Tickets<PendingLogin>
    package let leases: Leases
    package let quotas: Quotas
    package let engineLeases: EngineLeases
    package let audit: AuditBroker
    package let lockouts: Lockouts
    package let reaper: LeaseReaper
    let rotation: KeyRotation
    package let periodic: PeriodicWork
    package let snapshots: SnapshotSchedule
    package let removals: NamespaceRemovals
    package let cluster: ClusterIdentity
    package let ceremonies: Ceremonies
    /// The leadership that they belong to; nil on a server without a cluster.
    package let term: Term?

    init(
        barrier: Barrier,
        namespaces: Namespaces,
        mounts: Mounts,
        policies: Policies,
        policyRealms: PolicyRealms,
        tokens: Tokens,
        identities: Identities,
        pendingLogins: Tickets<PendingLogin>,
        leases: Leases,
        quotas: Quotas,
        engineLeases: EngineLeases,
        audit: AuditBroker,
        lockouts: Lockouts,
        reaper: LeaseReaper,
        rotation: KeyRotation,
        periodic: PeriodicWork,
        snapshots: SnapshotSchedule,
        removals: NamespaceRemovals,
        cluster: ClusterIdentity,
        ceremonies: Ceremonies,
        term: Term?
    ) {
        self.barrier = barrier
        self.namespaces = namespaces
        self.mounts = mounts
        self.policies = policies
        self.policyRealms = policyRealms
        self.tokens = tokens
        self.identities = identities
        self.pendingLogins = pendingLogins
        self.leases = leases
        self.quotas = quotas
        self.engineLeases = engineLeases
        self.audit = audit
        self.lockouts = lockouts
        self.reaper = reaper
        self.rotation = rotation
        self.periodic = periodic
        self.snapshots = snapshots
        self.removals = removals
        self.cluster = cluster
        self.ceremonies = ceremonies
        self.term = term
    }
}

/// Name and id of the cluster, drawn at initialisation.
package struct ClusterIdentity: Sendable {
    package let name: String
    package let id: String

    static let path: StorageKey = "core/cluster/local/info"

    package init(name: String, id: String) {
        self.name = name
        self.id = id
    }

    init?(encoded bytes: [UInt8]) {
        let parts = String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
        guard parts.count == 2 else { return nil }
        self.init(name: parts[0], id: parts[1])
    }
}
