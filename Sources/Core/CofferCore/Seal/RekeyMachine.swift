internal import CofferBase
internal import CofferFramework

/// The stages of a rekey: a value without I/O. Who drives it makes keys and stores them.
///
/// ```
/// idle ──begin──▶ collecting ──finish──▶ idle                     (new keys are stored)
///                     └──expectVerification──▶ verifying ──finish──▶ idle
/// ```
struct RekeyMachine: Sendable {
    enum Stage: Sendable {
        case idle
        case collecting(RekeyPlan, KeyHolders, ShareCollection)
        /// The new shares are with their holders; the old ones are still the valid ones.
        case verifying(NewShares, rekeyNonce: String, ShareCollection)
    }

    let target: RekeyTarget
    private(set) var stage = Stage.idle

    init(target: RekeyTarget = .unsealKey) { self.target = target }

    enum Action: Sendable {
        case wait
        /// Try these shares against the seal, then make new keys.
        case prove([SecretBytes], RekeyPlan, KeyHolders)
        /// Compare what these shares give with the new unseal key.
        case compare([SecretBytes], NewShares)
    }

    /// - Parameter holders: who gets the shares, fixed from here on.
    mutating func begin(_ plan: RekeyPlan, for holders: KeyHolders, nonce: String) throws(EngineError) {
        try plan.check()
        guard case .idle = stage else { throw .badRequest("rekey already in progress") }
        stage = .collecting(plan, holders, ShareCollection(nonce: nonce))
    }

    /// - Parameter threshold: of the shares that are valid now.
    mutating func add(_ share: SecretBytes, nonce: String, threshold: Int) throws(EngineError) -> Action {
        guard case .collecting(let plan, let holders, var collection) = stage else { throw notCollecting }
        guard nonce == collection.nonce else {
            throw .badRequest(
                "incorrect nonce supplied; nonce for this rekey operation is \"\(collection.nonce)\"")
        }
        switch try collection.add(share, threshold: threshold, operation: "generation") {
        case .wait:
            stage = .collecting(plan, holders, collection)
            return .wait
        case .combine(let shares): return .prove(shares, plan, holders)
        }
    }

    private var notCollecting: EngineError {
        guard case .verifying(let new, _, _) = stage else { return .badRequest("no \(target.word) rekey in progress") }
        return .badRequest(
            "rekey operation already finished; verification must be performed; nonce for the verification operation "
                + "is \"\(new.verificationNonce)\"")
    }

    /// The shares of this rekey did not open the seal.
    mutating func clearProgress(nonce: String) {
        guard case .collecting(let plan, let holders, var collection) = stage, collection.nonce == nonce else { return }
        collection.reset()
        stage = .collecting(plan, holders, collection)
    }

    /// The new shares were handed out and wait to be given back; false when the rekey ended meanwhile.
    mutating func expectVerification(_ new: NewShares, nonce: String) -> Bool {
        guard case .collecting(_, _, let collection) = stage, collection.nonce == nonce else { return false }
        stage = .verifying(new, rekeyNonce: nonce, ShareCollection(nonce: new.verificationNonce))
        return true
    }

    mutating func addNew(_ share: SecretBytes, nonce: String) throws(EngineError) -> Action {
        guard case .verifying(let new, let rekeyNonce, var collection) = stage else {
            if case .idle = stage { throw .badRequest("no \(target.word) rekey in progress") }
            throw .badRequest("no rekey verification in progress")
        }
        guard nonce == collection.nonce else {
            throw .badRequest(
                "incorrect nonce supplied; nonce for this verify operation is \"\(collection.nonce)\"")
        }
        switch try collection.add(share, threshold: new.plan.threshold, operation: "verify") {
        case .wait:
            stage = .verifying(new, rekeyNonce: rekeyNonce, collection)
            return .wait
        case .combine(let shares): return .compare(shares, new)
        }
    }

    /// Forgets the shares that were given back and takes only those that name `nonce` from now on.
    mutating func restartVerification(nonce: String) throws(EngineError) {
        guard case .verifying(let new, let rekeyNonce, _) = stage else {
            throw .badRequest("no rekey verification in progress")
        }
        stage = .verifying(new, rekeyNonce: rekeyNonce, ShareCollection(nonce: nonce))
    }

    /// Ends the stage that `nonce` belongs to and gives it, so that a failure can put it back;
    /// nil when it ended meanwhile. Of two callers with complete shares only one gets it.
    mutating func finish(nonce: String) -> Stage? {
        guard nonce == stage.nonce else { return nil }
        defer { stage = .idle }
        return stage
    }

    /// What `finish` gave could not be stored.
    mutating func restore(_ ended: Stage) {
        if case .idle = stage { stage = ended }
    }

    /// - Parameter nonce: of the rekey; whoever may look at the rekey knows it.
    mutating func cancel(nonce: String) throws(EngineError) {
        switch stage {
        case .idle: return
        case .collecting(_, _, let collection):
            guard nonce == collection.nonce else { throw Self.wrongNonceToCancel }
        case .verifying(_, let rekeyNonce, let collection):
            guard nonce == rekeyNonce || nonce == collection.nonce else { throw Self.wrongNonceToCancel }
        }
        stage = .idle
    }

    private static let wrongNonceToCancel = EngineError.badRequest(
        "the nonce of the rekey in progress is needed to cancel it")
}

extension RekeyMachine.Stage {
    /// What shares of this stage must name.
    var nonce: String? {
        switch self {
        case .idle: nil
        case .collecting(_, _, let collection): collection.nonce
        case .verifying(_, _, let collection): collection.nonce
        }
    }

    /// What the rekey began with.
    var rekeyNonce: String {
        switch self {
        case .idle: ""
        case .collecting(_, _, let collection): collection.nonce
        case .verifying(_, let nonce, _): nonce
        }
    }
}
