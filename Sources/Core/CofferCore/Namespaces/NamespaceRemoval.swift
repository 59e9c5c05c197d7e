internal import CofferBarrier
internal import CofferFramework
internal import CofferStorage
internal import IdentityService
internal import LeaseService
internal import MountService
internal import NamespaceService
internal import PolicyService
internal import QuotaService
internal import TokenService

/// What it takes to delete a namespace, in an order that can be begun again at any point.
///
/// Leases and tokens go first: as long as one of them cannot be revoked, everything that its revocation needs stays.
/// The namespace's own entry goes last, so that a restart finds what is left to do.
struct NamespaceRemoval: Sendable {
    let barrier: Barrier
    let namespaces: Namespaces
    let mounts: Mounts
    let tokens: Tokens
    let engineLeases: EngineLeases
    let quotas: Quotas
    let policyRealms: PolicyRealms
    let identities: Identities

    /// - Returns: false when leases are left whose targets did not answer; the reaper goes on with them too.
    func run(_ namespace: Namespace) async throws -> Bool {
        let reference = namespace.reference
        await namespace.visitors.close()
        // One that was made at the same moment: without its parent nobody would reach it.
        for child in namespaces.table.namespaces(below: reference, isDeep: false) {
            guard try await run(try await namespaces.beginDeletion(of: child.entry.id)) else { return false }
        }
        try await tokens.revokeAll(in: reference.id)
        do {
            try await engineLeases.revokeAll(below: LeaseID.folder(of: reference.id))
        } catch is EngineError {
            return false
        }
        guard try await engineLeases.leases.isEmpty(below: LeaseID.folder(of: reference.id)) else { return false }
        try await mounts.removeAll(of: reference)
        try await quotas.namespaceRemoved(reference.path)
        for folder in ["identity/\(reference.id)/", "namespace/\(reference.id)/", "sys/token/ns/\(reference.id)/"] {
            try await StorageView(barrier, prefix: StorageKey(folder)).deleteAll()
        }
        policyRealms.forget(reference.id)
        identities.namespaceRemoved()
        try await namespaces.finishDeletion(of: reference.id)
        return true
    }
}
