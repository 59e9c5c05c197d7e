internal import CofferBase
internal import CofferFramework

/// The shares given so far for one operation: a value without I/O.
///
/// The share that meets the threshold is not kept: what it allows happens only after the answer was
/// audited, and until then the collection must be as it was, so that the share can be given again.
struct ShareCollection: Sendable {
    /// Which operation the shares are meant for; drawn anew for each.
    let nonce: String
    private(set) var shares: [SecretBytes] = []

    var count: Int { shares.count }

    init(nonce: String) { self.nonce = nonce }

    enum Action: Sendable {
        case wait
        /// All shares of the threshold, the new one included.
        case combine([SecretBytes])
    }

    /// - Parameter operation: what the refusal calls it: "generation", "verify".
    /// - Throws: `badRequest` for a share that was given before.
    mutating func add(
        _ share: SecretBytes, threshold: Int, operation: String
    ) throws(EngineError) -> Action {
        if shares.contains(where: { $0.constantTimeEquals(share) }) {
            throw .badRequest("given key has already been provided during this \(operation) operation")
        }
        if shares.count + 1 >= threshold { return .combine(shares + [share]) }
        shares.append(share)
        return .wait
    }

    mutating func reset() { shares = [] }
}
