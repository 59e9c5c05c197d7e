internal import CofferBarrier
package import CofferBase
package import CofferFramework
internal import CofferStorage
internal import OpenPGP
internal import Synchronization

/// Recovery mode: the holders of the shares get a token that reads and writes the decrypted storage, while nothing
/// of the server runs above it.
///
/// The token lives in memory only, and ends with the process.
package final class RecoveryAccess: Sendable {
    private struct State {
        var machine = GenerateRootMachine()
        var token: SecretBytes?
    }

    private let proof: KeyProof
    private let clock: any WallClock
    private let random: RandomSource
    private let state = Mutex(State())

    package init(_ core: Core) {
        proof = core.keyProof
        clock = core.clock
        random = core.random
    }

    package func status() async throws -> GenerateRoot.Status {
        let attempt = state.withLock { $0.machine.attempt }
        return GenerateRoot.Status(
            nonce: attempt?.collection.nonce ?? "", progress: attempt?.collection.count ?? 0,
            required: try await threshold(), fingerprint: attempt?.cover.fingerprint ?? "")
    }

    /// - Parameters: as for a root token.
    /// - Returns: the one-time password, when the server drew it.
    package func begin(password given: String, pgpKey: String) throws -> String {
        let (cover, drawn) = try GenerateRoot.cover(password: given, pgpKey: pgpKey, at: clock.now, random: random)
        let nonce = try random.uuid()
        try state.withLock { (state) throws(EngineError) in try state.machine.begin(cover, nonce: nonce) }
        return drawn
    }

    package func cancel(nonce: String) throws(EngineError) {
        try state.withLock { (state) throws(EngineError) in try state.machine.cancel(nonce: nonce) }
    }

    /// Takes one share; the hidden token once there are enough.
    package func add(_ share: SecretBytes, nonce: String) async throws -> (token: String, fingerprint: String)? {
        let threshold = try await threshold()
        try KeyProof.check(share, threshold: threshold)
        let action = try state.withLock { (state) throws(EngineError) in
            try state.machine.add(share, nonce: nonce, threshold: threshold)
        }
        guard case .prove(let shares, let cover) = action else { return nil }
        guard let rootKey = try await proof.rootKey(shares) else {
            state.withLock { $0.machine.clearProgress(nonce: nonce) }
            throw EngineError.badRequest("root key verification failed: the shares do not open this seal")
        }
        if proof.barrier.isSealed { try await proof.barrier.unseal(rootKey: rootKey) }
        let token = "hvr." + (try random.base62(GenerateRoot.passwordLength - 4))
        let hidden = try GenerateRoot.hide(token, cover, at: clock.now, random: random)
        let isCurrent = state.withLock { state in
            guard state.machine.finish(nonce: nonce) != nil else { return false }
            state.token = SecretBytes(copying: token.utf8)
            return true
        }
        guard isCurrent else { throw EngineError.badRequest("the generation ended meanwhile; no token was made") }
        return (hidden, cover.fingerprint)
    }

    /// Whether a caller has the token. The comparison takes the same time wherever they differ
    /// (GHSA-34fc-gh42-pj53).
    package func check(_ token: String?) throws(EngineError) {
        guard let own = state.withLock({ $0.token }), let token,
            own.constantTimeEquals(SecretBytes(copying: token.utf8))
        else { throw .permissionDenied }
    }

    private func threshold() async throws -> Int { try await proof.configuration().threshold }
}
