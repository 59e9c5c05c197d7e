internal import CofferFramework
internal import MountService
internal import NamespaceService

/// Which namespace a request is in. One in the root namespace pays for a look at two empty texts.
extension Request {
    /// The mount that the request is for. Header and path together name the namespace; what is left of the path is
    /// what is authorised, audited and executed.
    mutating func find(_ services: Services) throws(Denial) -> RouteTable.Hit? {
        if incoming.namespace.isEmpty || isForEveryNamespace {
            if let hit = services.mounts.routes.find(path.text) { return hit }
            let table = services.namespaces.table
            guard !table.isEmpty, let namespace = table.deepest(along: path.text) else { return nil }
            return enter(namespace, path, services)
        }
        let joined: CanonicalPath
        do { joined = try CanonicalPath(decoded: incoming.namespace + "/" + path.text) } catch {
            throw .unknownNamespace
        }
        // The whole header must name a namespace: it never names a part of a path.
        guard let namespace = services.namespaces.table.deepest(along: joined.text),
            namespace.entry.path.utf8.count > incoming.namespace.utf8.count
        else {
            path = joined
            return nil
        }
        return enter(namespace, joined, services)
    }

    private mutating func enter(
        _ namespace: Namespace, _ full: CanonicalPath, _ services: Services
    ) -> RouteTable.Hit? {
        // One that is being deleted is there for nobody.
        guard namespace.visitors.enter() else {
            path = full
            return nil
        }
        visited = namespace
        self.namespace = namespace.reference
        path = full.dropping(namespace.entry.path.utf8.count)
        return services.mounts.routes(in: self.namespace).find(path.text)
    }

    /// The state of the server is the same for all, whatever the header says.
    private var isForEveryNamespace: Bool {
        guard path.text.hasPrefix("sys/") else { return false }
        return core.system.path(matching: String(path.text.dropFirst(4)))?.traits.whenSealed == true
    }

    /// What concerns the whole server is not there below the root.
    func allowed(_ match: Result<PathTable.Match, EngineError>) -> Result<PathTable.Match, EngineError> {
        if visited != nil, case .success(let found) = match, found.place.path.traits.isRootOnly {
            return .failure(.unsupportedPath)
        }
        return match
    }

    func refuseLocked(_ services: Services) throws(Denial) {
        if location?.traits.worksWhenLocked == true { return }
        if services.namespaces.table.locking(namespace) != nil { throw .namespaceLocked }
    }

    /// The path as the token's policies name it.
    var policyPath: String { policyPrefix.isEmpty ? path.text : policyPrefix + path.text }
}
