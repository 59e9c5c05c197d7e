internal import CofferBase
package import CofferFramework
internal import Synchronization

/// An open connection to a database that blocks its thread while it works.
package protocol DatabaseLink: AnyObject, SendableMetatype {
    /// False when the other end has hung up meanwhile.
    var isAlive: Bool { get }
}

/// How many connections to one database there may be.
package struct LinkLimits: Sendable {
    package var open = 4
    /// Kept when nothing needs them.
    package var idle = 4
    /// A connection is not used again after this age; zero means any age.
    package var lifetime: Duration = .zero

    package init() {}
}

/// Connections to one database and the threads that wait for it.
///
/// Work that waits while another one finds the database unreachable shares that failure instead of finding
/// out once more: however many callers there are, a database that is down costs them one timeout.
package final class LinkPool<Link: DatabaseLink>: Sendable {
    private struct Held {
        let link: Link
        let end: Deadline?
    }

    private final class Slot: Sendable {
        let held = Mutex<Held?>(nil)
    }

    private struct Outage {
        /// Tickets given out before this one waited while the failure was found.
        var before: UInt64 = 0
        var failure: DatabaseFailure?
        var nextTicket: UInt64 = 0
    }

    private let slots: [Slot]
    private let limits: LinkLimits
    private let threads: BlockingPool
    private let outage = Mutex(Outage())
    private let open: @Sendable () throws(DatabaseFailure) -> sending Link

    package init(_ limits: LinkLimits, open: @escaping @Sendable () throws(DatabaseFailure) -> sending Link) {
        self.limits = limits
        self.open = open
        slots = (0..<max(limits.open, 1)).map { _ in Slot() }
        threads = BlockingPool(threads: slots.count)
    }

    /// How much work has been handed over since the pool was made.
    package var handedOver: UInt64 { outage.withLock { $0.nextTicket } }

    /// Runs `body` with a connection, on a thread that may block.
    package func run<R: Sendable>(
        _ body: @escaping @Sendable (Link) throws(DatabaseFailure) -> R
    ) async throws(DatabaseFailure) -> R {
        try await onThread { [self] ticket in
            // From the first one on, so that the last ones are those that are idle.
            for (index, slot) in slots.enumerated() {
                let result = slot.held.withLockIfAvailable { held in
                    attempt(ticket) { () throws(DatabaseFailure) in
                        try use(&held, isKept: index < limits.idle, body)
                    }
                }
                if let result { return result }
            }
            return .failure(DatabaseFailure(.unreachable, "all connections are in use"))
        }
    }

    /// Runs `body` on a thread that may block, without a connection of the pool.
    package func runApart<R: Sendable>(
        _ body: @escaping @Sendable () throws(DatabaseFailure) -> R
    ) async throws(DatabaseFailure) -> R {
        try await onThread { [self] ticket in attempt(ticket, body) }
    }

    /// Whether the database lets in who connects like this, on a thread that may block.
    package func letsIn(
        _ connect: @escaping @Sendable () throws(DatabaseFailure) -> Void
    ) async throws(DatabaseFailure) -> Bool {
        try await runApart { () throws(DatabaseFailure) in
            do throws(DatabaseFailure) {
                try connect()
                return true
            } catch {
                if error.reason == .loginRefused { return false }
                throw error
            }
        }
    }

    private func onThread<R: Sendable>(
        _ work: @escaping @Sendable (_ ticket: UInt64) -> Result<R, DatabaseFailure>
    ) async throws(DatabaseFailure) -> R {
        let ticket = outage.withLock { outage in
            outage.nextTicket += 1
            return outage.nextTicket
        }
        let result: Result<R, DatabaseFailure>
        do {
            result = try await threads.run { work(ticket) }
        } catch {
            throw DatabaseFailure(.unreachable, "no thread is left to wait for the database")
        }
        return try result.get()
    }

    private func attempt<R>(
        _ ticket: UInt64, _ body: () throws(DatabaseFailure) -> R
    ) -> Result<R, DatabaseFailure> {
        if let shared = outage.withLock({ ticket < $0.before ? $0.failure : nil }) { return .failure(shared) }
        do throws(DatabaseFailure) {
            return .success(try body())
        } catch {
            if error.reason == .unreachable {
                outage.withLock { ($0.before, $0.failure) = ($0.nextTicket + 1, error) }
            }
            return .failure(error)
        }
    }

    private func use<R>(
        _ held: inout Held?, isKept: Bool, _ body: (Link) throws(DatabaseFailure) -> R
    ) throws(DatabaseFailure) -> R {
        let usable = held.flatMap { $0.end?.hasPassed == true || !$0.link.isAlive ? nil : $0 }
        held = nil
        let now: Held
        if let usable {
            now = usable
        } else {
            now = Held(link: try open(), end: limits.lifetime > .zero ? Deadline(in: limits.lifetime) : nil)
        }
        do throws(DatabaseFailure) {
            let result = try body(now.link)
            if isKept { held = now }
            return result
        } catch {
            if isKept && error.reason != .unreachable { held = now }
            throw error
        }
    }
}
