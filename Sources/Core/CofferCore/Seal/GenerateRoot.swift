internal import CofferBarrier
package import CofferBase
package import CofferFramework
internal import Synchronization
internal import TokenService

/// Makes a root token for the holders of the shares, hidden by a one-time password.
///
/// Neither the password nor the token is valid before the answer that holds it was audited.
package final class GenerateRoot: Sendable {
    /// Bytes of a root token, and so of a one-time password: `hvs.` and 24 characters.
    package static let passwordLength = 28

    private let proof: KeyProof
    private let tokens: Tokens
    private let maximumTTL: Duration
    private let random: RandomSource
    private let machine = Mutex(GenerateRootMachine())

    init(proof: KeyProof, tokens: Tokens, maximumTTL: Duration, random: RandomSource) {
        self.proof = proof
        self.tokens = tokens
        self.maximumTTL = maximumTTL
        self.random = random
    }

    /// What one share led to.
    package enum Step: Sendable {
        case wait
        /// The token as base64 of its XOR with the password; `effect` makes it a token.
        case complete(encodedToken: String, required: Int, effect: @Sendable () async throws -> Void)
    }

    /// How far an attempt is.
    package struct Status: Sendable {
        /// Empty while there is no attempt.
        package let nonce: String
        package let progress: Int
        package let required: Int
        package var isStarted: Bool { !nonce.isEmpty }

        package init(nonce: String, progress: Int, required: Int) {
            self.nonce = nonce
            self.progress = progress
            self.required = required
        }
    }

    package func status() async throws -> Status {
        let collection = machine.withLock { $0.attempt?.collection }
        return Status(
            nonce: collection?.nonce ?? "", progress: collection?.count ?? 0,
            required: try await proof.configuration().threshold)
    }

    /// A fresh attempt, and the effect that begins it.
    /// - Parameter password: from the caller; empty lets the server draw one.
    package func begin(
        password given: String
    ) async throws -> (status: Status, drawn: String, effect: @Sendable () async throws -> Void) {
        guard given.isEmpty || given.utf8.count == Self.passwordLength else {
            throw EngineError.badRequest("OTP string is wrong length")
        }
        if machine.withLock({ $0.attempt != nil }) { throw GenerateRootMachine.inProgress }
        let drawn = given.isEmpty ? try random.base62(Self.passwordLength) : ""
        let password = SecretBytes(copying: (given.isEmpty ? drawn : given).utf8)
        let nonce = try random.uuid()
        let status = Status(nonce: nonce, progress: 0, required: try await proof.configuration().threshold)
        return (
            status, drawn,
            { [self] in
                try machine.withLock { (machine) throws(EngineError) in
                    try machine.begin(password: password, nonce: nonce)
                }
            }
        )
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
        guard case .prove(let shares, let password) = action else { return .wait }
        guard try await proof.accepts(shares) else {
            machine.withLock { $0.clearProgress(nonce: nonce) }
            throw EngineError.badRequest("root key verification failed: the shares do not open this seal")
        }
        let token = "hvs." + (try random.base62(Self.passwordLength - 4))
        return .complete(encodedToken: Self.hide(token, behind: password), required: threshold) { [self] in
            try await store(token, nonce: nonce)
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
