internal import CofferBarrier
package import CofferBase
package import CofferFramework
internal import CofferStorage
internal import SealService
internal import Shamir
internal import Synchronization

/// Replaces unseal key, shares and root key, or the recovery key, in the hands of several people.
///
/// The old shares are valid until one commit makes the new ones valid. Nothing of a rekey is stored
/// before, so a restart or a seal forgets it and the old shares stay.
package final class Rekey: Sendable {
    private let target: RekeyTarget
    private let proof: KeyProof
    private let clock: any WallClock
    private let random: RandomSource
    private let machine: Mutex<RekeyMachine>

    init(_ target: RekeyTarget, proof: KeyProof, clock: any WallClock, random: RandomSource) {
        self.target = target
        self.proof = proof
        self.clock = clock
        self.random = random
        machine = Mutex(RekeyMachine(target: target))
    }

    /// What one share led to.
    package enum Step: Sendable {
        case wait
        /// `effect` makes it true; it may run after the answer was audited, or never.
        case complete(NewShares, effect: @Sendable () async throws -> Void)
    }

    package func begin(_ plan: RekeyPlan) async throws {
        try target.check(plan, isAutomatic: try await proof.isAutomatic())
        let holders = try KeyHolders(pgpKeys: plan.pgpKeys, at: clock.now)
        let nonce = try random.uuid()
        try machine.withLock { (machine) throws(EngineError) in
            try machine.begin(plan, for: holders, nonce: nonce)
        }
    }

    package func cancel(nonce: String) throws(EngineError) {
        try machine.withLock { (machine) throws(EngineError) in try machine.cancel(nonce: nonce) }
    }

    /// Takes one of the shares that are valid now.
    package func add(_ share: SecretBytes, nonce: String) async throws -> Step {
        try await checkTarget()
        let threshold = try await proof.configuration().threshold
        try KeyProof.check(share, threshold: threshold)
        let action = try machine.withLock { (machine) throws(EngineError) in
            try machine.add(share, nonce: nonce, threshold: threshold)
        }
        guard case .prove(let shares, let plan, let holders) = action else { return .wait }
        guard try await proof.accepts(shares) else {
            machine.withLock { $0.clearProgress(nonce: nonce) }
            throw EngineError.badRequest("root key verification failed: the shares do not open this seal")
        }
        let new = try await makeKeys(plan, for: holders)
        return .complete(new) { [self] in
            if !plan.requiresVerification { return try await store(new, nonce: nonce) }
            guard machine.withLock({ $0.expectVerification(new, nonce: nonce) }) else { throw Self.ended }
        }
    }

    /// Takes one of the new shares back.
    package func verify(_ share: SecretBytes, nonce: String) async throws -> Step {
        try await checkTarget()
        try KeyProof.check(share, threshold: 1)
        let action = try machine.withLock { (machine) throws(EngineError) in
            try machine.addNew(share, nonce: nonce)
        }
        guard case .compare(let shares, let new) = action else { return .wait }
        guard let key = proof.seal.join(shares), let expected = new.key, key.constantTimeEquals(expected) else {
            try restartVerification()
            throw EngineError.badRequest("rekey verification failed; incorrect key shares supplied")
        }
        return .complete(new) { [self] in try await store(new, nonce: nonce) }
    }

    /// Forgets the shares given back so far, under a new nonce.
    package func restartVerification() throws {
        let nonce = try random.uuid()
        try machine.withLock { (machine) throws(EngineError) in try machine.restartVerification(nonce: nonce) }
    }

    private func makeKeys(_ plan: RekeyPlan, for holders: KeyHolders) async throws -> NewShares {
        let verificationNonce = plan.requiresVerification ? try random.uuid() : ""
        let isAutomatic = try await proof.isAutomatic()
        let rootKey = target == .unsealKey ? try SecretBytes(count: 32, from: random) : nil
        if let rootKey, isAutomatic, let group = proof.automatic {
            return NewShares(
                shares: [], deliveries: [], fingerprints: [], verificationNonce: verificationNonce, plan: plan,
                key: nil,
                rootKey: rootKey, entries: try await group.entries(rootKey: rootKey, needsAll: true))
        }
        var configuration = SealConfiguration(shares: plan.shares, threshold: plan.threshold)
        let (key, shares) = try proof.seal.makeKey(configuration)
        var entries: [StorageKey: WriteBatch.Change] = [:]
        if let rootKey {
            entries[SealConfiguration.path] = .put(configuration.encoded())
            entries[StoredRootKey.path] = .put(try StoredRootKey.seal(rootKey, with: key, random: random))
        } else {
            configuration.type = "shamir"
            entries[SealConfiguration.recoveryPath] = .put(configuration.encoded())
            entries[KeyProof.recoveryKeyPath] = .put(try await wrapped(key))
        }
        return NewShares(
            shares: shares, deliveries: try holders.delivered(shares, at: clock.now, random: random),
            fingerprints: holders.fingerprints, verificationNonce: verificationNonce, plan: plan, key: key,
            rootKey: rootKey, entries: entries)
    }

    private func wrapped(_ key: SecretBytes) async throws -> [UInt8] {
        guard let group = proof.automatic else { throw RekeyTarget.notSupported }
        do throws(SealFailure) {
            return try await group.wrap(key, needsAll: true)
        } catch {
            throw EngineError(seal: error)
        }
    }

    /// The moment from which the new shares are valid and the old ones no longer are.
    private func store(_ new: NewShares, nonce: String) async throws {
        guard let stage = machine.withLock({ $0.finish(nonce: nonce) }) else { throw Self.ended }
        let backup = SharesBackup(nonce: stage.rekeyNonce, fingerprints: new.fingerprints, messages: new.deliveries)
        var entries = new.entries
        // What an earlier rekey left are shares that open nothing any more.
        entries[target.backupPath] = new.plan.backup ? .put(backup.encoded()) : .delete
        do {
            if let rootKey = new.rootKey {
                try await proof.barrier.rekey(rootKey: rootKey, plain: entries)
            } else {
                var batch = WriteBatch(epoch: proof.barrier.epoch)
                batch.changes = entries
                try await proof.barrier.plain.commit(batch)
            }
        } catch {
            machine.withLock { $0.restore(stage) }
            throw error
        }
    }

    private func checkTarget() async throws {
        if target == .recoveryKey, try await !proof.isAutomatic() { throw RekeyTarget.notSupported }
    }

    private static let ended = EngineError.badRequest("the rekey ended meanwhile; nothing was changed")

    /// What anyone may know.
    package func status() async throws -> RekeyStatus {
        try await checkTarget()
        let stage = machine.withLock { $0.stage }
        return RekeyStatus(stage, current: try await proof.configuration())
    }
}
