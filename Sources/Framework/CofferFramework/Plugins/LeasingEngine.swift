package import CofferBase
package import CofferStorage

/// An engine whose answers are leased: it is called when a lease is renewed or ends.
package protocol LeasingEngine: Engine {
    /// Prolongs what the lease stands for, and gives the limits that hold now (a role may have changed).
    /// - Throws: `EngineError`; the lease then keeps the end it has.
    func renew(_ lease: LeaseCall) async throws -> LeaseGrant

    /// Ends what the lease stands for.
    ///
    /// May be called again for the same lease, after a failure or a crash and even at the same time:
    /// what is not there any more is revoked. The text of an error it throws is kept and shown to
    /// operators, so it holds no secret.
    func revoke(_ lease: LeaseCall) async throws
}

extension LeasingEngine {
    /// Nothing to do at the target: the lease goes on under the limits it was made with.
    package func renew(_ lease: LeaseCall) async throws -> LeaseGrant { lease.grant }
}

/// A lease as its engine sees it, with everything a `Call` has that does not need a caller.
package struct LeaseCall: Sendable {
    package let id: String
    /// What the engine asked for; its `internalData` tells what to renew or revoke.
    package let grant: LeaseGrant
    package let issueTime: Timestamp
    /// Wanted lifetime from now; zero at revocation and when the caller named none.
    package let increment: Duration
    package let mount: MountReference
    package let namespace: NamespaceReference
    package let storage: StorageView
    package let clock: any WallClock
    package let random: RandomSource

    package init(
        id: String, grant: LeaseGrant, issueTime: Timestamp, increment: Duration, mount: MountReference,
        namespace: NamespaceReference, storage: StorageView, clock: any WallClock, random: RandomSource
    ) {
        self.id = id
        self.grant = grant
        self.issueTime = issueTime
        self.increment = increment
        self.mount = mount
        self.namespace = namespace
        self.storage = storage
        self.clock = clock
        self.random = random
    }
}
