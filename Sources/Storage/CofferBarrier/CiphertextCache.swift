internal import CofferStorage
internal import Synchronization

/// Recently used entries as they are stored: what stays in memory for long is ciphertext.
///
/// A read that raced with a commit must not bring the old value back. Each
/// change advances the generation of its part, and what was read is kept only
/// when the generation is still the one it began with and no commit of that
/// key is on its way.
final class CiphertextCache: Sendable {
    fileprivate struct State {
        var generation: UInt64 = 0
        var present: ClockRing
        /// Of what is known to be absent there is without end, and strangers may ask for it: it has a small place of its
        /// own, where it pushes out nothing else.
        var absent: ClockRing
        /// Keys of commits on their way.
        var changing: [StorageKey: Change] = [:]
    }

    fileprivate struct Change {
        var commits = 0
        /// Two commits were on their way at once: which came last is not known here.
        var overlap = false

        mutating func begin() {
            commits += 1
            overlap = commits > 1 || overlap
        }
    }

    private final class Part: Sendable {
        let state: Mutex<State>
        init(maximumEntries: Int, maximumBytes: Int) {
            let present = ClockRing(maximumEntries: maximumEntries, maximumBytes: maximumBytes)
            let absent = ClockRing(maximumEntries: max(maximumEntries / 16, 1), maximumBytes: maximumBytes / 16)
            state = Mutex(State(present: present, absent: absent))
        }
    }

    enum Lookup {
        /// Nil: known to be absent.
        case known(StoredEntry?)
        case unknown(generation: UInt64)
    }

    enum Outcome {
        /// Nil: deleted.
        case committed(StoredEntry?)
        /// Not written, or nobody knows.
        case failed
    }

    private static let partCount = 16
    private let parts: [Part]

    /// Nil when either bound is zero.
    init?(maximumEntries: Int, maximumBytes: Int) {
        guard maximumEntries > 0, maximumBytes > 0 else { return nil }
        let entries = max(maximumEntries / Self.partCount, 1)
        let bytes = maximumBytes / Self.partCount
        parts = (0..<Self.partCount).map { _ in Part(maximumEntries: entries, maximumBytes: bytes) }
    }

    func lookup(_ key: StorageKey) -> Lookup {
        part(of: key).state.withLock { state in
            let isChanging = !state.changing.isEmpty && state.changing[key] != nil
            if !isChanging, let entry = state.entry(for: key) { return .known(entry) }
            return .unknown(generation: state.generation)
        }
    }

    /// Keeps what was read from storage after `lookup` gave this generation.
    func keep(_ entry: StoredEntry?, for key: StorageKey, ifStill generation: UInt64) {
        part(of: key).state.withLock { state in
            guard state.generation == generation, state.changing[key] == nil else { return }
            state.insert(entry, for: key)
        }
    }

    /// Before a commit: readers go to storage for these keys until `endChange`.
    func beginChange(of keys: some Sequence<StorageKey>) {
        for key in keys {
            part(of: key).state.withLock { state in
                state.generation += 1
                state.changing[key, default: Change()].begin()
            }
        }
    }

    /// After a commit and before anyone is told of it.
    func endChange(of key: StorageKey, _ outcome: Outcome) {
        part(of: key).state.withLock { state in
            state.generation += 1
            guard let place = state.changing.index(forKey: key) else { return }
            state.changing.values[place].commits -= 1
            let change = state.changing.values[place]
            if change.commits == 0 { state.changing.remove(at: place) }
            if case .committed(let entry) = outcome, !change.overlap {
                state.insert(entry, for: key)
            } else {
                state.remove(key)
            }
        }
    }

    /// The parts only keep threads out of each other's way, so a weak hash will do; names differ at their end.
    private func part(of key: StorageKey) -> Part {
        let hash = key.bytes.suffix(8).reduce(0) { ($0 &* 31 &+ Int($1)) & 0xffff }
        return parts[hash % Self.partCount]
    }
}

extension CiphertextCache.State {
    /// Nil inside when it is known to be absent; nil when nothing is known.
    fileprivate mutating func entry(for key: StorageKey) -> StoredEntry?? {
        present.entry(for: key) ?? absent.entry(for: key)
    }

    fileprivate mutating func insert(_ entry: StoredEntry?, for key: StorageKey) {
        if entry == nil {
            present.remove(key)
            absent.insert(nil, for: key)
        } else {
            absent.remove(key)
            present.insert(entry, for: key)
        }
    }

    fileprivate mutating func remove(_ key: StorageKey) {
        present.remove(key)
        absent.remove(key)
    }
}
