internal import Synchronization

/// Connections of one server that are open now.
final class OpenConnections: Sendable {
    private let count = Atomic(0)

    /// False when there are `limit` already.
    func enter(limit: Int) -> Bool {
        if count.add(1, ordering: .relaxed).newValue <= limit { return true }
        leave()
        return false
    }

    func leave() { count.subtract(1, ordering: .relaxed) }
}
