package import CofferBase
package import CofferFramework

/// The database secrets engine: users made on demand, and passwords that change by themselves.
package struct Database: LeasingEngine, PeriodicEngine {
    package let paths: PathTable
    private let mount: DatabaseMount
    private let credentials: Credentials
    private let rootRotation: RootRotation
    private let staticRotation: StaticRotation

    /// - Parameter databases: the plugins that configurations may name.
    package static func kind(_ databases: [DatabaseKind]) -> EngineKind {
        var kind = EngineKind(type: "database", class: .secret, version: "v1.20.0+builtin.vault") { context in
            Database(DatabaseMount(context, kinds: databases))
        }
        kind.isPeriodic = true
        kind.databasePlugins = databases.flatMap { $0.plugins.map(\.name) }
        return kind
    }

    init(_ mount: DatabaseMount) {
        self.mount = mount
        credentials = Credentials(mount: mount)
        rootRotation = RootRotation(mount: mount)
        staticRotation = StaticRotation(mount: mount)
        paths = PathTable(
            ConnectionPaths(mount: mount).paths + [rootRotation.path] + Role.paths + [credentials.path]
                + StaticRolePaths(mount: mount, rotation: staticRotation).paths)
    }

    package func renew(_ lease: LeaseCall) async throws -> LeaseGrant { try await credentials.renew(lease) }

    package func revoke(_ lease: LeaseCall) async throws { try await credentials.revoke(lease) }

    package func tick(_ call: PeriodicCall) async throws -> Timestamp? {
        mount.tickBegins()
        let now = call.now
        var next = try await Outages(mount: mount).tick(now)
        next = earlier(next, try await credentials.tick(now))
        next = earlier(next, try await rootRotation.tick(now))
        next = earlier(next, try await staticRotation.tick(now))
        return next
    }
}
