package import CofferStorage
internal import Synchronization

/// The policies of the namespaces below the root: each has its own, and none is asked about another's.
package final class PolicyRealms: Sendable {
    private let storage: any TransactionalStorage
    private let realms = Mutex<[String: Policies]>([:])

    package init(storage: any TransactionalStorage) { self.storage = storage }

    package func policies(in namespaceID: String) -> Policies {
        realms.withLock { realms in
            if let known = realms[namespaceID] { return known }
            let policies = Policies(storage: storage, namespace: namespaceID)
            realms[namespaceID] = policies
            return policies
        }
    }

    /// Another node has changed policies.
    package func forgetAll() { realms.withLock { $0 = [:] } }

    /// The namespace is gone.
    package func forget(_ namespaceID: String) { realms.withLock { $0[namespaceID] = nil } }
}
