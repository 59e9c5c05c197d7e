package import CofferBase
package import CofferFramework
package import CofferStorage
internal import Synchronization

/// The mount table: loads it, changes it, and publishes routes for requests.
///
/// Readers take a snapshot. A writer claims the path first, commits, and
/// publishes last, so that two writers never own one path and a request never
/// reaches a mount that is not stored.
package final class Mounts: Sendable {
    private let base: any TransactionalStorage
    private let table: StorageView
    private let kinds: [EngineKind]
    private let clock: any WallClock
    private let random: RandomSource
    private let services: EngineServices
    private let systemDefaultTTL: Duration
    private let systemMaximumTTL: Duration
    private let current = Snapshot(RouteTable())
    private let claims = Mutex<Set<String>>([])
    private let wake = Snapshot(Waker { _, _ in })

    /// In a struct, because a function in a generic box is wrapped once more at each access.
    private struct Waker: Sendable {
        let wake: @Sendable (String, Timestamp) -> Void
    }

    package init(
        storage: any TransactionalStorage, kinds: [EngineKind], clock: any WallClock, random: RandomSource,
        services: EngineServices, defaultTTL: Duration, maximumTTL: Duration
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

    /// What requests see now.
    package var routes: RouteTable { current.value }

    /// Reads the table at unseal. Returns mounts whose removal was interrupted.
    package func load() async throws -> [MountEntry] {
        var loaded = RouteTable()
        var interrupted: [MountEntry] = []
        for name in try await table.children(of: "") {
            guard let bytes = try await table.get(StorageKey(name)) else { continue }
            let entry = try MountEntry(encoded: bytes)
            if entry.state == .removing {
                interrupted.append(entry)
                loaded.startRemoving(try route(for: entry))
            } else {
                loaded.set(try route(for: entry))
            }
        }
        current.replace(with: loaded)
        return interrupted
    }

    /// Mounts a new engine.
    /// - Throws: `EngineError` with Vault's texts: unknown type, path in use, bad options.
    package func enable(_ request: MountEntry, allowReserved: Bool = false) async throws -> MountEntry {
        var entry = request
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
        try claim(entry.fullPath)
        defer { release(entry.fullPath) }
        try await table.put(StorageKey(entry.uuid), entry.encoded())
        publish(try route(for: entry))
        return entry
    }

    /// Takes a mount out of service; its leases can still be revoked, and its data is removed by `finishRemoval`.
    /// - Returns: the entry, also of a mount that is being removed already; nil when nothing is mounted there.
    package func beginRemoval(of fullPath: String) async throws -> MountEntry? {
        guard let route = current.value[fullPath] else {
            return current.value.removing.first { $0.mount.path == fullPath }?.entry
        }
        if route.kind.isBuiltIn { throw EngineError.badRequest("cannot unmount \"\(route.mount.path)\"") }
        var entry = route.entry
        entry.state = .removing
        try await table.put(StorageKey(entry.uuid), entry.encoded())
        let leaving = try self.route(for: entry)
        current.update { $0.startRemoving(leaving) }
        return entry
    }

    /// Deletes everything a removed mount stored, then its entry. Safe to run again after a crash.
    package func finishRemoval(of entry: MountEntry) async throws {
        try await StorageView(base, prefix: StorageKey(entry.storagePrefix)).deleteAll()
        try await table.delete(StorageKey(entry.uuid))
        current.update { $0.finishRemoving(entry.uuid) }
    }

    /// Changes settings of a mount; the engine is made anew at its next request.
    package func update(
        _ fullPath: String, _ change: (inout MountEntry) throws -> Void
    ) async throws -> MountEntry {
        guard let route = current.value[fullPath] else { throw EngineError.notFound }
        var entry = route.entry
        try change(&entry)
        try checkTTLs(entry.configuration)
        entry.options = try route.kind.checkOptions(entry.options)
        try await table.put(StorageKey(entry.uuid), entry.encoded())
        publish(try self.route(for: entry))
        return entry
    }

    /// Moves a mount to another path; its data stays where it is.
    package func move(from source: String, to target: String) async throws {
        guard let route = current.value[source] else {
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
        try claim(entry.fullPath)
        defer { release(entry.fullPath) }
        try await table.put(StorageKey(entry.uuid), entry.encoded())
        let moved = try self.route(for: entry)
        current.update { routes in
            routes.remove(source)
            routes.set(moved)
        }
    }

    private func publish(_ route: Route) { current.update { $0.set(route) } }

    private func claim(_ path: String) throws(EngineError) {
        let table = current.value
        let taken: String? = claims.withLock { claimed in
            if let conflict = table.conflict(with: path) { return conflict }
            if let claim = claimed.first(where: { path.hasPrefix($0) || $0.hasPrefix(path) }) { return claim }
            claimed.insert(path)
            return nil
        }
        if let taken { throw .badRequest("path is already in use at \(taken)") }
    }

    private func release(_ path: String) { claims.withLock { _ = $0.remove(path) } }

    private func checkTTLs(_ configuration: MountConfiguration) throws(EngineError) {
        let maximum = configuration.maximumTTL > .zero ? configuration.maximumTTL : systemMaximumTTL
        if configuration.defaultTTL > maximum {
            throw .badRequest("backend default lease TTL greater than system max lease TTL or mount max lease TTL")
        }
    }

    private func route(for entry: MountEntry) throws -> Route {
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
            mount: mount, namespace: .root, storage: StorageView(base, prefix: StorageKey(entry.storagePrefix)),
            clock: clock, random: random, services: services, wake: { time in wake.value.wake(mount.uuid, time) })
        return Route(entry: entry, kind: kind, mount: mount, context: context)
    }
}
