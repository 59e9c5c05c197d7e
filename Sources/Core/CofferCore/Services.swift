package import AuditService
package import CofferBarrier
package import IdentityService
package import LeaseService
package import MountService
package import PeriodicService
package import PolicyService
internal import RotationService
package import TokenService

/// Everything that exists only while the barrier is open; made at unseal, dropped at seal.
package struct Services: Sendable {
    package let barrier: Barrier
    package let mounts: Mounts
    package let policies: Policies
    package let tokens: Tokens
    package let identities: Identities
    package let leases: Leases
    package let engineLeases: EngineLeases
    package let audit: AuditBroker
    package let reaper: LeaseReaper
    let rotation: KeyRotation
    package let periodic: PeriodicWork
    package let cluster: ClusterIdentity
    package let ceremonies: Ceremonies
}

/// Name and id of the cluster, drawn at initialisation.
package struct ClusterIdentity: Sendable {
    package let name: String
    package let id: String
}
