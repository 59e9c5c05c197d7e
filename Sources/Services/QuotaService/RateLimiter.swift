package import CofferBase
internal import Synchronization

/// The buckets of one rule's clients. Bounded: who has not been heard of long enough is forgotten, and when even so
/// there are too many, the newcomers share one bucket.
package final class RateLimiter: Sendable {
    private struct State {
        var clients: [String: TokenBucket] = [:]
        var sweepAt = 1024
    }

    private static let crowd = "*"

    package let rule: RateRule
    private let mostClients: Int
    private let state = Mutex(State())

    init(_ rule: RateRule, mostClients: Int = 100_000) {
        self.rule = rule
        self.mostClients = mostClients
    }

    package func take(_ client: String, at now: Timestamp) -> RateVerdict {
        let limit = rule.limit
        let client = rule.grouping == .ip ? client : ""
        return state.withLock { state in
            var client = client
            if state.clients[client] == nil {
                if state.clients.count >= state.sweepAt { Self.sweep(&state, limit, now) }
                if state.clients.count >= mostClients { client = Self.crowd }
            }
            return state.clients[client, default: TokenBucket(full: limit, at: now)].take(limit, at: now)
        }
    }

    private static func sweep(_ state: inout State, _ limit: RateLimit, _ now: Timestamp) {
        state.clients = state.clients.filter { entry in
            var bucket = entry.value
            return !bucket.isFull(limit, at: now)
        }
        state.sweepAt = max(1024, state.clients.count * 2)
    }

    /// How many clients are remembered.
    package var clientCount: Int { state.withLock { $0.clients.count } }
}
