internal import CofferBase
internal import CofferFramework

/// The stages of making a root token from shares: a value without I/O.
struct GenerateRootMachine: Sendable {
    struct Attempt: Sendable {
        /// As long as the token, and XORed with it.
        let password: SecretBytes
        var collection: ShareCollection
    }

    private(set) var attempt: Attempt?

    enum Action: Sendable {
        case wait
        /// Try these shares against the seal, then make a token hidden by the one-time password.
        case prove([SecretBytes], password: SecretBytes)
    }

    mutating func begin(password: SecretBytes, nonce: String) throws(EngineError) {
        if attempt != nil { throw Self.inProgress }
        attempt = Attempt(password: password, collection: ShareCollection(nonce: nonce))
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
        case .combine(let shares): return .prove(shares, password: attempt.password)
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
