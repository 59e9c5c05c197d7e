package import CofferBase
internal import Synchronization

/// A request as a shadow remembers it: names, never values.
package struct ShadowedRequest: Sendable {
    package let id: String
    package let time: Timestamp
    package let operation: PolicyOperation
    package let path: String
    package let accessor: String

    /// Strangers to the policy choose the path: what is kept of it is bounded.
    package init(id: String, time: Timestamp, operation: PolicyOperation, path: String, accessor: String) {
        self.id = id
        self.time = time
        self.operation = operation
        self.path = String(path.prefix(512))
        self.accessor = accessor
    }
}

/// What a candidate for a policy would have changed since it was written. In memory, and bounded.
package final class ShadowReport: Sendable {
    package enum Change: String, Sendable { case allows = "allow", denies = "deny" }

    /// Requests of one kind at one path that would have been decided otherwise.
    package struct Difference: Sendable {
        package let change: Change
        package var count = 0
        package let first: Timestamp
        /// The latest of them.
        package var last: ShadowedRequest
        package var live: Decision
        package var candidate: Decision
    }

    package struct Summary: Sendable {
        /// Decisions that the candidate took part in.
        package var decisions = 0
        package var wouldAllow = 0
        package var wouldDeny = 0
        /// The latest first.
        package var differences: [Difference] = []
        /// Kinds of requests that made room for later ones.
        package var forgotten = 0
    }

    private struct Key: Hashable {
        let operation: PolicyOperation
        let path: [UInt8]
        let change: Change
    }

    private struct State {
        var decisions = 0
        var counts: [Change: Int] = [:]
        var differences: [Key: Difference] = [:]
        var forgotten = 0
    }

    static let capacity = 500
    private let state = Mutex(State())

    func note(_ request: ShadowedRequest, live: Decision, candidate: Decision) {
        state.withLock { state in
            state.decisions += 1
            if live.allowed == candidate.allowed { return }
            let change = candidate.allowed ? Change.allows : .denies
            state.counts[change, default: 0] += 1
            let key = Key(operation: request.operation, path: Array(request.path.utf8), change: change)
            if state.differences[key] == nil { Self.makeRoom(&state) }
            var difference =
                state.differences[key]
                ?? Difference(change: change, first: request.time, last: request, live: live, candidate: candidate)
            difference.count += 1
            difference.last = request
            difference.live = live
            difference.candidate = candidate
            state.differences[key] = difference
        }
    }

    private static func makeRoom(_ state: inout State) {
        guard state.differences.count >= capacity,
            let oldest = state.differences.min(by: { $0.value.last.time < $1.value.last.time })
        else { return }
        state.differences[oldest.key] = nil
        state.forgotten += 1
    }

    package var summary: Summary {
        let state = state.withLock { $0 }
        return Summary(
            decisions: state.decisions, wouldAllow: state.counts[.allows] ?? 0, wouldDeny: state.counts[.denies] ?? 0,
            differences: state.differences.values.sorted {
                ($1.last.time, $0.last.path) < ($0.last.time, $1.last.path)
            },
            forgotten: state.forgotten)
    }
}
