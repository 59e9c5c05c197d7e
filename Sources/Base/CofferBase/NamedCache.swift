internal import Synchronization

/// Decoded values by name, for readers of what others change: all of them, or as many as a limit allows.
package final class NamedCache<Value: Sendable>: Sendable {
    private struct Entry {
        let value: Value
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

    package init() {}

    /// The value, or the state of the cache to hand to `insert` once it was read from storage.
    package func find(_ name: String) -> (value: Value?, drops: UInt64) {
        state.withLock { state in
            guard state.limit > 0 else { return (state.entries[name]?.value, state.drops) }
            state.uses += 1
            state.entries[name]?.lastUse = state.uses
            return (state.entries[name]?.value, state.drops)
        }
    }

    /// Does nothing when anything was dropped since `find`.
    package func insert(_ value: Value, named name: String, drops: UInt64) {
        state.withLock { state in
            guard state.drops == drops else { return }
            state.uses += 1
            state.entries[name] = Entry(value: value, lastUse: state.uses)
            Self.shrink(&state)
        }
    }

    /// After each change, whether or not it reached storage.
    package func drop(_ name: String) {
        state.withLock { state in
            state.entries[name] = nil
            state.drops += 1
        }
    }

    /// - Parameter limit: how many values are kept; 0 for all.
    package func setLimit(_ limit: Int) {
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
