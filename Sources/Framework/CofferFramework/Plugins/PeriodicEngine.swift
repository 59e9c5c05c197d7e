package import CofferBase
package import CofferStorage

/// An engine with work that no request starts: rotations on schedule, tidying.
///
/// Its kind says `isPeriodic`. It is called once after unseal, then whenever it asked to be: by the
/// time it returned, or by `EngineContext.wake`, which it calls when a request stores something
/// that will be due sooner. Only one call of a mount runs at a time.
package protocol PeriodicEngine: Engine {
    /// Does what is due at `call.clock.now`.
    ///
    /// May be called early, late, and again after a crash in the middle.
    /// - Returns: when there will be more to do; nil when there is nothing in sight.
    /// - Throws: anything; it is called again a minute later.
    func tick(_ call: PeriodicCall) async throws -> Timestamp?
}

/// What an engine is given for work of its own; like `Call`, without a caller.
package struct PeriodicCall: Sendable {
    package let mount: MountReference
    package let namespace: NamespaceReference
    package let storage: StorageView
    package let clock: any WallClock
    package let random: RandomSource

    package init(
        mount: MountReference, namespace: NamespaceReference, storage: StorageView, clock: any WallClock,
        random: RandomSource
    ) {
        self.mount = mount
        self.namespace = namespace
        self.storage = storage
        self.clock = clock
        self.random = random
    }

    package var now: Timestamp { clock.now }
}
