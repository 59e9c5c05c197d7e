package import CofferBase

/// Ends leases when their time has come: sleeps until the next expiry, then
/// hands all due leases to `revoke`, up to 200 at a time; tokens, which need nobody, many in one commit.
///
/// A failed revocation is tried again after 10 s × 2ⁿ, six times, and then left to an
/// operator; until then the lease stays in the calendar, so that a crash loses nothing.
package actor LeaseReaper {
    /// How many revocations run at once (contract, "Leases").
    private static let workers = 200
    /// How many tokens end in one commit. One such commit at a time: requests find another processor free, and those
    /// that write wait for one of these at most.
    private static let together = 250
    /// How many of one target: one that hangs leaves room for the others.
    private static let workersOfOneTarget = 50

    private let leases: Leases
    private let clock: any WallClock
    private let target: @Sendable (_ id: String) -> String?
    private let revoke: @Sendable (Lease) async throws -> Void
    private let revokeTogether: @Sendable ([CalendarEntry]) async throws -> (ended: Set<String>, left: [Lease])
    private let revokeWindow: @Sendable (TokenWindow, _ time: Timestamp) async throws -> Bool
    private let explain: @Sendable (any Error) -> String
    private let report: @Sendable (String) -> Void
    /// Very many leases may end at once: a thread of its own leaves those that answer requests alone. It lets them go
    /// first, but has a third of the weight of one of them: a machine that is always busy must not put off revocations.
    private let executor = BackgroundExecutor(niceness: 5)
    private nonisolated let alarm = ReaperAlarm()
    /// Leases whose revocation runs, and how many there are of each target.
    private var running: Set<String> = []
    private var runningOf: [String: Int] = [:]
    /// Entries behind which no lease was found that could be ended, until nothing else is due.
    private var passedOver: Set<CalendarEntry> = []
    /// A revocation has ended since the calendar was read.
    private var hasRoomAgain = false
    private var isStopped = false

    /// - Parameters:
    ///   - target: what the revocation of the lease with this id may have to wait for; nil when nothing.
    ///   - revoke: ends the lease and what it stands for.
    ///   - revokeTogether: ends leases of tokens, as many as it can at once; says which, and gives the others that can be read.
    ///   - revokeWindow: ends those tokens of a window whose time is over; false when that cannot be done yet.
    ///   - explain: what an operator may read about a failure; no secret.
    ///   - report: takes a line for the server log; it names lease kinds, never values.
    package init(
        leases: Leases, clock: any WallClock, target: @escaping @Sendable (_ id: String) -> String?,
        revoke: @escaping @Sendable (Lease) async throws -> Void,
        revokeTogether: @escaping @Sendable ([CalendarEntry]) async throws -> (ended: Set<String>, left: [Lease]),
        revokeWindow: @escaping @Sendable (TokenWindow, _ time: Timestamp) async throws -> Bool,
        explain: @escaping @Sendable (any Error) -> String,
        report: @escaping @Sendable (String) -> Void
    ) {
        self.leases = leases
        self.clock = clock
        self.target = target
        self.revoke = revoke
        self.revokeTogether = revokeTogether
        self.revokeWindow = revokeWindow
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
                alarm.reset()
                hasRoomAgain = false
                if try await endDue() || hasRoomAgain { continue }
                passedOver = []
                let next = try await leases.nextExpiry(after: clock.now) ?? clock.now + .seconds(3600)
                // A lease may have been added, or a place become free, while the calendar was read.
                if !hasRoomAgain { await alarm.sleep(until: next, clock) }
            } catch {
                report("leases could not be read; trying again in 10 s")
                await alarm.sleep(until: clock.now + .seconds(10), clock)
            }
        }
    }

    /// Ends tokens that are due, and begins with the rest as far as there is room; true when something was done.
    private func endDue() async throws -> Bool {
        let (running, runningOf, passedOver, target) = (running, runningOf, passedOver, target)
        let due = try await leases.due(at: clock.now, limit: Self.together) { entry in
            if running.contains(entry.id) || passedOver.contains(entry) { return false }
            guard let target = target(entry.id) else { return true }
            return running.count < Self.workers && runningOf[target, default: 0] < Self.workersOfOneTarget
        }
        if isStopped { return false }
        var tokens: [CalendarEntry] = []
        var window: (TokenWindow, CalendarEntry)?
        var hasBegun = false
        for entry in due {
            if let tokens = TokenWindow(id: entry.id) {
                // One at a time: there may be thousands of tokens in it.
                if window == nil { window = (tokens, entry) }
                continue
            }
            guard let target = target(entry.id) else {
                tokens.append(entry)
                continue
            }
            guard self.running.count < Self.workers, self.runningOf[target, default: 0] < Self.workersOfOneTarget else {
                continue
            }
            begin(entry, of: target)
            hasBegun = true
        }
        if !tokens.isEmpty { await end(tokens) }
        if let (window, entry) = window { await end(window, entry) }
        return hasBegun || !tokens.isEmpty || window != nil
    }

    private func end(_ window: TokenWindow, _ entry: CalendarEntry) async {
        do {
            if try await revokeWindow(window, entry.time) { return }
        } catch {
            report("tokens could not be ended; trying again in 10 s")
        }
        // It is still due: without a pause it would be tried in a circle.
        running.insert(entry.id)
        Task(executorPreference: executor) {
            try? await self.clock.sleep(until: self.clock.now + .seconds(10))
            await self.finish(entry, of: nil, true)
        }
    }

    /// One commit for all of them; those that need more are ended one by one.
    private func end(_ tokens: [CalendarEntry]) async {
        do {
            let (ended, left) = try await revokeTogether(tokens)
            let leases = Dictionary(left.map { ($0.id, $0) }) { first, _ in first }
            for entry in tokens where !ended.contains(entry.id) {
                if let lease = leases[entry.id] { begin(entry, lease) } else { passedOver.insert(entry) }
            }
        } catch {
            for entry in tokens { begin(entry) }
        }
    }

    /// - Parameter lease: nil when it has not been read yet.
    private func begin(_ entry: CalendarEntry, _ lease: Lease? = nil, of target: String? = nil) {
        running.insert(entry.id)
        if let target { runningOf[target, default: 0] += 1 }
        Task(executorPreference: executor) {
            let wasThere = await self.end(entry, lease)
            await self.finish(entry, of: target, wasThere)
        }
    }

    private func finish(_ entry: CalendarEntry, of target: String?, _ wasThere: Bool) {
        running.remove(entry.id)
        if let target {
            let others = runningOf[target, default: 1] - 1
            runningOf[target] = others > 0 ? others : nil
        }
        if !wasThere { passedOver.insert(entry) }
        hasRoomAgain = true
        alarm.ring()
    }

    /// False when there was no such lease, or a damaged one.
    private nonisolated func end(_ entry: CalendarEntry, _ known: Lease?) async -> Bool {
        do {
            guard let lease = if let known { known } else { try await leases.lease(at: entry) } else { return false }
            await end(lease)
        } catch {
            // It is still due: without a pause it would be tried in a circle.
            report("a lease could not be read; trying again in 10 s")
            try? await clock.sleep(until: clock.now + .seconds(10))
        }
        return true
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
    package nonisolated func leaseAdded(endingAt time: Timestamp) { alarm.note(time, now: clock.now) }

    package func stop() {
        isStopped = true
        alarm.ring()
    }
}
