internal import CofferFramework
internal import Synchronization

extension Mounts {
    func realm(_ namespace: NamespaceReference) -> Realm {
        realms.withLock { realms in
            if let realm = realms[namespace.id] { return realm }
            let realm = Realm(namespace)
            realms[namespace.id] = realm
            return realm
        }
    }

    /// The mount with this id in any namespace, one that is being removed included.
    package func route(uuid: String) -> Route? {
        if let route = routes.route(uuid: uuid) { return route }
        guard let owner = owners.withLock({ $0[uuid] }) else { return nil }
        return routes(in: owner).route(uuid: uuid)
    }

    /// All mounts that are stored, in any namespace.
    package var everyStoredRoute: [Route] {
        routes.routes + realms.withLock { Array($0.values) }.flatMap { $0.stored.routes }
    }
}
