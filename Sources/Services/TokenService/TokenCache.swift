internal import Synchronization

/// Decoded tokens by storage key, so that a request costs one lookup.
///
/// A load that raced with a change must not put the old state back: each change
/// advances its shard's generation, and a load is kept only if none happened.
final class TokenCache: Sendable {
    private struct Shard {
        var generation: UInt64 = 0
        var tokens: [String: LiveToken] = [:]
    }

    private final class Slot: Sendable {
        let shard = Mutex(Shard())
    }

    private let slots: [Slot]
    private let capacityPerShard: Int

    /// - Parameter capacity: 0 for none at all.
    init(capacity: Int = 65_536) {
        slots = (0..<16).map { _ in Slot() }
        capacityPerShard = (capacity + 15) / 16
    }

    func token(_ key: String) -> LiveToken? { slot(key).shard.withLock { $0.tokens[key] } }

    func generation(_ key: String) -> UInt64 { slot(key).shard.withLock { $0.generation } }

    func insert(_ token: LiveToken, ifStill generation: UInt64) {
        slot(token.key).shard.withLock { shard in
            guard shard.generation == generation, capacityPerShard > 0 else { return }
            if shard.tokens.count >= capacityPerShard { shard.tokens.removeAll(keepingCapacity: true) }
            shard.tokens[token.key] = token
        }
    }

    func forget(_ key: String) {
        slot(key).shard.withLock { shard in
            shard.generation += 1
            shard.tokens[key] = nil
        }
    }

    private func slot(_ key: String) -> Slot {
        // Keys are hexadecimal HMACs: any byte is evenly spread.
        slots[Int(key.utf8.last ?? 0) & 15]
    }
}
