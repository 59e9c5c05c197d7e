internal import CofferStorage
internal import Synchronization

/// Counts leases, exactly and without keeping them: one pass over their names when somebody first asks, and from
/// then on every commit that adds or removes one.
///
/// While the pass runs, leases come and go. What changed behind it is added to what it found; what changed before it
/// got there is left out of the pass and looked up at its end.
package final class LeaseTally: Sendable {
    /// Under what a lease is counted; nil: only in the total.
    package typealias Grouping = @Sendable (_ id: String, _ loginRole: String) -> String?

    package enum Change: Sendable { case added, removed }

    /// A lease that changed ahead of the pass.
    struct Touched {
        var role: String
        var net = 0
        var hasChanged = false
    }

    struct State {
        var grouping: Grouping = { _, _ in nil }
        /// Whether the role of a lease must be read to group it.
        var readsRole: @Sendable (String) -> Bool = { _ in false }
        var generation = 0
        var isCounted = false
        var total = 0
        var groups: [String: Int] = [:]
        /// Changes that are on their way to storage, by lease.
        var underWay: [String: (role: String, count: Int)] = [:]
        /// While a pass runs: how far it is, and what changed ahead of it.
        var place: [UInt8]?
        var touched: [String: Touched] = [:]
        var pass: Task<Void, any Error>?
    }

    private let entries: LeaseEntries
    private let state = Mutex(State())

    init(_ entries: LeaseEntries) { self.entries = entries }

    /// Groups leases anew from now on; they are counted again when somebody asks.
    package func group(
        by grouping: @escaping Grouping, readingRole readsRole: @escaping @Sendable (_ id: String) -> Bool
    ) {
        state.withLock { state in
            state.grouping = grouping
            state.readsRole = readsRole
            state.generation += 1
            state.isCounted = false
            state.giveUpPass()
        }
    }

    /// How many leases there are in a group.
    package func count(in group: String) async throws -> Int {
        try await ready()
        return state.withLock { $0.groups[group] ?? 0 }
    }

    /// The same without waiting; nil while the leases are not counted.
    package func known(in group: String) -> Int? {
        state.withLock { $0.isCounted ? $0.groups[group] ?? 0 : nil }
    }

    package func total() async throws -> Int {
        try await ready()
        return state.withLock { $0.total }
    }

    /// Returns when the leases are counted; those who wait at the same time share one pass.
    package func ready() async throws {
        while true {
            let pass: Task<Void, any Error>? = state.withLock { state in
                if state.isCounted { return nil }
                if let pass = state.pass { return pass }
                let generation = state.generation
                let pass = Task { try await self.run(generation) }
                state.pass = pass
                return pass
            }
            guard let pass else { return }
            do {
                try await pass.value
            } catch {
                state.withLock { if $0.pass == pass { $0.giveUpPass() } }
                throw error
            }
        }
    }

    // MARK: changes

    /// Follows one change to its commit.
    func watch(_ lease: Lease, _ change: Change, in transaction: inout Transaction) {
        let (id, role) = (lease.id, lease.loginRole)
        state.withLock { $0.begin(id, role) }
        transaction.onEnd { [self] committed in state.withLock { $0.end(id, role, committed ? change : nil) } }
    }

    // MARK: the pass

    private func run(_ generation: Int) async throws {
        guard state.withLock({ $0.startPass(generation) }) else { return }
        var after: String?
        while true {
            let ids = try await entries.ids(below: "", after: after, limit: 1000)
            let roles = try await roles(of: ids)
            guard state.withLock({ $0.note(ids, roles, generation) }) else { return }
            guard ids.count == 1000 else { break }
            after = ids.last
        }
        let unsure = state.withLock { state in state.touched.filter { !$0.value.hasChanged }.map(\.key) }
        var present: [String: String] = [:]
        for id in unsure {
            if let lease = try await entries.load(id) { present[id] = lease.loginRole }
        }
        state.withLock { $0.finishPass(present, generation) }
    }

    /// Only of the leases whose group depends on it.
    private func roles(of ids: [String]) async throws -> [String: String] {
        let readsRole = state.withLock { $0.readsRole }
        var roles: [String: String] = [:]
        for id in ids where readsRole(id) {
            roles[id] = try await entries.load(id)?.loginRole
        }
        return roles
    }
}

extension LeaseTally.State {
    fileprivate mutating func begin(_ id: String, _ role: String) {
        underWay[id, default: (role, 0)].count += 1
        if isAhead(id) && touched[id] == nil { touched[id] = LeaseTally.Touched(role: role) }
    }

    fileprivate mutating func end(_ id: String, _ role: String, _ change: LeaseTally.Change?) {
        if let count = underWay[id]?.count { underWay[id] = count > 1 ? (role, count - 1) : nil }
        guard let change else { return }
        let step = change == .added ? 1 : -1
        if touched[id] != nil {
            touched[id]?.net += step
            touched[id]?.hasChanged = true
        } else if isCounted || place != nil {
            add(step, id, role)
        }
    }

    private func isAhead(_ id: String) -> Bool {
        guard let place else { return false }
        return place.lexicographicallyPrecedes(id.utf8)
    }

    private mutating func add(_ step: Int, _ id: String, _ role: String) {
        total += step
        if let group = grouping(id, role) { groups[group, default: 0] += step }
    }

    fileprivate mutating func giveUpPass() {
        pass = nil
        place = nil
        touched = [:]
    }

    /// False when the grouping has changed since.
    fileprivate mutating func startPass(_ wanted: Int) -> Bool {
        guard wanted == generation else { return false }
        total = 0
        groups = [:]
        place = []
        touched = underWay.mapValues { LeaseTally.Touched(role: $0.role) }
        return true
    }

    fileprivate mutating func note(_ ids: [String], _ roles: [String: String], _ wanted: Int) -> Bool {
        guard wanted == generation else { return false }
        for id in ids where touched[id] == nil { add(1, id, roles[id] ?? "") }
        if let last = ids.last { place = Array(last.utf8) }
        return true
    }

    /// - Parameter present: those of the touched leases that storage holds, with their roles.
    fileprivate mutating func finishPass(_ present: [String: String], _ wanted: Int) {
        guard wanted == generation else { return }
        for (id, lease) in touched {
            if lease.hasChanged {
                if lease.net > 0 { add(1, id, lease.role) }
            } else if let role = present[id] {
                add(1, id, role)
            }
        }
        giveUpPass()
        isCounted = true
    }
}
