package import CofferBase
package import CofferFramework
package import CofferStorage
package import HTTPClient
internal import MFAClient

/// Entities, aliases and groups of all namespaces.
///
/// Nothing is read at unseal: names, aliases and memberships are found through entries of their own,
/// and what requests need again is kept decoded until it changes.
package final class Identities: Sendable {
    private let base: any TransactionalStorage
    let clock: any WallClock
    let random: RandomSource
    /// The way to services that confirm second factors.
    let factorWeb: FactorWeb
    let cache = IdentityCache()
    /// As logins read them.
    let entities = DecodedEntries<Entity>(capacity: 1024)

    package init(
        storage: any TransactionalStorage, clock: any WallClock, random: RandomSource, web: @escaping WebSender
    ) {
        base = storage
        self.clock = clock
        self.random = random
        factorWeb = FactorWeb(send: web, clock: clock)
    }

    /// The identities of one namespace; ids of another one mean nothing in it (CVE-2026-14886).
    package func store(in namespace: NamespaceReference) -> IdentityStore {
        IdentityStore(
            identities: self, namespace: namespace,
            view: StorageView(base, prefix: StorageKey("identity/\(namespace.id)/")))
    }

    /// A namespace is gone with all its identities.
    package func namespaceRemoved() { cache.forgetAll() }

    /// Another node has changed identities.
    package func forgetAll() { cache.forgetAll() }
}
