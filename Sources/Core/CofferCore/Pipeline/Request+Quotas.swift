internal import AuditService
internal import CofferBase
internal import CofferFramework
internal import LeaseService
internal import Logging
internal import MountService
internal import NamespaceService
internal import QuotaService

extension Request {
    // MARK: stage 4, rate quota

    /// Refuses a client that asks too often, before a byte of the body is read.
    ///
    /// Only where a quota is for one role of a mount does a login have to be read first.
    mutating func limitRate(_ gate: Gate) async throws(Denial) {
        guard let services = gate.services else { return }
        let quotas = services.quotas
        guard quotas.limitsRates || quotas.limitsLeases else { return }
        try await findLoginRole(quotas)
        guard quotas.limitsRates, let limiter = quotas.limiter(for: quotaScope, path: path.text) else { return }
        let verdict = limiter.take(incoming.origin.remoteAddress, at: core.clock.now)
        if quotas.configuration.showsHeaders { quotaHeaders = verdict.headers }
        if verdict.isAllowed { return }
        core.meters.rateViolated(limiter.rule.name)
        let denial = Denial.rateLimited(path: path.text)
        if quotas.configuration.logsToAudit { await auditRejection(denial, services.audit) }
        throw denial
    }

    var quotaScope: QuotaScope {
        QuotaScope(
            namespace: namespace.path, mount: location?.mount.path ?? "", suffix: location?.rest ?? path.text,
            role: loginRole)
    }

    private mutating func findLoginRole(_ quotas: Quotas) async throws(Denial) {
        guard let location, location.traits.isLogin, case .success(let match) = location.match,
            quotas.dependsOnRole(namespace: namespace.path, mount: location.mount.path),
            let engine = location.route?.engine as? any LoginRoles
        else { return }
        try await decode()
        loginRole = (try? await engine.loginRole(call(caller: nil, match: match))) ?? ""
    }

    /// The line tells of a refusal that has happened in any case.
    private func auditRejection(_ denial: Denial, _ audit: AuditBroker) async {
        do {
            _ = try await audit.admit(auditRecord(Verdict(denial: denial, decision: nil, caller: nil)))
        } catch {
            core.log.error(
                "no audit device accepted the line of a request that a quota refused",
                metadata: ["request_id": .string(id)])
        }
    }

    // MARK: stage 10, lease-count quota

    /// No credential is made at its target when there is no place for its lease.
    func requireLeasePlace(_ gate: Gate) async throws {
        guard let quotas = gate.services?.quotas, quotas.limitsLeases, let location,
            location.traits.mintsCredential, !location.mount.isAuth
        else { return }
        if let rule = try await quotas.fullRule(for: quotaScope) { throw exhausted(rule) }
    }

    private func exhausted(_ rule: String) -> Denial {
        core.meters.leaseViolated(rule)
        return .leasesExhausted(path: path.text)
    }

    /// A place for the lease of a new token. Root tokens are not limited; batch tokens need a place and take none.
    func leasePlace(for grant: AuthGrant, _ quotas: Quotas) async throws -> LeasePlace {
        guard quotas.limitsLeases, !grant.policies.contains("root") else { return LeasePlace() }
        if grant.type == .batch {
            if let rule = try await quotas.fullRule(for: quotaScope) { throw exhausted(rule) }
            return LeasePlace()
        }
        return try await takePlace(quotas)
    }

    private func takePlace(_ quotas: Quotas) async throws -> LeasePlace {
        switch try await quotas.takePlace(for: quotaScope) {
        case .unlimited: return LeasePlace()
        case .place(let place): return place
        case .refused(let rule): throw exhausted(rule)
        }
    }

    /// Registers what an engine gave out; without a place for its lease it is taken back.
    func register(
        _ grant: LeaseGrant, from origin: EngineLeases.Origin, _ services: Services
    ) async throws -> (lease: IssuedLease, warnings: [String]) {
        guard services.quotas.limitsLeases else {
            return try await services.engineLeases.register(grant, from: origin)
        }
        let place: LeasePlace
        do {
            place = try await takePlace(services.quotas)
        } catch {
            try await services.engineLeases.refuse(grant, from: origin)
            throw error
        }
        defer { place.release() }
        return try await services.engineLeases.register(grant, from: origin)
    }
}

extension RateVerdict {
    /// Names and values as Vault's.
    var headers: [Reply.Header] {
        let seconds = String((reset.wholeNanoseconds + 999_999_999) / 1_000_000_000)
        var headers = [
            Reply.Header("X-Ratelimit-Limit", String(limit)), Reply.Header("X-Ratelimit-Remaining", String(remaining)),
            Reply.Header("X-Ratelimit-Reset", seconds),
        ]
        if !isAllowed { headers.append(Reply.Header("Retry-After", seconds)) }
        return headers
    }
}

extension Mounts {
    /// Where a path leads, as quotas name places.
    /// - Parameter path: as leases are kept: the root's as they are, others with their namespace.
    func quotaScope(of path: String, _ namespaces: Namespaces) -> QuotaScope {
        let (id, rest) = LeaseID.split(path)
        guard let namespace = namespaces.reference(id) else { return QuotaScope(suffix: path) }
        guard let hit = routes(in: namespace).find(rest) else {
            return QuotaScope(namespace: namespace.path, suffix: rest)
        }
        return QuotaScope(namespace: namespace.path, mount: hit.route.mount.path, suffix: hit.rest)
    }
}
