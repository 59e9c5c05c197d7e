internal import CofferBarrier
package import CofferBase
package import CofferFramework
internal import CofferStorage
internal import Shamir
internal import Synchronization

/// Replaces unseal key, shares and root key, in the hands of several people.
///
/// The old shares are valid until one commit makes the new ones valid. Nothing of a rekey is stored
/// before, so a restart or a seal forgets it and the old shares stay.
package final class Rekey: Sendable {
    private let proof: KeyProof
    private let barrier: Barrier
    private let clock: any WallClock
    private let random: RandomSource
    private let machine = Mutex(RekeyMachine())

    init(seal: ShamirSeal, barrier: Barrier, clock: any WallClock, random: RandomSource) {
        proof = KeyProof(seal: seal, barrier: barrier)
        self.barrier = barrier
        self.clock = clock
        self.random = random
    }

    /// What one share led to.
    package enum Step: Sendable {
        case wait
        /// `effect` makes it true; it may run after the answer was audited, or never.
        case complete(NewShares, effect: @Sendable () async throws -> Void)
    }

    package func begin(_ plan: RekeyPlan) throws {
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
        let new = try makeKeys(plan, for: holders)
        return .complete(new) { [self] in
            if !plan.requiresVerification { return try await store(new, nonce: nonce) }
            guard machine.withLock({ $0.expectVerification(new, nonce: nonce) }) else { throw Self.ended }
        }
    }

    /// Takes one of the new shares back.
    package func verify(_ share: SecretBytes, nonce: String) async throws -> Step {
        try KeyProof.check(share, threshold: 1)
        let action = try machine.withLock { (machine) throws(EngineError) in
            try machine.addNew(share, nonce: nonce)
        }
        guard case .compare(let shares, let new) = action else { return .wait }
        guard let key = proof.seal.join(shares), key.constantTimeEquals(new.unsealKey) else {
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

    private func makeKeys(_ plan: RekeyPlan, for holders: KeyHolders) throws -> NewShares {
        let rootKey = try SecretBytes(count: 32, from: random)
        let (unsealKey, shares) = try proof.seal.makeKey(
            SealConfiguration(shares: plan.shares, threshold: plan.threshold))
        return NewShares(
            shares: shares, deliveries: try holders.delivered(shares, at: clock.now, random: random),
            fingerprints: holders.fingerprints, verificationNonce: plan.requiresVerification ? try random.uuid() : "",
            plan: plan,
            unsealKey: unsealKey, rootKey: rootKey,
            storedRootKey: try StoredRootKey.seal(rootKey, with: unsealKey, random: random))
    }

    /// The moment from which the new shares open the server and the old ones no longer do.
    private func store(_ new: NewShares, nonce: String) async throws {
        guard let stage = machine.withLock({ $0.finish(nonce: nonce) }) else { throw Self.ended }
        let configuration = SealConfiguration(shares: new.plan.shares, threshold: new.plan.threshold)
        let backup = SharesBackup(nonce: stage.rekeyNonce, fingerprints: new.fingerprints, messages: new.deliveries)
        do {
            try await barrier.rekey(
                rootKey: new.rootKey,
                plain: [
                    SealConfiguration.path: .put(configuration.encoded()),
                    StoredRootKey.path: .put(new.storedRootKey),
                    // What an earlier rekey left are shares that open nothing any more.
                    SharesBackup.path: new.plan.backup ? .put(backup.encoded()) : .delete,
                ])
        } catch {
            machine.withLock { $0.restore(stage) }
            throw error
        }
    }

    private static let ended = EngineError.badRequest("the rekey ended meanwhile; nothing was changed")

    /// What anyone may know.
    package func status() async throws -> RekeyStatus {
        let stage = machine.withLock { $0.stage }
        return RekeyStatus(stage, current: try await proof.configuration())
    }
}
