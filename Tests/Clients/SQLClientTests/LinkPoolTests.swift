import CofferBase
import CofferFramework
import SQLClient
import Synchronization
import Testing

@Suite("Connections and their threads")
struct LinkPoolTests {
    final class Link: DatabaseLink {
        let isAlive: Bool
        init(isAlive: Bool = true) { self.isAlive = isAlive }
    }

    final class Counter: Sendable {
        private let count = Mutex(0)
        var value: Int { count.withLock { $0 } }
        func add() { count.withLock { $0 += 1 } }
    }

    func limits(open: Int, idle: Int) -> LinkLimits {
        var limits = LinkLimits()
        (limits.open, limits.idle) = (open, idle)
        return limits
    }

    func failure(of pool: LinkPool<Link>) async -> DatabaseFailure? {
        do throws(DatabaseFailure) {
            try await pool.run { (_) throws(DatabaseFailure) in }
            return nil
        } catch {
            return error
        }
    }

    @Test("a connection is used again, one that has died is not")
    func reuse() async throws {
        let opened = Counter()
        let lively = LinkPool(limits(open: 1, idle: 1)) { () throws(DatabaseFailure) -> sending Link in
            opened.add()
            return Link()
        }
        for _ in 0..<3 { try await lively.run { (_) throws(DatabaseFailure) in } }
        #expect(opened.value == 1)
        let dead = LinkPool(limits(open: 1, idle: 1)) { () throws(DatabaseFailure) -> sending Link in
            opened.add()
            return Link(isAlive: false)
        }
        for _ in 0..<3 { try await dead.run { (_) throws(DatabaseFailure) in } }
        #expect(opened.value == 4)
    }

    @Test("connections that may not idle are closed")
    func idle() async throws {
        let opened = Counter()
        let pool = LinkPool(limits(open: 2, idle: 0)) { () throws(DatabaseFailure) -> sending Link in
            opened.add()
            return Link()
        }
        for _ in 0..<3 { try await pool.run { (_) throws(DatabaseFailure) in } }
        #expect(opened.value == 3)
    }

    @Test("who waits while a database is found away shares that failure")
    func sharedFailure() async throws {
        let attempts = Counter()
        let gate = WakeUps()
        let pool = LinkPool(limits(open: 1, idle: 1)) { () throws(DatabaseFailure) -> sending Link in
            attempts.add()
            _ = gate.wait(before: Deadline(in: .seconds(30)))
            throw DatabaseFailure(.unreachable, "away")
        }
        let failures = try await withThrowingTaskGroup(of: Bool.self) { group in
            for _ in 0..<100 {
                group.addTask { await failure(of: pool) == DatabaseFailure(.unreachable, "away") }
            }
            // All of them wait before the first attempt ends.
            while pool.handedOver < 100 { await Task.yield() }
            gate.signal(100)
            return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(failures == 100)
        #expect(attempts.value == 1)
    }

    @Test("a failure that is not the database's absence keeps the connection")
    func rejected() async throws {
        let opened = Counter()
        let pool = LinkPool(limits(open: 1, idle: 1)) { () throws(DatabaseFailure) -> sending Link in
            opened.add()
            return Link()
        }
        for _ in 0..<2 {
            await #expect(throws: DatabaseFailure(.rejected, "no")) {
                try await pool.run { (_) throws(DatabaseFailure) in throw DatabaseFailure(.rejected, "no") }
            }
        }
        #expect(opened.value == 1)
    }
}
