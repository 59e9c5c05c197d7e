internal import CofferStorage
internal import Synchronization

/// How often the active key has encrypted, which limits its life.
///
/// The stored count runs ahead of the real one and is renewed by an entry that
/// rides in a batch which is written anyway, about once in 750 encryptions. A
/// crash can therefore make the count too high, by a thousand at most, but not
/// too low: only batches on their way together with the very entry that stores
/// a higher count can be missed.
final class EncryptionCounter: Sendable {
    private struct State {
        var count: Int64
        /// What storage says, or what it said when this process read it.
        var stored: Int64
        var isStoring = false
    }

    private static let lead: Int64 = 1000
    private let state: Mutex<State>

    init(count: Int64) { state = Mutex(State(count: count, stored: count)) }

    /// Each term has its own entry, so that a batch of the ending term cannot overwrite the count of the next.
    static func path(term: UInt32) -> StorageKey { StorageKey("core/encryption-count/\(term)") }

    var count: Int64 { state.withLock { $0.count } }

    /// Counts encryptions that are about to happen. When the result is not nil, the batch takes it along
    /// as one entry more, and `finish` follows.
    func add(_ encryptions: Int) -> Int64? {
        guard encryptions > 0 else { return nil }
        return state.withLock { state in
            state.count += Int64(encryptions)
            guard !state.isStoring, state.stored - state.count < Self.lead / 4 else { return nil }
            state.isStoring = true
            state.count += 1
            return state.count + Self.lead
        }
    }

    /// Counts an encryption that has no batch to take a count along; the next batch will.
    func addOne() { state.withLock { $0.count += 1 } }

    /// The batch that took a count along is done.
    /// - Parameter stored: nil when it failed.
    func finish(stored: Int64?) {
        state.withLock { state in
            state.isStoring = false
            if let stored { state.stored = stored }
        }
    }
}
