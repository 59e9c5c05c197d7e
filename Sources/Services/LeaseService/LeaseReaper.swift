package import CofferBase

/// Ends leases when their time has come: sleeps until the next expiry, then
/// hands all due leases to `revoke`, up to 200 at a time.
///
/// A failed revocation is tried again after 10 s × 2ⁿ, six times, and then left to an
/// operator; until then the lease stays in the calendar, so that a crash loses nothing.
package actor LeaseReaper {
    /// How many revocations run at once (contract, "Leases").
    private static let workers = 200

    private let leases: Leases
    private let clock: any WallClock
    private let revoke: @Sendable (Lease) async throws -> Void
    private let explain: @Sendable (any Error) -> String
    private let report: @Sendable (String) -> Void
    private var sleeper: Task<Void, any Error>?
    private var wakeAt: Timestamp?
    private var earliestAdded: Timestamp?
    private var isStopped = false

    /// - Parameters:
    ///   - revoke: ends the lease and what it stands for.
    ///   - explain: what an operator may read about a failure; no secret.
    ///   - report: takes a line for the server log; it names lease kinds, never values.
    package init(
        leases: Leases, clock: any WallClock,
        revoke: @escaping @Sendable (Lease) async throws -> Void,
        explain: @escaping @Sendable (any Error) -> String,
        report: @escaping @Sendable (String) -> Void
    ) {
        self.leases = leases
        self.clock = clock
        self.revoke = revoke
        self.explain = explain
        self.report = report
    }

    /// Starts to work, in a task of its own, until `stop()`.
    package nonisolated func start() {
        Task { await run() }
    }

    /// Works until `stop()`.
    package func run() async {
        while !isStopped {
            do {
                earliestAdded = nil
                let more = try await reapOnce()
                if more { continue }
                let next = try await leases.nextExpiry() ?? clock.now + .seconds(3600)
                // A lease may have been added while the calendar was read.
                await sleep(until: min(next, earliestAdded ?? next))
            } catch {
                report("leases could not be read; trying again in 10 s")
                await sleep(until: clock.now + .seconds(10))
            }
        }
    }

    /// Ends what is due now; true when there may be more.
    package func reapOnce() async throws -> Bool {
        let due = try await leases.due(at: clock.now, limit: Self.workers)
        if isStopped { return false }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for lease in due { group.addTask { try await self.end(lease) } }
            try await group.waitForAll()
        }
        return !due.isEmpty
    }

    private nonisolated func end(_ lease: Lease) async throws {
        do {
            try await revoke(lease)
        } catch {
            report("a \(lease.kind.rawValue) lease could not be revoked; it will be tried again")
            try await leases.postpone(lease.id, because: explain(error), now: clock.now)
        }
    }

    /// A lease that ends at `time` was added: wakes the sleeper when that is sooner.
    package nonisolated func leaseAdded(endingAt time: Timestamp) {
        Task { await noteExpiry(time) }
    }

    private func noteExpiry(_ time: Timestamp) {
        earliestAdded = min(time, earliestAdded ?? time)
        if let wakeAt, time < wakeAt { sleeper?.cancel() }
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
