package import CofferBase
package import CofferFramework
package import CofferStorage
internal import Synchronization

/// The mount tables of all namespaces: loads them, changes them, and publishes routes for requests.
///
/// Readers take a snapshot. A writer claims the path first, commits, and
/// publishes last, so that two writers never own one path and a request never
/// reaches a mount that is not stored.
package final class Mounts: Sendable {
    private let base: any TransactionalStorage
    private let table: StorageView
    let kinds: [EngineKind]
    private let clock: any WallClock
    private let random: RandomSource
    private let services: @Sendable (NamespaceReference) -> EngineServices
    private let systemDefaultTTL: Duration
    private let systemMaximumTTL: Duration
    private let current = Snapshot(RouteTable())
    /// By namespace, without the root; a namespace that nobody uses and that has no mounts of its own has none.
    let realms = Mutex<[String: Realm]>([:])
    /// Mount id → namespace, for mounts below the root.
    let owners = Mutex<[String: NamespaceReference]>([:])
    private let claims = Mutex<Set<String>>([])
    private let wake = Snapshot(Waker { _, _ in })

    /// In a struct, because a function in a generic box is wrapped once more at each access.
    private struct Waker: Sendable {
        let wake: @Sendable (String, Timestamp) -> Void
    }

    package init(
        storage: any TransactionalStorage, kinds: [EngineKind], clock: any WallClock, random: RandomSource,
        services: @escaping @Sendable (NamespaceReference) -> EngineServices, defaultTTL: Duration,
        maximumTTL: Duration
    ) {
        base = storage
        table = StorageView(storage, prefix: "core/mounts/")
        self.kinds = kinds
        self.clock = clock
        self.random = random
        self.services = services
        systemDefaultTTL = defaultTTL
        systemMaximumTTL = maximumTTL
    }

    /// Who is told that the engine of a mount (by id) asked to be called at a time.
    package func onWake(_ body: @escaping @Sendable (_ uuid: String, _ time: Timestamp) -> Void) {
        wake.replace(with: Waker(wake: body))
    }

    /// What requests in the root namespace see now.
    package var routes: RouteTable { current.value }

    /// What requests in a namespace see now.
    package func routes(in namespace: NamespaceReference) -> RouteTable {
        if namespace.isRoot { return current.value }
        return realm(namespace).routes { namespace in
            BuiltInMounts.entries(of: namespace).compactMap { try? self.route(for: $0, in: namespace) }
        }
    }

    /// Reads the tables at unseal. Returns mounts whose removal was interrupted.
    /// - Parameter namespace: finds a namespace by its id.
    package func load(
        _ namespace: (_ id: String) -> NamespaceReference? = { $0 == "root" ? .root : nil }
    ) async throws -> [MountEntry] {
        var entries: [(entry: MountEntry, home: NamespaceReference)] = []
        for name in try await table.children(of: "") {
            guard let bytes = try await table.get(StorageKey(name)) else { continue }
            let entry = try MountEntry(encoded: bytes)
            // A mount without its namespace can be reached by nobody.
            if let home = namespace(entry.namespaceID) { entries.append((entry, home)) }
        }
        var loaded = RouteTable()
        for (entry, home) in entries where home.isRoot { loaded.add(try route(for: entry, in: home)) }
        current.replace(with: loaded)
        for (entry, home) in entries where !home.isRoot {
            let route = try route(for: entry, in: home)
            realm(home).update { $0.add(route) }
        }
        return entries.map(\.entry).filter { $0.state == .removing }
    }

    /// Mounts a new engine.
    /// - Throws: `EngineError` with Vault's texts: unknown type, path in use, bad options.
    package func enable(
        _ request: MountEntry, in namespace: NamespaceReference = .root, allowReserved: Bool = false
    ) async throws -> MountEntry {
        var entry = request
        entry.namespaceID = namespace.id
        entry.path = try Self.normalized(request.path)
        guard let kind = kinds.first(where: { $0.type == entry.type && $0.class == entry.class }),
            allowReserved || !kind.isBuiltIn
        else {
            throw EngineError.badRequest("plugin not found in the catalog: \(Self.shown(entry.type))")
        }
        if !allowReserved { try Self.refuseReserved(entry) }
        try checkTTLs(entry.configuration)
        entry.options = try kind.checkOptions(entry.options)
        entry.uuid = try random.uuid()
        entry.accessor = "\(entry.class == .auth ? "auth_" : "")\(entry.type)_\(Hex.encode(try random.bytes(4)))"
        try claim(entry.fullPath, in: namespace)
        defer { release(entry.fullPath, in: namespace) }
        try await table.put(StorageKey(entry.uuid), entry.encoded())
        publish(try route(for: entry, in: namespace))
        return entry
    }

    /// Takes a mount out of service; its leases can still be revoked, and its data is removed by `finishRemoval`.
    /// - Returns: the entry, also of a mount that is being removed already; nil when nothing is mounted there.
    package func beginRemoval(
        of fullPath: String, in namespace: NamespaceReference = .root
    ) async throws -> MountEntry? {
        let routes = routes(in: namespace)
        guard let route = routes[fullPath] else {
            return routes.removing.first { $0.mount.path == fullPath }?.entry
        }
        if route.kind.isBuiltIn { throw EngineError.badRequest("cannot unmount \"\(route.mount.path)\"") }
        var entry = route.entry
        entry.state = .removing
        try await table.put(StorageKey(entry.uuid), entry.encoded())
        let leaving = try self.route(for: entry, in: namespace)
        change(namespace) { $0.startRemoving(leaving) }
        return entry
    }

    /// Deletes everything a removed mount stored, then its entry. Safe to run again after a crash.
    package func finishRemoval(of entry: MountEntry) async throws {
        try await StorageView(base, prefix: StorageKey(entry.storagePrefix)).deleteAll()
        try await table.delete(StorageKey(entry.uuid))
        if let owner = owners.withLock({ $0.removeValue(forKey: entry.uuid) }) {
            change(owner) { $0.finishRemoving(entry.uuid) }
        } else {
            current.update { $0.finishRemoving(entry.uuid) }
        }
    }

    /// Changes settings of a mount; the engine is made anew at its next request.
    package func update(
        _ fullPath: String, in namespace: NamespaceReference = .root, _ change: (inout MountEntry) throws -> Void
    ) async throws -> MountEntry {
        guard let route = routes(in: namespace)[fullPath] else { throw EngineError.notFound }
        var entry = route.entry
        try change(&entry)
        try checkTTLs(entry.configuration)
        entry.options = try route.kind.checkOptions(entry.options)
        try await table.put(StorageKey(entry.uuid), entry.encoded())
        publish(try self.route(for: entry, in: namespace))
        return entry
    }

    /// Moves a mount to another path, perhaps in another namespace; its data stays where it is.
    package func move(
        from source: String, in namespace: NamespaceReference = .root, to target: String,
        in home: NamespaceReference = .root
    ) async throws {
        guard let route = routes(in: namespace)[source] else {
            throw EngineError.badRequest("no matching mount at \"\(Self.shown(source))\"")
        }
        if route.kind.isBuiltIn { throw EngineError.badRequest("cannot remount \"\(source)\"") }
        var entry = route.entry
        let isAuth = target.hasPrefix("auth/")
        guard isAuth == (entry.class == .auth) else {
            throw EngineError.badRequest("cannot remount between a secrets engine and an auth method")
        }
        entry.path = try Self.normalized(isAuth ? String(target.dropFirst(5)) : target)
        try Self.refuseReserved(entry)
        entry.namespaceID = home.id
        try claim(entry.fullPath, in: home)
        defer { release(entry.fullPath, in: home) }
        try await table.put(StorageKey(entry.uuid), entry.encoded())
        change(namespace) { $0.remove(source) }
        if home.isRoot { owners.withLock { $0[entry.uuid] = nil } }
        publish(try self.route(for: entry, in: home))
    }

    private func publish(_ route: Route) { change(route.namespace) { $0.set(route) } }

    private func change(_ namespace: NamespaceReference, _ body: (inout RouteTable) -> Void) {
        if namespace.isRoot { current.update { body(&$0) } } else { realm(namespace).update(body) }
    }

    private func claim(_ path: String, in namespace: NamespaceReference) throws(EngineError) {
        let table = routes(in: namespace)
        let wanted = "\(namespace.id)\u{0}\(path)"
        let taken: String? = claims.withLock { claimed in
            if let conflict = table.conflict(with: path) { return conflict }
            if claimed.contains(where: { wanted.hasPrefix($0) || $0.hasPrefix(wanted) }) { return path }
            claimed.insert(wanted)
            return nil
        }
        if let taken { throw .badRequest("path is already in use at \(taken)") }
    }

    private func release(_ path: String, in namespace: NamespaceReference) {
        claims.withLock { _ = $0.remove("\(namespace.id)\u{0}\(path)") }
    }

    private func checkTTLs(_ configuration: MountConfiguration) throws(EngineError) {
        let maximum = configuration.maximumTTL > .zero ? configuration.maximumTTL : systemMaximumTTL
        if configuration.defaultTTL > maximum {
            throw .badRequest("backend default lease TTL greater than system max lease TTL or mount max lease TTL")
        }
    }

    private func route(for entry: MountEntry, in namespace: NamespaceReference) throws -> Route {
        guard let kind = kinds.first(where: { $0.type == entry.type && $0.class == entry.class }) else {
            throw EngineError.internal("a mount has an engine type that this build does not have: \(entry.type)")
        }
        let settings = entry.configuration
        let maximum = settings.maximumTTL > .zero ? settings.maximumTTL : systemMaximumTTL
        let mount = MountReference(
            path: entry.fullPath, type: entry.type, accessor: entry.accessor, uuid: entry.uuid,
            options: entry.options,
            defaultTTL: min(settings.defaultTTL > .zero ? settings.defaultTTL : systemDefaultTTL, maximum),
            maximumTTL: maximum, isAuth: entry.class == .auth)
        let wake = wake
        let context = EngineContext(
            mount: mount, namespace: namespace, storage: storage(of: entry, in: namespace),
            clock: clock, random: random, services: services(namespace),
            wake: { time in wake.value.wake(mount.uuid, time) })
        if !namespace.isRoot { owners.withLock { $0[entry.uuid] = namespace } }
        return Route(entry: entry, kind: kind, mount: mount, context: context)
    }

    /// Cubbyholes of all namespaces lie together: they belong to tokens, whose ids are unique.
    private func storage(of entry: MountEntry, in namespace: NamespaceReference) -> StorageView {
        if entry.type == "cubbyhole", !namespace.isRoot, let shared = current.value["cubbyhole/"] {
            return shared.storage
        }
        return StorageView(base, prefix: StorageKey(entry.storagePrefix))
    }

    /// Stores the entry of a mount that was made of nothing: its engine has work to do after the next start.
    package func keep(_ route: Route) async throws {
        // Not of a namespace that has been deleted meanwhile.
        guard owners.withLock({ $0[route.entry.uuid] }) != nil else { return }
        let key = StorageKey(route.entry.uuid)
        if try await !table.contains(key) { try await table.put(key, route.entry.encoded()) }
    }

    /// Deletes every mount of a namespace with all it stored; their leases must be gone. Safe to run again.
    package func removeAll(of namespace: NamespaceReference) async throws {
        let routes = routes(in: namespace)
        for route in routes.routes + routes.removing {
            if route.entry.type != "cubbyhole" {
                try await StorageView(base, prefix: StorageKey(route.entry.storagePrefix)).deleteAll()
            }
            try await table.delete(StorageKey(route.entry.uuid))
            owners.withLock { $0[route.entry.uuid] = nil }
        }
        realms.withLock { $0[namespace.id] = nil }
    }
}
