internal import CofferBarrier
package import CofferBase
package import CofferFramework
internal import OpenPGP
internal import Synchronization
internal import TokenService

/// Makes a root token for the holders of the shares, hidden by a one-time password or for a PGP key.
///
/// Neither the password nor the token is valid before the answer that holds it was audited.
package final class GenerateRoot: Sendable {
    /// Bytes of a root token, and so of a one-time password: `hvs.` and 24 characters.
    package static let passwordLength = 28

    private let proof: KeyProof
    private let tokens: Tokens
    private let maximumTTL: Duration
    private let clock: any WallClock
    private let random: RandomSource
    private let machine = Mutex(GenerateRootMachine())

    init(proof: KeyProof, tokens: Tokens, maximumTTL: Duration, clock: any WallClock, random: RandomSource) {
        self.proof = proof
        self.tokens = tokens
        self.maximumTTL = maximumTTL
        self.clock = clock
        self.random = random
    }

    /// What one share led to.
    package enum Step: Sendable {
        case wait
        /// The token in base64, XORed with the password or encrypted for the key; `effect` makes it a token.
        case complete(
            encodedToken: String, fingerprint: String, required: Int, effect: @Sendable () async throws -> Void)
    }

    /// How far an attempt is.
    package struct Status: Sendable {
        /// Empty while there is no attempt.
        package let nonce: String
        package let progress: Int
        package let required: Int
        /// Of the PGP key that the token will be encrypted for; empty with a password.
        package let fingerprint: String
        package var isStarted: Bool { !nonce.isEmpty }

        package init(nonce: String, progress: Int, required: Int, fingerprint: String) {
            self.nonce = nonce
            self.progress = progress
            self.required = required
            self.fingerprint = fingerprint
        }
    }

    package func status() async throws -> Status {
        let attempt = machine.withLock { $0.attempt }
        return Status(
            nonce: attempt?.collection.nonce ?? "", progress: attempt?.collection.count ?? 0,
            required: try await proof.configuration().threshold, fingerprint: attempt?.cover.fingerprint ?? "")
    }

    /// A fresh attempt, and the effect that begins it.
    package struct Beginning: Sendable {
        package let status: Status
        /// The one-time password, when the server drew it.
        package let drawn: String
        package let effect: @Sendable () async throws -> Void
    }

    /// - Parameters:
    ///   - password: from the caller; empty lets the server draw one.
    ///   - pgpKey: a public key that takes the password's place; empty for none.
    package func begin(password given: String, pgpKey: String) async throws -> Beginning {
        let (cover, drawn) = try Self.cover(password: given, pgpKey: pgpKey, at: clock.now, random: random)
        if machine.withLock({ $0.attempt != nil }) { throw GenerateRootMachine.inProgress }
        let nonce = try random.uuid()
        let status = Status(
            nonce: nonce, progress: 0, required: try await proof.configuration().threshold,
            fingerprint: cover.fingerprint)
        return Beginning(status: status, drawn: drawn) { [self] in
            try machine.withLock { (machine) throws(EngineError) in try machine.begin(cover, nonce: nonce) }
        }
    }

    /// What will hide the token, and the one-time password when it was drawn here.
    static func cover(
        password given: String, pgpKey: String, at now: Timestamp, random: RandomSource
    ) throws -> (GenerateRootMachine.Cover, drawn: String) {
        if !pgpKey.isEmpty {
            guard given.isEmpty else { throw EngineError.badRequest("otp and pgp_key must not be set both") }
            return (.key(try KeyHolders.key(pgpKey, at: now)), "")
        }
        guard given.isEmpty || given.utf8.count == passwordLength else {
            throw EngineError.badRequest("OTP string is wrong length")
        }
        let drawn = given.isEmpty ? try random.base62(passwordLength) : ""
        return (.password(SecretBytes(copying: (given.isEmpty ? drawn : given).utf8)), drawn)
    }

    package func cancel(nonce: String) throws(EngineError) {
        try machine.withLock { (machine) throws(EngineError) in try machine.cancel(nonce: nonce) }
    }

    /// Takes one share.
    package func add(_ share: SecretBytes, nonce: String) async throws -> Step {
        let threshold = try await proof.configuration().threshold
        try KeyProof.check(share, threshold: threshold)
        let action = try machine.withLock { (machine) throws(EngineError) in
            try machine.add(share, nonce: nonce, threshold: threshold)
        }
        guard case .prove(let shares, let cover) = action else { return .wait }
        guard try await proof.accepts(shares) else {
            machine.withLock { $0.clearProgress(nonce: nonce) }
            throw EngineError.badRequest("root key verification failed: the shares do not open this seal")
        }
        let token = "hvs." + (try random.base62(Self.passwordLength - 4))
        return .complete(
            encodedToken: try Self.hide(token, cover, at: clock.now, random: random), fingerprint: cover.fingerprint,
            required: threshold
        ) { [self] in try await store(token, nonce: nonce) }
    }

    static func hide(
        _ token: String, _ cover: GenerateRootMachine.Cover, at now: Timestamp, random: RandomSource
    ) throws -> String {
        switch cover {
        case .password(let password): return hide(token, behind: password)
        case .key(let key):
            return Base64.standard.encode(
                try KeyHolders.encrypt(Array(token.utf8), for: key, at: now, random: random))
        }
    }

    private func store(_ token: String, nonce: String) async throws {
        guard let attempt = machine.withLock({ $0.finish(nonce: nonce) }) else {
            throw EngineError.badRequest("the root generation ended meanwhile; no token was made")
        }
        do {
            _ = try await tokens.issueRoot(id: token, maximumTTL: maximumTTL)
        } catch {
            machine.withLock { $0.restore(attempt) }
            throw error
        }
    }

    /// Base64 without padding of token XOR password; both have the same length.
    static func hide(_ token: String, behind password: SecretBytes) -> String {
        password.withUnsafeBytes { password in Base64.unpadded.encode(zip(token.utf8, password).map { $0 ^ $1 }) }
    }
}

extension GenerateRootMachine.Cover {
    var fingerprint: String {
        switch self {
        case .password: ""
        case .key(let key): key.fingerprintText
        }
    }
}
