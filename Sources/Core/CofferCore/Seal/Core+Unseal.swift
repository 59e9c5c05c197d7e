internal import AuditService
package import CofferBarrier
package import CofferBase
internal import CofferFramework
internal import CofferMetrics
internal import CofferStorage
internal import IdentityService
internal import LeaseService
internal import LockoutService
internal import Logging
internal import MountService
internal import PeriodicService
internal import PolicyService
internal import QuotaService
internal import RotationService
internal import TokenService

extension Core {
    package func sealConfiguration() async throws -> SealConfiguration? {
        try await storage.get(SealConfiguration.path).flatMap { SealConfiguration(encoded: $0.value) }
    }

    /// Takes one share of the unseal key; opens the server when the threshold is met.
    /// - Throws: `badRequest`; any failure clears the progress.
    package func unseal(with share: SecretBytes) async throws {
        guard let configuration = try await sealConfiguration() else {
            throw EngineError.badRequest("server is not yet initialized")
        }
        if isOpen { return }
        // The bounds of the family: a 16-byte key up to a 32-byte key with its place.
        guard (16...33).contains(share.count) else {
            throw EngineError.badRequest("invalid key: key is shorter than 16 bytes or longer than 33 bytes")
        }
        if configuration.threshold > 1, share.withUnsafeBytes({ $0.last == 0 }) {
            throw EngineError.badRequest("invalid key: the share is not one of this seal")
        }
        switch try seal.add(share, threshold: configuration.threshold) {
        case .wait: return
        case .combine(let shares): try await open(shares)
        }
    }

    package func resetUnseal() { seal.reset() }

    private func open(_ shares: [SecretBytes]) async throws {
        guard let stored = try await storage.get(StoredRootKey.path), let unsealKey = seal.join(shares),
            let rootKey = try? StoredRootKey.open(stored.value, with: unsealKey)
        else { throw EngineError.badRequest("Unseal failed, invalid key") }
        try await open(rootKey)
    }

    /// From a sealed state to one that serves.
    func open(_ rootKey: SecretBytes) async throws {
        if let cluster { return try await join(cluster, rootKey) }
        try await barrier.unseal(rootKey: rootKey)
        try await activate(under: nil)
        log.info("vault is unsealed")
    }

    /// Behind an open barrier: everything that serves.
    func activate(under term: Term?) async throws {
        do {
            let services = try await openServices(over: barrier, term)
            try await services.audit.load()
            try await services.audit.declare(configuration.declaredAuditDevices)
            try await VersionHistory(storage: barrier).record(
                configuration.reportedVersion, buildDate: configuration.buildDate, at: clock.now)
            controls.cors.replace(with: try await CORSRules.load(from: barrier))
            if let term, let cluster { try await publish(term, cluster) }
            enter(.unsealed(services))
        } catch {
            barrier.seal()
            log.error("unseal failed after the key was accepted", metadata: ["error": "\(type(of: error))"])
            throw error
        }
        services?.reaper.start()
        await services?.rotation.start()
        await services?.periodic.start()
        await controls.afterOpening.value?()
    }

    /// Drops every key and everything decoded; answers 503 from then on.
    package func sealNow() async {
        guard isOpen else { return }
        await cluster?.leave()
        let services = services
        enter(.sealed)
        if let services { await end(services) }
        barrier.forgetKeyring()
        seal.reset()
        log.info("vault is sealed")
        configuration.logFeed.end()
    }

    /// Nobody reaches them any more.
    func end(_ services: Services) async {
        await services.reaper.stop()
        await services.rotation.stop()
        await services.periodic.stop()
        services.audit.close()
        barrier.seal()
    }

    /// Loads what an open barrier holds; on a new one it makes the default mounts.
    func openServices(over barrier: Barrier, _ term: Term? = nil) async throws -> Services {
        let leases = Leases(storage: barrier)
        let mounts = Mounts(
            storage: barrier, kinds: configuration.engines, clock: clock, random: random,
            services: engineServices(over: barrier, leases: leases), defaultTTL: configuration.defaultTTL,
            maximumTTL: configuration.maximumTTL)
        let interrupted = try await mounts.load()
        try await ensureBuiltInMounts(mounts)
        guard let cubbyholes = mounts.routes["cubbyhole/"]?.storage else {
            throw EngineError.internal("the cubbyhole mount is missing")
        }
        let tokens = try await Tokens(
            storage: barrier, cubbyholes: cubbyholes, leases: leases, clock: clock, random: random)
        let engineLeases = EngineLeases(
            leases: leases, tokens: tokens, mounts: mounts, clock: clock, random: random,
            meters: meters)
        for mount in interrupted where try await !engineLeases.finishRemoval(of: mount) {
            // The targets of its leases may be down: they must not keep the server sealed.
            try await leases.makeAllDue(below: mount.fullPath, now: clock.now)
        }
        return Services(
            barrier: barrier, mounts: mounts, policies: Policies(storage: barrier), tokens: tokens,
            identities: Identities(storage: barrier, clock: clock, random: random),
            pendingLogins: PendingLogins(clock: clock), leases: leases,
            quotas: try await openQuotas(barrier, leases, mounts), engineLeases: engineLeases,
            audit: AuditBroker(
                storage: barrier, kinds: configuration.auditDevices, directory: configuration.auditDirectory,
                clock: clock, random: random, log: log, metrics: metrics),
            lockouts: try await Lockouts(storage: barrier, clock: clock),
            reaper: makeReaper(engineLeases), rotation: KeyRotation(barrier: barrier, clock: clock, log: log),
            periodic: makePeriodicWork(mounts),
            cluster: try await clusterIdentity(barrier),
            ceremonies: makeCeremonies(barrier, tokens), term: term)
    }

    private func openQuotas(_ barrier: Barrier, _ leases: Leases, _ mounts: Mounts) async throws -> Quotas {
        let quotas = Quotas(storage: barrier, leases: leases) { mounts.routes.quotaScope(of: $0) }
        let damaged = try await quotas.load()
        if damaged > 0 { log.error("quotas that cannot be read are without effect", metadata: ["count": "\(damaged)"]) }
        return quotas
    }

    private func engineServices(over barrier: Barrier, leases: Leases) -> EngineServices {
        let policies = PasswordPolicies(storage: barrier)
        let (clock, random) = (clock, random)
        return EngineServices(
            generatePassword: { name in try await policies.password(by: name, from: random) },
            retryRevocations: { mount in try await leases.retryFailed(below: mount.path, now: clock.now) })
    }

    private func makePeriodicWork(_ mounts: Mounts) -> PeriodicWork {
        let periodic = PeriodicWork(
            mounts: mounts, clock: clock, random: random, log: log, explain: EngineLeases.explain)
        mounts.onWake { uuid, time in periodic.wake(uuid, at: time) }
        return periodic
    }

    private func makeCeremonies(_ barrier: Barrier, _ tokens: Tokens) -> Ceremonies {
        Ceremonies(
            rekey: Rekey(seal: seal, barrier: barrier, clock: clock, random: random),
            generateRoot: GenerateRoot(
                proof: KeyProof(seal: seal, barrier: barrier), tokens: tokens,
                maximumTTL: configuration.maximumTTL, clock: clock, random: random))
    }

    private func makeReaper(_ engineLeases: EngineLeases) -> LeaseReaper {
        let log = log
        let reaper = LeaseReaper(
            leases: engineLeases.leases, clock: clock, target: { engineLeases.target(of: $0) },
            revoke: { [meters] lease in
                try await engineLeases.end(lease)
                meters.expirations.add()
            }, explain: EngineLeases.explain,
            report: { log.warning("\($0)") })
        engineLeases.leases.onChange { reaper.leaseAdded(endingAt: $0) }
        return reaper
    }

    private func ensureBuiltInMounts(_ mounts: Mounts) async throws {
        for (path, type, description, mountClass) in Self.builtInMounts where mounts.routes[path] == nil {
            var entry = MountEntry()
            entry.class = mountClass
            entry.path = mountClass == .auth ? String(path.dropFirst(5)) : path
            entry.type = type
            entry.description = description
            entry.isLocal = type == "cubbyhole"
            _ = try await mounts.enable(entry, allowReserved: true)
        }
    }

    private static let builtInMounts: [(String, String, String, EngineKind.Class)] = [
        ("sys/", "system", "system endpoints used for control, policy and debugging", .secret),
        ("identity/", "identity", "identity store", .secret),
        ("cubbyhole/", "cubbyhole", "per-token private secret storage", .secret),
        ("auth/token/", "token", "token based credentials", .auth),
    ]

    private func clusterIdentity(_ barrier: Barrier) async throws -> ClusterIdentity {
        let view = StorageView(barrier, prefix: "core/cluster/")
        if let stored = try await view.get("local/info") {
            if let identity = ClusterIdentity(encoded: stored) { return identity }
        }
        let name =
            configuration.clusterName.isEmpty
            ? "vault-cluster-" + Hex.encode(try random.bytes(4)) : configuration.clusterName
        let identity = ClusterIdentity(name: name, id: try random.uuid())
        try await view.put("local/info", Array("\(identity.name)\n\(identity.id)".utf8))
        return identity
    }
}
