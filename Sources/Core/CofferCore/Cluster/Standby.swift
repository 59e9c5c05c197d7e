internal import CofferBase
internal import Synchronization

/// What a node that is open and does not lead has: the root key, and the way to the leader.
package final class Standby: Sendable {
    private struct State {
        var rootKey: SecretBytes
        var leader: ActiveNode?
        var lastEcho: Duration?
        var echo: (duration: Int64, skew: Int64) = (0, 0)
        var reads: StandbyReads?
    }

    package let cluster: ClusterIdentity?
    private let state: Mutex<State>

    init(rootKey: SecretBytes, cluster: ClusterIdentity?) {
        self.cluster = cluster
        state = Mutex(State(rootKey: rootKey))
    }

    var rootKey: SecretBytes {
        get { state.withLock { $0.rootKey } }
        set { state.withLock { $0.rootKey = newValue } }
    }

    /// Nil: nobody leads, or the leader has not told where it is.
    package internal(set) var leader: ActiveNode? {
        get { state.withLock { $0.leader } }
        set {
            state.withLock { state in
                state.leader = newValue
                state.lastEcho = nil
            }
        }
    }

    /// Nil: every request is the leader's.
    package var reads: StandbyReads? { state.withLock { $0.reads } }

    /// Unless it has begun already.
    func beginReading(_ make: () -> StandbyReads?) {
        if reads != nil { return }
        let made = make()
        state.withLock { $0.reads = made }
    }

    func endReading() {
        let reads = state.withLock { state in
            defer { state.reads = nil }
            return state.reads
        }
        reads?.end()
    }

    func echoed(at time: Duration, duration: Int64, skew: Int64) {
        state.withLock { ($0.lastEcho, $0.echo) = (time, (duration, skew)) }
    }

    /// How long ago the leader answered, in milliseconds; nil when this leader never has.
    package func sinceEcho(_ now: Duration) -> Int64? {
        state.withLock { $0.lastEcho }.map { (now - $0).wholeNanoseconds / 1_000_000 }
    }

    /// How long the last message took, and by how much this clock is ahead of the leader's, in milliseconds.
    package var echo: (duration: Int64, skew: Int64) { state.withLock { $0.echo } }
}
