internal import CofferStorage
internal import Synchronization

/// Tokens that end just now without having been marked, by their keys: nothing can be made under them meanwhile, and
/// one under which something is being made is not ended this way.
///
/// Only the process that leads writes, so that memory is enough: what another one has under way when it loses the
/// leadership is refused by storage.
final class EndingTokens: Sendable {
    private struct State {
        var ending: Set<String> = []
        /// Children and leases on their way to storage, by the token that will hold them.
        var underWay: [String: Int] = [:]
    }

    private let state = Mutex(State())

    /// Notes that something is made under a token, until its transaction ends; false when the token ends.
    func enter(_ key: String, _ transaction: inout Transaction) -> Bool {
        let isOpen = state.withLock { state in
            if state.ending.contains(key) { return false }
            state.underWay[key, default: 0] += 1
            return true
        }
        if isOpen { transaction.onEnd { [self] _ in leave(key) } }
        return isOpen
    }

    private func leave(_ key: String) {
        state.withLock { state in
            let others = state.underWay[key, default: 1] - 1
            state.underWay[key] = others > 0 ? others : nil
        }
    }

    /// Begins to end tokens.
    /// - Returns: those under which nothing is being made and that nobody else ends; `open` them in the end.
    func close(_ keys: [String]) -> Set<String> {
        state.withLock { state in
            let closed = Set(keys.filter { state.underWay[$0] == nil && !state.ending.contains($0) })
            state.ending.formUnion(closed)
            return closed
        }
    }

    func open(_ keys: Set<String>) { state.withLock { $0.ending.subtract(keys) } }
}
