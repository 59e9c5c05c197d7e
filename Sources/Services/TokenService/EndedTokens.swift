internal import Synchronization

/// How the latest tokens ended, by the key they were stored at: for explanations, which could else only say
/// "unknown". In memory, bounded; a restart forgets.
final class EndedTokens: Sendable {
    private struct State {
        var reasons: [String: TokenRefusal] = [:]
        var keys: [String] = []
        /// Where the next key goes, once there is no more room.
        var next = 0
    }

    private static let capacity = 4096
    private let state = Mutex(State())

    func note(_ key: String, _ reason: TokenRefusal) {
        state.withLock { state in
            guard state.reasons.updateValue(reason, forKey: key) == nil else { return }
            guard state.keys.count == Self.capacity else { return state.keys.append(key) }
            state.reasons[state.keys[state.next]] = nil
            state.keys[state.next] = key
            state.next = (state.next + 1) % Self.capacity
        }
    }

    func reason(_ key: String) -> TokenRefusal? { state.withLock { $0.reasons[key] } }
}
