internal import CofferBase
internal import CofferFramework
internal import OpenPGP

/// The stages of making a root token from shares: a value without I/O.
struct GenerateRootMachine: Sendable {
    struct Attempt: Sendable {
        let cover: Cover
        var collection: ShareCollection
    }

    /// What hides the token in the answer.
    enum Cover: Sendable {
        /// As long as the token, and XORed with it.
        case password(SecretBytes)
        case key(PGPPublicKey)
    }

    private(set) var attempt: Attempt?

    enum Action: Sendable {
        case wait
        /// Try these shares against the seal, then make a token and hide it.
        case prove([SecretBytes], Cover)
    }

    mutating func begin(_ cover: Cover, nonce: String) throws(EngineError) {
        if attempt != nil { throw Self.inProgress }
        attempt = Attempt(cover: cover, collection: ShareCollection(nonce: nonce))
    }

    static let inProgress = EngineError.badRequest("root generation already in progress")

    mutating func add(_ share: SecretBytes, nonce: String, threshold: Int) throws(EngineError) -> Action {
        guard var attempt else { throw .badRequest("no root generation in progress") }
        guard nonce == attempt.collection.nonce else {
            throw .badRequest(
                "incorrect nonce supplied; nonce for this root generation operation is \"\(attempt.collection.nonce)\"")
        }
        switch try attempt.collection.add(share, threshold: threshold, operation: "generation") {
        case .wait:
            self.attempt = attempt
            return .wait
        case .combine(let shares): return .prove(shares, attempt.cover)
        }
    }

    /// The shares did not open the seal.
    mutating func clearProgress(nonce: String) {
        if attempt?.collection.nonce == nonce { attempt?.collection.reset() }
    }

    /// Ends the attempt and gives it, so that a failure can put it back; nil when it ended meanwhile.
    mutating func finish(nonce: String) -> Attempt? {
        guard let ended = attempt, ended.collection.nonce == nonce else { return nil }
        attempt = nil
        return ended
    }

    /// What `finish` gave could not be stored.
    mutating func restore(_ ended: Attempt) {
        if attempt == nil { attempt = ended }
    }

    /// - Parameter nonce: empty for a client that does not send one.
    mutating func cancel(nonce: String) throws(EngineError) {
        guard let attempt else { return }
        guard nonce.isEmpty || nonce == attempt.collection.nonce else {
            throw .badRequest("the nonce is not that of the root generation in progress")
        }
        self.attempt = nil
    }
}
