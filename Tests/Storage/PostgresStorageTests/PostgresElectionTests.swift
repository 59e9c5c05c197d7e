import CofferStorage
import PostgresClient
import PostgresStorage
import Testing

/// Several nodes over one database: each has a storage of its own.
@Suite(.serialized) struct PostgresElectionTests {
    static let time = Duration.seconds(60)

    static func candidate(_ number: Int) -> Candidate {
        Candidate(id: "00000000-0000-0000-0000-00000000000\(number)", address: "http://node\(number)")
    }

    @Test("one of two leads; the other may when it is released, with a greater epoch")
    func handOver() async throws {
        let options = try RealDatabase.options()
        let (a, b) = (try PostgresStorage(options), try PostgresStorage(options))
        #expect(try await a.leader() == nil)
        let first = try #require(try await a.acquire(Self.candidate(1), for: Self.time))
        #expect(try await b.acquire(Self.candidate(2), for: Self.time) == nil)
        let record = try #require(try await b.leader())
        #expect((record.epoch, record.candidate, record.isCurrent) == (first, Self.candidate(1), true))
        let remaining = try #require(record.remaining)
        #expect(remaining > .zero && remaining <= Self.time)
        #expect(try await a.renew(first, Self.candidate(1), for: Self.time))
        #expect(try await b.renew(first, Self.candidate(2), for: Self.time) == false)
        try await b.release(first, Self.candidate(2))
        #expect(try await b.leader()?.epoch == first)
        try await a.release(first, Self.candidate(1))
        #expect(try await b.leader() == nil)
        let second = try #require(try await b.acquire(Self.candidate(2), for: Self.time))
        #expect(second > first)
        #expect(try await a.renew(first, Self.candidate(1), for: Self.time) == false)
        await #expect(throws: StorageError.fenced) { try await a.commit(.put("k", [1], first)) }
        try await b.commit(.put("k", [2], second))
        #expect(try await a.get("k")?.value == [2])
        await a.close()
        await b.close()
    }

    @Test("a leader whose time is over is deposed, and its writes are refused")
    func timeIsOver() async throws {
        let options = try RealDatabase.options()
        let (a, b) = (try PostgresStorage(options), try PostgresStorage(options))
        let first = try #require(try await a.acquire(Self.candidate(1), for: .microseconds(1)))
        try await a.commit(.put("k", [1], first))
        let second = try #require(try await b.acquire(Self.candidate(2), for: Self.time))
        await #expect(throws: StorageError.fenced) { try await a.commit(.put("k", [3], first)) }
        #expect(second > first)
        await a.close()
        await b.close()
    }

    @Test("two that ask at once, a thousand times: one leads")
    func atOnce() async throws {
        let options = try RealDatabase.options()
        let (a, b) = (try PostgresStorage(options), try PostgresStorage(options))
        for _ in 0..<1000 {
            async let one = a.acquire(Self.candidate(1), for: Self.time)
            async let other = b.acquire(Self.candidate(2), for: Self.time)
            let (first, second) = (try await one, try await other)
            #expect((first == nil) != (second == nil))
            if let first { try await a.release(first, Self.candidate(1)) }
            if let second { try await b.release(second, Self.candidate(2)) }
        }
        await a.close()
        await b.close()
    }

    @Test("when its row is deleted or set back by hand nobody leads, and the reason is told")
    func tamperedRow() async throws {
        let options = try RealDatabase.options()
        let storage = try PostgresStorage(options)
        let epoch = try #require(try await storage.acquire(Self.candidate(1), for: Self.time))
        try await storage.commit(.put("k", [1], epoch))
        try await storage.release(epoch, Self.candidate(1))
        let changes = [
            "UPDATE \"\(options.leaderTable)\" SET epoch = 0",
            "UPDATE \"\(options.leaderTable)\" SET epoch = 0; UPDATE \"\(options.table)_meta\" SET epoch = 0",
            "DELETE FROM \"\(options.leaderTable)\"",
            "INSERT INTO \"\(options.leaderTable)\" VALUES (1, 1); UPDATE \"\(options.table)_meta\" SET epoch = 1, version = 0",
        ]
        for change in changes {
            for statement in change.split(separator: ";") { try RealDatabase.run(String(statement)) }
            let failure = await #expect(throws: StorageError.self) {
                _ = try await storage.acquire(Self.candidate(1), for: Self.time)
            }
            guard case .unavailable(let text)? = failure else {
                Issue.record("\(change): \(String(describing: failure))")
                continue
            }
            #expect(text.hasPrefix("storage_epoch_regression"), "\(change)")
        }
        await storage.close()
    }

    @Test("a leader that is frozen in the middle of a transaction is deposed within two seconds")
    func frozenHolder() async throws {
        let options = try RealDatabase.options()
        let storage = try PostgresStorage(options)
        let epoch = try await storage.acquireEpoch()
        try await storage.commit(.put("k", [1], epoch))
        // What a frozen writer leaves behind: an open transaction with the shared lock.
        let frozen = try RealDatabase.link()
        let held = frozen.runTogether(
            [
                .init("BEGIN"),
                .init(
                    "SELECT pg_advisory_xact_lock_shared((1129268818::bigint << 32) + "
                        + "'\"\(options.leaderTable)\"'::regclass::oid::bigint)"),
            ], within: .seconds(5))
        #expect(held.failure == nil)
        let clock = ContinuousClock()
        let start = clock.now
        _ = try #require(try await storage.acquire(Self.candidate(1), for: Self.time))
        #expect(clock.now - start < .seconds(2))
        let late = frozen.runTogether([.init("COMMIT")], within: .seconds(5))
        #expect(late.failure != nil)
        await storage.close()
    }
}
