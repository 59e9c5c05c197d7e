import CofferStorage
import PostgresStorage
import Testing

/// Connections that end at a bad moment.
@Suite(.serialized) struct PostgresFaultTests {
    static func endSessions(_ options: PostgresOptions) throws {
        try RealDatabase.run(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = '\(options.table)' "
                + "AND pid <> pg_backend_pid()")
    }

    private static func options() throws -> PostgresOptions {
        var options = try RealDatabase.options()
        options.connectionURL += "&application_name=\(options.table)"
        return options
    }

    private static func number(in entry: StoredEntry?) -> Int {
        Int(String(decoding: entry?.value ?? [], as: UTF8.self)) ?? 0
    }

    @Test("sessions that are ended under load lose no acknowledged write, and none is made twice")
    func endedSessions() async throws {
        let options = try Self.options()
        let storage = try PostgresStorage(options)
        let epoch = try await storage.acquireEpoch()
        let writers = 8
        // Each writer counts up in one entry, and only when it was what the writer had read.
        let acknowledged = try await withThrowingTaskGroup(of: (Int, unknown: Int, kept: Int).self) { group in
            for writer in 0..<writers {
                group.addTask {
                    let key = StorageKey("counter/\(writer)")
                    var (kept, unknown) = (0, 0)
                    while kept + unknown < 150 {
                        let now: StoredEntry?
                        do throws(StorageError) { now = try await storage.get(key) } catch { continue }
                        var batch = WriteBatch(epoch: epoch)
                        batch.expected[key] = now?.version ?? 0
                        batch.changes[key] = .put(Array("\(Self.number(in: now) + 1)".utf8))
                        do throws(StorageError) {
                            try await storage.commit(batch)
                            kept += 1
                        } catch .unknownOutcome {
                            unknown += 1
                        } catch {
                            #expect(error != .fenced && error != .conflict)
                        }
                    }
                    return (writer, unknown, kept)
                }
            }
            group.addTask {
                for _ in 0..<40 {
                    try Self.endSessions(options)
                    _ = try? await storage.commit(.put("pace", [1], epoch))
                }
                return (-1, 0, 0)
            }
            return try await group.reduce(into: [Int: (unknown: Int, kept: Int)]()) { $0[$1.0] = ($1.1, $1.2) }
        }
        for writer in 0..<writers {
            let stored = try await storage.get(StorageKey("counter/\(writer)"))
            let count = Self.number(in: stored)
            let (unknown, kept) = try #require(acknowledged[writer])
            #expect(count >= kept && count <= kept + unknown)
        }
        await storage.close()
    }

    @Test("readers go on after their sessions were ended")
    func endedReaders() async throws {
        let options = try Self.options()
        let storage = try PostgresStorage(options)
        try await storage.commit(.put("k", [1], try await storage.acquireEpoch()))
        for _ in 0..<5 {
            #expect(try await storage.get("k")?.value == [1])
            try Self.endSessions(options)
        }
        await storage.close()
    }

    @Test("the unsafe fence lets a deposed leader write, and the real one does not")
    func unsafeFence() async throws {
        var options = try RealDatabase.options()
        let storage = try PostgresStorage(options)
        let epoch = try await storage.acquireEpoch()
        options.fence = .checkThenWrite(pause: 0)
        let careless = try PostgresStorage(options)
        try await careless.commit(.put("k", [1], epoch))
        _ = try await storage.acquireEpoch()
        await #expect(throws: StorageError.fenced) { try await careless.commit(.put("k", [2], epoch)) }
        await #expect(throws: StorageError.fenced) { try await storage.commit(.put("k", [2], epoch)) }
        await careless.close()
        await storage.close()
    }

    @Test("names of tables are quoted, whatever is in them")
    func hostileNames() async throws {
        var options = try RealDatabase.options()
        options.table += "\"; DROP TABLE x; --\\'"
        options.leaderTable += "' OR \\ \"1"
        let storage = try PostgresStorage(options)
        let epoch = try #require(try await storage.acquire(PostgresElectionTests.candidate(1), for: .seconds(60)))
        try await storage.commit(.put("k", [1], epoch))
        #expect(try await storage.children(of: "", after: nil, limit: nil) == ["k"])
        await storage.close()
        for name in ["", "a\0b", String(repeating: "x", count: 59)] {
            options.table = name
            #expect(throws: StorageOpenError.self) { try PostgresStorage(options) }
        }
    }
}
