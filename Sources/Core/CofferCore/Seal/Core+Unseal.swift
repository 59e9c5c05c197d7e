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
internal import NamespaceService
internal import PeriodicService
internal import PolicyService
internal import QuotaService
internal import RotationService
internal import SealService
internal import SnapshotService
internal import TokenService

extension Core {
    package func sealConfiguration() async throws -> SealConfiguration? {
        guard let stored = try await storage.get(SealConfiguration.path) else { return nil }
        guard let configuration = SealConfiguration(encoded: stored.value) else {
            throw Self.damaged(SealConfiguration.path)
        }
        return configuration
    }

    /// What must be read to serve cannot be: which entry, so that it can be mended or restored.
    private static func damaged(_ path: StorageKey) -> EngineError {
        .internal("unseal refused: the stored entry \"\(String(decoding: path.bytes, as: UTF8.self))\" is damaged")
    }

    /// The same for what the storage and the barrier say of an entry; nil for other failures.
    private static func damage(_ error: any Error) -> EngineError? {
        switch error {
        case StorageError.integrity(let path), BarrierError.storage(.integrity(let path)): damaged(path)
        // The root key opened its own entry, so that it is not the key that is wrong.
        case BarrierError.wrongKey, BarrierError.damagedKeyring: damaged("core/keyring")
        default: nil
        }
    }

    /// Takes one share of the unseal key, or of the recovery key where a seal opens the server by itself;
    /// opens the server when the threshold is met.
    /// - Parameter migrate: the shares are meant to put the server under the seal that is configured now.
    /// - Throws: `badRequest`; any failure clears the progress.
    package func unseal(with share: SecretBytes, migrate: Bool = false) async throws {
        let situation = try await sealSituation()
        try Self.check(situation, migrate: migrate)
        if isOpen { return }
        let configuration = try Self.shares(for: situation)
        // The bounds of the family: a 16-byte key up to a 32-byte key with its place.
        guard (16...33).contains(share.count) else {
            throw EngineError.badRequest("invalid key: key is shorter than 16 bytes or longer than 33 bytes")
        }
        if configuration.threshold > 1, share.withUnsafeBytes({ $0.last == 0 }) {
            throw EngineError.badRequest("invalid key: the share is not one of this seal")
        }
        switch try seal.add(share, threshold: configuration.threshold) {
        case .wait: return
        case .combine(let shares):
            if case .migration(let migration) = situation { return try await self.migrate(migration, shares) }
            try await open(shares)
        }
    }

    /// - Throws: Vault's refusals of shares that are meant for another purpose.
    private static func check(_ situation: SealSituation, migrate: Bool) throws(EngineError) {
        if case .migration = situation {
            if migrate { return }
            throw EngineError(.internal, ["migrate option not provided and seal migration is pending"])
        }
        if migrate { throw EngineError(.internal, ["can't perform a seal migration, no migration seal found"]) }
    }

    /// The shares that are to be given.
    private static func shares(for situation: SealSituation) throws(EngineError) -> SealConfiguration {
        switch situation {
        case .shares(let shares), .automatic(let shares?): return shares
        case .migration(let migration): return migration.shares
        case .automatic(nil): throw .badRequest("this server has no recovery key; its seal alone opens it")
        case .uninitialized: throw .badRequest("server is not yet initialized")
        }
    }

    package func resetUnseal() { seal.reset() }

    private func open(_ shares: [SecretBytes]) async throws {
        guard let rootKey = try await keyProof.rootKey(shares) else {
            throw EngineError.badRequest("Unseal failed, invalid key")
        }
        try await open(rootKey)
    }

    /// From a sealed state to one that serves.
    func open(_ rootKey: SecretBytes) async throws {
        if let cluster { return try await join(cluster, rootKey) }
        do { try await barrier.unseal(rootKey: rootKey) } catch { throw Self.damage(error) ?? error }
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
            let damage = Self.damage(error)
            log.error(
                "unseal failed after the key was accepted",
                metadata: ["error": "\(damage?.texts.joined() ?? "\(type(of: error))")"])
            throw damage ?? error
        }
        services?.reaper.start()
        await services?.rotation.start()
        await services?.periodic.start()
        await services?.removals.start()
        await services?.snapshots.start()
        await controls.afterOpening.value.run()
    }

    /// Drops every key and everything decoded; answers 503 from then on.
    package func sealNow() async {
        guard isOpen else { return }
        await cluster?.leave()
        let services = services
        enter(.sealed)
        if let services { await end(services) }
        barrier.forgetKeyring()
        clusterKey.replace(with: nil)
        seal.reset()
        log.info("vault is sealed")
        configuration.logFeed.end()
    }

    /// Nobody reaches them any more.
    func end(_ services: Services) async {
        await services.reaper.stop()
        await services.rotation.stop()
        await services.periodic.stop()
        await services.snapshots.stop()
        await services.removals.stop()
        services.audit.close()
        barrier.seal()
    }

    /// Loads what an open barrier holds; on a new one it makes the default mounts.
    /// - Parameter reading: of a standby, which writes nothing and keeps nothing that it is not told of.
    func openServices(
        over barrier: Barrier, _ term: Term? = nil, reading: AuditBroker? = nil
    ) async throws -> Services {
        let leases = Leases(storage: barrier)
        let namespaces = try await openNamespaces(barrier)
        let mounts = Mounts(
            storage: barrier, kinds: configuration.engines, clock: clock, random: random,
            services: engineServices(over: barrier, leases: leases), defaultTTL: configuration.defaultTTL,
            maximumTTL: configuration.maximumTTL)
        let interrupted = try await mounts.load { namespaces.reference($0) }
        try await ensureBuiltInMounts(mounts)
        guard let cubbyholes = mounts.routes["cubbyhole/"]?.storage else {
            throw EngineError.internal("the cubbyhole mount is missing")
        }
        let tokens = try await Tokens(
            storage: barrier, cubbyholes: cubbyholes, leases: leases, clock: clock, random: random,
            cachesTokens: reading == nil)
        let engineLeases = EngineLeases(
            leases: leases, tokens: tokens, mounts: mounts, namespaces: namespaces, clock: clock, random: random,
            meters: meters)
        for mount in interrupted where reading == nil {
            if try await engineLeases.finishRemoval(of: mount) { continue }
            // The targets of its leases may be down: they must not keep the server sealed.
            try await leases.makeAllDue(below: mount.leaseFolder, now: clock.now)
        }
        let policyRealms = PolicyRealms(storage: barrier)
        let identities = Identities(storage: barrier, clock: clock, random: random, web: configuration.web)
        let quotas = try await openQuotas(barrier, leases, mounts, namespaces)
        let removal = NamespaceRemoval(
            barrier: barrier, namespaces: namespaces, mounts: mounts, tokens: tokens, engineLeases: engineLeases,
            quotas: quotas, policyRealms: policyRealms, identities: identities)
        return Services(
            barrier: barrier, namespaces: namespaces, mounts: mounts, policies: Policies(storage: barrier),
            policyRealms: policyRealms, tokens: tokens, identities: identities,
            pendingLogins: Tickets(clock: clock), leases: leases, quotas: quotas, engineLeases: engineLeases,
            audit: reading
                ?? AuditBroker(
                    storage: barrier, kinds: configuration.auditDevices, directory: configuration.auditDirectory,
                    clock: clock, random: random, log: log, metrics: metrics),
            lockouts: try await Lockouts(storage: barrier, clock: clock),
            reaper: makeReaper(engineLeases), rotation: KeyRotation(barrier: barrier, clock: clock, log: log),
            periodic: makePeriodicWork(mounts),
            snapshots: makeSnapshotSchedule(barrier),
            removals: NamespaceRemovals(
                namespaces: namespaces, clock: clock, log: log, explain: EngineLeases.explain
            ) { try await removal.run($0) },
            cluster: try await clusterIdentity(barrier),
            ceremonies: makeCeremonies(barrier, tokens), term: term)
    }

    private func openNamespaces(_ barrier: Barrier) async throws -> Namespaces {
        let namespaces = Namespaces(storage: barrier, random: random)
        let damaged = try await namespaces.load()
        if damaged > 0 { log.error("namespaces that cannot be read are left out", metadata: ["count": "\(damaged)"]) }
        return namespaces
    }

    private func openQuotas(
        _ barrier: Barrier, _ leases: Leases, _ mounts: Mounts, _ namespaces: Namespaces
    ) async throws -> Quotas {
        let quotas = Quotas(storage: barrier, leases: leases) { mounts.quotaScope(of: $0, namespaces) }
        let damaged = try await quotas.load()
        if damaged > 0 { log.error("quotas that cannot be read are without effect", metadata: ["count": "\(damaged)"]) }
        return quotas
    }

    private func engineServices(
        over barrier: Barrier, leases: Leases
    ) -> @Sendable (NamespaceReference) -> EngineServices {
        let (clock, random) = (clock, random)
        return { namespace in
            EngineServices(
                generatePassword: { name in
                    let policies = PasswordPolicies(storage: barrier, namespace: namespace.id)
                    return try await policies.password(by: name, from: random)
                },
                retryRevocations: { mount in
                    try await leases.retryFailed(below: LeaseID.kept(mount.path, in: namespace.id), now: clock.now)
                })
        }
    }

    private func makePeriodicWork(_ mounts: Mounts) -> PeriodicWork {
        let periodic = PeriodicWork(
            mounts: mounts, clock: clock, random: random, log: log, explain: EngineLeases.explain)
        mounts.onWake { uuid, time in periodic.wake(uuid, at: time) }
        return periodic
    }

    private func makeSnapshotSchedule(_ barrier: Barrier) -> SnapshotSchedule {
        SnapshotSchedule(
            storage: barrier, clock: clock, log: log, take: { [self] in try await takeSnapshot() },
            verify: { [self] in _ = try await receiveSnapshot($0, ignoresKeys: false) })
    }

    private func makeCeremonies(_ barrier: Barrier, _ tokens: Tokens) -> Ceremonies {
        let proof = KeyProof(seal: seal, barrier: barrier, automatic: automaticSeals)
        return Ceremonies(
            rekey: Rekey(.unsealKey, proof: proof, clock: clock, random: random),
            recoveryRekey: Rekey(.recoveryKey, proof: proof, clock: clock, random: random),
            generateRoot: GenerateRoot(
                proof: proof, tokens: tokens, maximumTTL: configuration.maximumTTL, clock: clock, random: random))
    }

    private func makeReaper(_ engineLeases: EngineLeases) -> LeaseReaper {
        let log = log
        let reaper = LeaseReaper(
            leases: engineLeases.leases, clock: clock, target: { engineLeases.target(of: $0) },
            revoke: { [meters] lease in
                try await engineLeases.end(lease)
                meters.expirations.add()
            },
            revokeTogether: { [meters] due in
                let result = try await engineLeases.endTokens(due)
                meters.expirations.add(Double(result.ended.count))
                return result
            },
            revokeWindow: { [meters] window, time in
                guard let count = try await engineLeases.endTokens(of: window, dueAt: time) else { return false }
                meters.expirations.add(Double(count))
                return true
            }, explain: EngineLeases.explain,
            report: { log.warning("\($0)") })
        engineLeases.leases.onChange { reaper.leaseAdded(endingAt: $0) }
        return reaper
    }

    private func ensureBuiltInMounts(_ mounts: Mounts) async throws {
        for entry in BuiltInMounts.entries where mounts.routes[entry.fullPath] == nil {
            _ = try await mounts.enable(entry, allowReserved: true)
        }
    }

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
