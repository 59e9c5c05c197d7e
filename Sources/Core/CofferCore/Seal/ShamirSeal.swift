internal import CofferBarrier
internal import CofferBase
internal import Shamir
internal import Synchronization

/// The shares given so far, and what to do with the next one: a value without I/O.
struct UnsealProgress: Sendable {
    private(set) var nonce = ""
    private var shares: [SecretBytes] = []

    var count: Int { shares.count }

    enum Action: Sendable {
        case wait
        case combine([SecretBytes])
    }

    /// A share given twice does not advance; at the threshold the shares leave and progress starts over.
    mutating func add(_ share: SecretBytes, threshold: Int, freshNonce: String) -> Action {
        if shares.contains(where: { $0.constantTimeEquals(share) }) { return .wait }
        if shares.isEmpty { nonce = freshNonce }
        shares.append(share)
        if shares.count < threshold { return .wait }
        let complete = shares
        reset()
        return .combine(complete)
    }

    mutating func reset() {
        shares = []
        nonce = ""
    }
}

/// The seal whose key several people hold in shares.
package final class ShamirSeal: Sendable {
    private let random: RandomSource
    private let progress = Mutex(UnsealProgress())

    init(random: RandomSource) { self.random = random }

    package var state: (progress: Int, nonce: String) { progress.withLock { ($0.count, $0.nonce) } }

    func reset() { progress.withLock { $0.reset() } }

    func add(_ share: SecretBytes, threshold: Int) throws(RandomError) -> UnsealProgress.Action {
        let fresh = try random.uuid()
        return progress.withLock { $0.add(share, threshold: threshold, freshNonce: fresh) }
    }

    /// A new unseal key and its shares; one share is the key itself.
    func makeKey(_ configuration: SealConfiguration) throws -> (key: SecretBytes, shares: [SecretBytes]) {
        let key = try SecretBytes(count: 32, from: random)
        if configuration.shares == 1 { return (key, [key]) }
        let shares = try Shamir.split(
            key, shares: configuration.shares, threshold: configuration.threshold, random: random)
        return (key, shares)
    }

    /// Nil when the shares cannot be joined; a wrong key shows only when it is used.
    func join(_ shares: [SecretBytes]) -> SecretBytes? {
        if shares.count == 1 { return shares[0] }
        return try? Shamir.combine(shares)
    }
}
