package import CofferBase
package import CofferStorage

/// Leases that tokens hold, as far as the calendar lists them together.
extension Leases {
    /// Ends of windows are multiples of it: tokens that were made in one window end in one or two.
    private static let step: Int64 = 250_000_000
    /// Whoever repairs a damaged token finds its window listed.
    private static let pauseOverDamage = Duration.seconds(24 * 3600)

    /// The window for a token of the root namespace that is made at a path now; nil when it is better listed by itself.
    package func window(at home: String, _ now: Timestamp) async throws -> TokenWindow? {
        try await windows.window(at: home, now)
    }

    /// Registers a new lease of a token whose entry the caller is about to write, in the same transaction; after the
    /// commit the caller says `announce`.
    /// - Returns: the lease, which the entry must hold if `isHeld` says so.
    package func stageOwn(
        _ new: Lease, in window: TokenWindow?, _ transaction: inout Transaction
    ) async throws -> Lease {
        var lease = new
        let end = Self.end(of: lease)
        guard let window, let isListed = windows.enter(window, endingAt: end, &transaction)
        else {
            try await stage(lease, replacing: nil, in: &transaction)
            return lease
        }
        lease.isHeld = true
        lease.isGrouped = true
        try await transaction.within(view) { inner in
            tally.watch(lease, .added, in: &inner)
            if isListed { return }
            inner.put(LeaseEntries.windowKey(window.id), [])
            inner.put(Self.calendarKey(end, window.id), [])
        }
        return lease
    }

    /// Where the calendar lists a window in which this lease is: no sooner than it ends.
    static func end(of lease: Lease) -> Timestamp {
        let late = max(lease.expireTime.nanoseconds, 0) % step
        return late == 0 ? lease.expireTime : lease.expireTime + .nanoseconds(step - late)
    }

    /// Before the tokens of a window are looked at, to end it; false when that has to wait, else `open` it in the end.
    package func close(_ window: TokenWindow) -> Bool { windows.close(window) }

    package func open(_ window: TokenWindow) { windows.open(window) }

    /// Lists a lease by itself: its token cannot end with the others of its window.
    package func listAlone(_ id: String) async throws { try await update(id) { _ in } }

    /// Removes a closed window from the place where it was due, and for good unless some of its tokens are left.
    /// - Parameters:
    ///   - latest: when the last one of those ends.
    ///   - hasDamage: a token could not be read.
    package func settle(
        _ window: TokenWindow, dueAt time: Timestamp, latest: Timestamp?, hasDamage: Bool, now: Timestamp
    ) async throws {
        // Those that are over end one by one, as soon as they can.
        var next = latest.map { max($0, now + Self.pause(after: 0)) }
        if hasDamage { next = max(next ?? now, now + Self.pauseOverDamage) }
        try await view.transaction { transaction in
            transaction.delete(Self.calendarKey(time, window.id))
            if let next {
                transaction.put(Self.calendarKey(next, window.id), [])
            } else {
                transaction.delete(LeaseEntries.windowKey(window.id))
            }
        }
    }
}
