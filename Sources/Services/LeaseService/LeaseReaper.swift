package import CofferBase
internal import Synchronization

/// Ends leases when their time has come: sleeps until the next expiry, then
/// hands each due lease to `revoke`.
///
/// A failed revocation is tried again after 10 s × 2ⁿ; the lease stays in the
/// calendar, so that a crash loses nothing.
package actor LeaseReaper {
    private let leases: Leases
    private let clock: any WallClock
    private let revoke: @Sendable (Lease) async throws -> Void
    private let postpone: @Sendable (Lease, Timestamp) async throws -> Void
    private let report: @Sendable (String) -> Void
    private var sleeper: Task<Void, any Error>?
    private var wakeAt: Timestamp?
    private var earliestAdded: Timestamp?
    private var isStopped = false

    /// - Parameters:
    ///   - revoke: ends the lease and what it stands for.
    ///   - postpone: moves the lease in the calendar after a failure.
    ///   - report: takes a line for the server log; it names lease kinds, never values.
    package init(
        leases: Leases, clock: any WallClock,
        revoke: @escaping @Sendable (Lease) async throws -> Void,
        postpone: @escaping @Sendable (Lease, Timestamp) async throws -> Void,
        report: @escaping @Sendable (String) -> Void
    ) {
        self.leases = leases
        self.clock = clock
        self.revoke = revoke
        self.postpone = postpone
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
                let more = try await reapOnce()
                if more { continue }
                earliestAdded = nil
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
        let due = try await leases.due(at: clock.now, limit: 200)
        for lease in due where !isStopped {
            do {
                try await revoke(lease)
            } catch {
                report("a \(lease.kind.rawValue) lease could not be revoked; it will be tried again")
                try await postpone(lease, clock.now + Self.pause(after: lease.failedAttempts))
            }
        }
        return !due.isEmpty
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

    /// 10 s × 2ⁿ, at most 10 × 2⁵ s (contract, "Leases").
    static func pause(after failures: Int) -> Duration { .seconds(10 << min(max(failures, 0), 5)) }

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
