internal import CofferBarrier

/// How far a rekey is.
package struct RekeyStatus: Sendable {
    package var nonce = ""
    /// Nil while no rekey is in progress.
    package var plan: RekeyPlan?
    package var progress = 0
    /// Of the keys that the new shares will be encrypted for.
    package var fingerprints: [String] = []
    /// How many shares are needed, of those that are valid now.
    package let required: Int
    /// Nil until the new shares were handed out.
    package var verification: Verification?

    /// How many of the new shares were given back.
    package struct Verification: Sendable {
        package let nonce: String
        package let progress: Int
    }

    init(_ stage: RekeyMachine.Stage, current: SealConfiguration) {
        required = current.threshold
        switch stage {
        case .idle: return
        case .collecting(let plan, let holders, let collection):
            nonce = collection.nonce
            fingerprints = holders.fingerprints
            self.plan = plan
            progress = collection.count
        case .verifying(let new, let rekeyNonce, let collection):
            nonce = rekeyNonce
            plan = new.plan
            fingerprints = new.fingerprints
            verification = Verification(nonce: collection.nonce, progress: collection.count)
        }
    }
}
