internal import Synchronization

/// Decoded keys in use. A mount keeps all of them, or as many as its `cache-config` says.
final class KeyCache: Sendable {
    private struct Entry {
        let ring: KeyRing
        var lastUse: UInt64
    }

    private struct State {
        var entries: [String: Entry] = [:]
        var uses: UInt64 = 0
        /// Counts what was dropped, so that a slow reader cannot bring back what a writer has changed.
        var drops: UInt64 = 0
        var limit = 0
    }

    private let state = Mutex(State())

    /// The key, or the state of the cache to hand to `insert` once it was read from storage.
    func find(_ name: String) -> (ring: KeyRing?, drops: UInt64) {
        state.withLock { state in
            guard state.limit > 0 else { return (state.entries[name]?.ring, state.drops) }
            state.uses += 1
            state.entries[name]?.lastUse = state.uses
            return (state.entries[name]?.ring, state.drops)
        }
    }

    /// Does nothing when anything was dropped since `find`.
    func insert(_ ring: KeyRing, drops: UInt64) {
        state.withLock { state in
            guard state.drops == drops else { return }
            state.uses += 1
            state.entries[ring.key.name] = Entry(ring: ring, lastUse: state.uses)
            Self.shrink(&state)
        }
    }

    /// After each change of the key, whether or not it reached storage.
    func drop(_ name: String) {
        state.withLock { state in
            state.entries[name] = nil
            state.drops += 1
        }
    }

    /// - Parameter limit: how many keys are kept; 0 for all.
    func setLimit(_ limit: Int) {
        state.withLock { state in
            state.limit = limit
            Self.shrink(&state)
        }
    }

    private static func shrink(_ state: inout State) {
        while state.limit > 0, state.entries.count > state.limit {
            guard let oldest = state.entries.min(by: { $0.value.lastUse < $1.value.lastUse }) else { return }
            state.entries[oldest.key] = nil
        }
    }
}
