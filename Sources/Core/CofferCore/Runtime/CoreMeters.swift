internal import CofferBase
internal import CofferFramework
internal import CofferMetrics
internal import Synchronization

/// What the pipeline measures; the meters are looked up once.
package final class CoreMeters: Sendable {
    let request: Summary
    let login: Summary
    let checkToken: Summary
    let fetchToken: Summary
    let createToken: Summary
    let registerToken: Summary
    let registerLease: Summary
    let renewLease: Summary
    let revokeLease: Summary
    let expirations: Counter
    let rateViolations: Counter
    let leaseViolations: Counter
    private let metrics: Metrics
    private let routes = Mutex<[RouteKey: Summary]>([:])
    private let statuses = Mutex<[Int: Counter]>([:])
    private let creations = Mutex<[TokenCreation: Counter]>([:])

    private struct RouteKey: Hashable {
        let operation: CofferFramework.Operation
        let mount: String
    }

    /// What tokens are told apart by.
    private struct TokenCreation: Hashable {
        let mount: String
        let method: String
        let ttl: String
        let type: TokenType
    }

    init(_ metrics: Metrics) {
        self.metrics = metrics
        request = metrics.summary("core.handle_request")
        login = metrics.summary("core.handle_login_request")
        checkToken = metrics.summary("core.check_token")
        fetchToken = metrics.summary("core.fetch_acl_and_token")
        createToken = metrics.summary("token.create")
        registerToken = metrics.summary("expire.register-auth")
        registerLease = metrics.summary("expire.register")
        renewLease = metrics.summary("expire.renew")
        revokeLease = metrics.summary("expire.revoke")
        expirations = metrics.counter("expire.lease_expiration")
        rateViolations = metrics.counter("quota.rate_limit.violation")
        leaseViolations = metrics.counter("quota.lease_count.violation")
        for counter in [expirations, rateViolations, leaseViolations] { counter.add(0) }
    }

    /// The time that an engine took; a mount's slashes become dashes, as in Vault.
    func route(_ operation: CofferFramework.Operation, _ mount: String) -> Summary {
        let key = RouteKey(operation: operation, mount: mount)
        return routes.withLock { routes in
            if let known = routes[key] { return known }
            let new = metrics.summary("route.\(operation.rawValue).\(mount.replacing("/", with: "-"))")
            // Mounts come and go under ever new names.
            if routes.count >= 4096 { routes.removeAll() }
            routes[key] = new
            return new
        }
    }

    /// A request was refused by the rate quota of this name.
    func rateViolated(_ quota: String) {
        rateViolations.add()
        metrics.counter("quota.rate_limit.violation", [.init("name", quota)]).add()
    }

    func leaseViolated(_ quota: String) {
        leaseViolations.add()
        metrics.counter("quota.lease_count.violation", [.init("name", quota)]).add()
    }

    /// What leases and tokens are given out, by where and for how long.
    func tokenCreated(mount: MountReference, ttl: Duration, type: TokenType) {
        let key = TokenCreation(mount: mount.path, method: mount.type, ttl: Self.bucket(ttl), type: type)
        let counter = creations.withLock { creations in
            if let known = creations[key] { return known }
            let new = metrics.counter(
                "token.creation",
                [
                    .init("auth_method", key.method), .init("creation_ttl", key.ttl),
                    .init("mount_point", key.mount), .init("namespace", "root"), .init("token_type", type.rawValue),
                ])
            // Mounts come and go under ever new names.
            if creations.count >= 4096 { creations.removeAll() }
            creations[key] = new
            return new
        }
        counter.add()
    }

    func leaseCreated(mount: MountReference, ttl: Duration) {
        metrics.counter(
            "secret.lease.creation",
            [
                .init("creation_ttl", Self.bucket(ttl)), .init("mount_point", mount.path),
                .init("namespace", "root"), .init("secret_engine", mount.type),
            ]
        ).add()
    }

    /// An answer left; labelled by its code, as since 1.20.
    package func answered(_ status: Int) {
        let counter = statuses.withLock { statuses in
            if let known = statuses[status] { return known }
            let labels = [MetricKey.Label("code", String(status)), MetricKey.Label("type", "\(status / 100)xx")]
            let new = metrics.counter("core.response_status_code", labels)
            statuses[status] = new
            return new
        }
        counter.add()
    }

    /// Vault's steps: the least of them that a TTL does not exceed.
    static func bucket(_ ttl: Duration) -> String {
        let steps: [(Int64, String)] = [
            (60, "1m"), (600, "10m"), (1200, "20m"), (3600, "1h"), (7200, "2h"), (86_400, "1d"), (172_800, "2d"),
            (604_800, "7d"), (2_592_000, "30d"),
        ]
        return steps.first { ttl <= .seconds($0.0) }?.1 ?? "+Inf"
    }
}
