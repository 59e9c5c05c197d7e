package import CofferBase

/// Ends leases when their time has come: sleeps until the next expiry, then
/// hands all due leases to `revoke`, up to 200 at a time; tokens, which need nobody, many in one commit.
///
/// A failed revocation is tried again after 10 s × 2ⁿ, six times, and then left to an
/// operator; until then the lease stays in the calendar, so that a crash loses nothing.
package actor LeaseReaper {
    /// How many revocations run at once (contract, "Leases").
    private static let workers = 200
    /// How many tokens end in one commit: two of these fill all places, so that one is read while the other is written.
    private static let together = 100
    /// How many of one target: one that hangs leaves room for the others.
    private static let workersOfOneTarget = 50

    private let leases: Leases
    private let clock: any WallClock
    private let target: @Sendable (_ id: String) -> String?
    private let revoke: @Sendable (Lease) async throws -> Void
    private let revokeTogether: @Sendable ([Lease]) async throws -> [Lease]
    private let explain: @Sendable (any Error) -> String
    private let report: @Sendable (String) -> Void
    /// Very many leases may end at once: those who wait for answers come first.
    private let executor = BackgroundExecutor()
    private var sleeper: Task<Void, any Error>?
    private var wakeAt: Timestamp?
    private var earliestAdded: Timestamp?
    /// Leases whose revocation runs, and how many there are of each target.
    private var running: Set<String> = []
    private var runningOf: [String: Int] = [:]
    /// A revocation has ended since the calendar was read.
    private var hasRoomAgain = false
    private var isStopped = false

    /// - Parameters:
    ///   - target: what the revocation of the lease with this id may have to wait for; nil when nothing.
    ///   - revoke: ends the lease and what it stands for.
    ///   - revokeTogether: ends leases of tokens, as many as it can at once, and returns the others.
    ///   - explain: what an operator may read about a failure; no secret.
    ///   - report: takes a line for the server log; it names lease kinds, never values.
    package init(
        leases: Leases, clock: any WallClock, target: @escaping @Sendable (_ id: String) -> String?,
        revoke: @escaping @Sendable (Lease) async throws -> Void,
        revokeTogether: @escaping @Sendable ([Lease]) async throws -> [Lease],
        explain: @escaping @Sendable (any Error) -> String,
        report: @escaping @Sendable (String) -> Void
    ) {
        self.leases = leases
        self.clock = clock
        self.target = target
        self.revoke = revoke
        self.revokeTogether = revokeTogether
        self.explain = explain
        self.report = report
    }

    /// Starts to work, in a task of its own, until `stop()`.
    package nonisolated func start() {
        Task(executorPreference: executor) { await self.run() }
    }

    /// Works until `stop()`.
    package func run() async {
        while !isStopped {
            do {
                (earliestAdded, hasRoomAgain) = (nil, false)
                if try await startDue() || hasRoomAgain { continue }
                let next = try await leases.nextExpiry(after: clock.now) ?? clock.now + .seconds(3600)
                // A lease may have been added, or a place become free, while the calendar was read.
                if !hasRoomAgain { await sleep(until: min(next, earliestAdded ?? next)) }
            } catch {
                report("leases could not be read; trying again in 10 s")
                await sleep(until: clock.now + .seconds(10))
            }
        }
    }

    /// Begins to end what is due, as far as there is room; true when something was begun.
    private func startDue() async throws -> Bool {
        let room = Self.workers - running.count
        if room <= 0 { return false }
        let (running, runningOf, target) = (running, runningOf, target)
        let due = try await leases.due(at: clock.now, limit: room) { id in
            if running.contains(id) { return false }
            return target(id).map { runningOf[$0, default: 0] < Self.workersOfOneTarget } ?? true
        }
        if isStopped { return false }
        let tokens = due.filter { $0.kind == .token }
        for start in stride(from: 0, to: tokens.count, by: Self.together) {
            begin(Array(tokens[start..<min(start + Self.together, tokens.count)]))
        }
        var hasBegun = !tokens.isEmpty
        for lease in due where lease.kind == .secret && begin(lease) { hasBegun = true }
        return hasBegun
    }

    /// One commit for all of them; those that need more are ended one by one.
    private func begin(_ tokens: [Lease]) {
        running.formUnion(tokens.map(\.id))
        Task(executorPreference: executor) { await self.end(tokens) }
    }

    private func end(_ tokens: [Lease]) async {
        let left = (try? await revokeTogether(tokens)) ?? tokens
        running.subtract(Set(tokens.map(\.id)).subtracting(left.map(\.id)))
        for lease in left { Task(executorPreference: executor) { await self.end(lease, of: nil) } }
        makeRoom()
    }

    /// False when there is no room for another one of its target.
    private func begin(_ lease: Lease) -> Bool {
        let target = target(lease.id)
        if let target {
            guard runningOf[target, default: 0] < Self.workersOfOneTarget else { return false }
            runningOf[target, default: 0] += 1
        }
        running.insert(lease.id)
        Task(executorPreference: executor) { await self.end(lease, of: target) }
        return true
    }

    private func end(_ lease: Lease, of target: String?) async {
        await end(lease)
        running.remove(lease.id)
        if let target {
            let others = runningOf[target, default: 1] - 1
            runningOf[target] = others > 0 ? others : nil
        }
        makeRoom()
    }

    private func makeRoom() {
        hasRoomAgain = true
        sleeper?.cancel()
    }

    private nonisolated func end(_ lease: Lease) async {
        do {
            try await revoke(lease)
        } catch {
            report("a \(lease.kind.rawValue) lease could not be revoked; it will be tried again")
            do {
                try await leases.postpone(lease.id, because: explain(error), now: clock.now)
            } catch {
                // It is still due: without a pause it would be tried in a circle.
                report("a failed revocation could not be noted; trying again in 10 s")
                try? await clock.sleep(until: clock.now + .seconds(10))
            }
        }
    }

    /// A lease that ends at `time` was added: wakes the sleeper when that is sooner.
    package nonisolated func leaseAdded(endingAt time: Timestamp) {
        Task { await noteExpiry(time) }
    }

    private func noteExpiry(_ time: Timestamp) {
        earliestAdded = min(time, earliestAdded ?? time)
        // Past the end of a sleep that goes on, the machine's clock has been set forward.
        if let wakeAt, time < wakeAt || clock.now >= wakeAt { sleeper?.cancel() }
    }

    package func stop() {
        isStopped = true
        sleeper?.cancel()
    }

    private func sleep(until time: Timestamp) async {
        if isStopped { return }
        let clock = clock
        let task = Task { try await clock.sleep(until: time) }
        sleeper = task
        wakeAt = time
        _ = await task.result
        sleeper = nil
        wakeAt = nil
    }
}
