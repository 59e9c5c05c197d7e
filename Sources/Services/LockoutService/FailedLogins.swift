internal import CofferBase

/// A user as lockout counts them: an alias, in the one form that the method gave it, on a mount.
package struct LockedName: Hashable, Sendable {
    package let accessor: String
    package let alias: String

    package init(accessor: String, alias: String) {
        self.accessor = accessor
        self.alias = alias
    }
}

/// The counters of failed logins: a value without a clock.
struct FailedLogins: Sendable {
    struct Attempts: Sendable {
        var failures: Int64 = 0
        var last: Timestamp
        /// Set when the threshold was reached; stands although rules change later.
        var lockedUntil: Timestamp?
        /// When this is of no more use.
        var end: Timestamp
    }

    private(set) var attempts: [LockedName: Attempts] = [:]
    private var sizeOfNextSweep = 1024

    func lockEnd(_ name: LockedName, at now: Timestamp) -> Timestamp? {
        guard let end = attempts[name]?.lockedUntil, end > now else { return nil }
        return end
    }

    /// Counts a wrong credential; returns the end of the lock when this one turned the key.
    mutating func fail(_ name: LockedName, _ rules: LockoutRules, at now: Timestamp) -> Timestamp? {
        var entry = attempts[name] ?? Attempts(last: now, end: now)
        if entry.lockedUntil.map({ $0 > now }) == true { return nil }
        if entry.lockedUntil != nil || now - entry.last >= rules.counterReset { entry.failures = 0 }
        entry.failures += 1
        entry.last = now
        entry.lockedUntil = entry.failures >= rules.threshold ? now + rules.duration : nil
        entry.end = entry.lockedUntil ?? now + rules.counterReset
        attempts[name] = entry
        sweep(at: now)
        return entry.lockedUntil
    }

    mutating func lock(_ name: LockedName, until end: Timestamp) {
        attempts[name] = Attempts(last: end, lockedUntil: end, end: end)
    }

    mutating func forget(_ name: LockedName) { attempts[name] = nil }

    /// Names that nobody tries any more must not fill the memory; the cost is shared by those that came.
    private mutating func sweep(at now: Timestamp) {
        guard attempts.count >= sizeOfNextSweep else { return }
        attempts = attempts.filter { $0.value.end > now }
        sizeOfNextSweep = max(1024, 2 * attempts.count)
    }
}
