package import CofferBase
internal import CofferFramework
internal import CofferStorage

/// What a rekey shall lead to.
package struct RekeyPlan: Sendable {
    /// 1…255.
    package var shares: Int
    /// 1…`shares`; at least 2 of several shares.
    package var threshold: Int
    /// Whether the old shares stay valid until the new ones were given back once.
    package var requiresVerification: Bool
    /// Public keys that the shares are encrypted for, one for each; may be none.
    package var pgpKeys: [String]
    /// Whether the encrypted shares are also kept in storage.
    package var backup: Bool

    package init(
        shares: Int, threshold: Int, requiresVerification: Bool = false, pgpKeys: [String] = [], backup: Bool = false
    ) {
        self.shares = shares
        self.threshold = threshold
        self.requiresVerification = requiresVerification
        self.pgpKeys = pgpKeys
        self.backup = backup
    }

    /// - Throws: `badRequest` for counts that no seal can have.
    func check() throws(EngineError) {
        let problem: String? =
            if shares < 1 {
                "shares must be at least one"
            } else if threshold < 1 {
                "threshold must be at least one"
            } else if shares > 1 && threshold == 1 {
                "threshold must be greater than one for multiple shares"
            } else if shares > 255 {
                "shares must be less than 256"
            } else if threshold > shares {
                "threshold cannot be larger than shares"
            } else {
                nil
            }
        if let problem { throw .badRequest("invalid rekey seal configuration: \(problem)") }
    }
}

/// The new keys of a rekey, made but not yet valid.
package struct NewShares: Sendable {
    package let shares: [SecretBytes]
    /// What the holders get, in the order of the shares: the share itself, or a PGP message.
    package let deliveries: [[UInt8]]
    /// Of the holders' keys; empty when the shares are not encrypted.
    package let fingerprints: [String]
    package let verificationNonce: String
    package let plan: RekeyPlan
    /// What the shares join to; nil without shares.
    let key: SecretBytes?
    /// Nil when it stays.
    let rootKey: SecretBytes?
    /// What will be stored about the keys.
    let entries: [StorageKey: WriteBatch.Change]
}
