internal import CofferBase
package import CofferFramework
internal import CofferMetrics
internal import CofferStorage
internal import LeaseService
internal import MountService
internal import NamespaceService
internal import TokenService

/// Leases of what engines give out: registered by the pipeline, renewed and ended by
/// calling the engine back through the mount that made them.
package struct EngineLeases: Sendable {
    let leases: Leases
    let tokens: Tokens
    let mounts: Mounts
    let namespaces: Namespaces
    let clock: any WallClock
    let random: RandomSource
    let meters: CoreMeters

    // MARK: making

    /// Who holds a new lease, and where it came from.
    struct Origin: Sendable {
        let route: Route
        /// The request path.
        let path: String
        let owner: LiveToken
    }

    /// Registers a lease; when that fails, what it stands for is revoked, at once or by the reaper.
    func register(
        _ grant: LeaseGrant, from origin: Origin
    ) async throws -> (lease: IssuedLease, warnings: [String]) {
        let now = clock.now
        var lease = try draft(grant, from: origin, now: now)
        let lifetime = LeaseLifetime(lease, origin.route.mount, at: now).wanting(grant.ttl)
        lease.expireTime = now + lifetime.ttl
        let settled = grant.settles.map { (origin.route.storage, $0) }
        do {
            // A lifetime that is used up already must not become "never" (CVE-2021-32923).
            guard lifetime.ttl > .zero else { throw EngineError.badRequest("the lease would have no lifetime left") }
            try await tokens.register(lease, settling: settled)
        } catch {
            try await abandon(lease, settling: settled, now: now)
            throw error
        }
        let issued = IssuedLease(id: lease.publicID, renewable: lease.renewable, duration: lifetime.ttl)
        return (issued, lifetime.warnings)
    }

    /// There is no place for this lease: what the engine gave out ends at once, or as soon as its target is up.
    func refuse(_ grant: LeaseGrant, from origin: Origin) async throws {
        let now = clock.now
        let settled = grant.settles.map { (origin.route.storage, $0) }
        try await abandon(try draft(grant, from: origin, now: now), settling: settled, now: now)
    }

    private func draft(_ grant: LeaseGrant, from origin: Origin, now: Timestamp) throws -> Lease {
        let isBatch = origin.owner.entry.isBatch
        let home = origin.route.namespace.id
        let id = "\(origin.path)/\(try random.base62(24))\(LeaseID.suffix(of: home))"
        var lease = Lease(
            id: LeaseID.kept(id, in: home), kind: .secret,
            tokenKey: isBatch ? origin.owner.entry.parentKey : origin.owner.key,
            namespaceID: home, issueTime: now, expireTime: now, renewable: grant.renewable)
        lease.secret = Lease.Secret(
            mountUUID: origin.route.mount.uuid, ttl: grant.ttl, maximumTTL: grant.maximumTTL,
            latestEnd: isBatch ? origin.owner.expireTime : nil, internalData: grant.internalData)
        return lease
    }

    /// Nobody will be told of this credential: it ends now, or when its target can be reached again.
    private func abandon(
        _ lease: Lease, settling settled: (view: StorageView, key: StorageKey)?, now: Timestamp
    ) async throws {
        var orphan = lease
        orphan.tokenKey = ""
        orphan.expireTime = now
        orphan.isRevoking = true
        do {
            try await tokens.register(orphan, settling: settled)
        } catch {
            try await call(lease).revoke()
        }
    }

    // MARK: renewing

    /// Moves a lease's end; `increment` counts from now and is advisory.
    package func renew(
        _ id: String, increment: Duration
    ) async throws -> (lease: IssuedLease, warnings: [String]) {
        let now = clock.now
        defer { meters.renewLease.measure(since: now) }
        guard let lease = try await leases.load(id), lease.expireTime > now else { throw Self.invalid }
        if lease.kind == .token {
            throw EngineError.badRequest("tokens cannot be renewed through this endpoint")
        }
        guard lease.renewable, !lease.isRevoking else { throw EngineError.badRequest("lease is not renewable") }
        let call = try call(lease, increment: increment)
        let grant = try await call.renew()
        var warnings: [String] = []
        let renewed = try await leases.update(id) { current in
            guard var lease = current, lease.expireTime > now, !lease.isRevoking else { throw Self.invalid }
            lease.secret?.maximumTTL = grant.maximumTTL
            lease.secret?.internalData = grant.internalData
            let lifetime = LeaseLifetime(lease, call.lease.mount, at: now)
                .wanting(increment > .zero ? increment : grant.ttl)
            // At its maximum a lease keeps the end it has; it never becomes endless (CVE-2021-32923).
            if lifetime.ttl > .zero { lease.expireTime = now + lifetime.ttl }
            lease.lastRenewal = now
            warnings = lifetime.warnings
            current = lease
        }
        guard let renewed else { throw Self.invalid }
        let issued = IssuedLease(
            id: renewed.publicID, renewable: renewed.renewable, duration: renewed.remainingTTL(at: now))
        return (issued, warnings)
    }

    static let invalid = EngineError.badRequest("invalid lease")

    // MARK: calling the engine

    struct EngineCall: Sendable {
        let engine: any LeasingEngine
        let lease: LeaseCall

        func renew() async throws -> LeaseGrant { try await engine.renew(lease) }
        func revoke() async throws { try await engine.revoke(lease) }
    }

    func call(_ lease: Lease, increment: Duration = .zero) throws -> EngineCall {
        guard let secret = lease.secret, let route = mounts.route(uuid: secret.mountUUID) else {
            throw EngineError.internal("the mount of this lease is not there any more")
        }
        guard let engine = route.engine as? any LeasingEngine else {
            throw EngineError.internal("the engine of this lease cannot revoke leases")
        }
        let grant = LeaseGrant(
            ttl: secret.ttl, maximumTTL: secret.maximumTTL, renewable: lease.renewable,
            internalData: secret.internalData)
        return EngineCall(
            engine: engine,
            lease: LeaseCall(
                id: lease.publicID, grant: grant, issueTime: lease.issueTime, increment: increment, mount: route.mount,
                namespace: route.namespace, storage: route.storage, clock: clock, random: random))
    }
}
