import CofferStorage
import PostgresStorage
import Testing

/// What a node that does not write learns of the one that does.
@Suite(.serialized) struct PostgresChangesTests {
    private func options(keeps: Bool = true) throws -> PostgresOptions {
        var options = try RealDatabase.options()
        options.keepsChanges = keeps
        return options
    }

    @Test("each acknowledged change is told, and none that was told before")
    func told() async throws {
        let options = try options()
        let (leader, other) = (try PostgresStorage(options), try PostgresStorage(options))
        let epoch = try await leader.acquireEpoch()
        try await leader.commit(.put("a", [1], epoch))
        var moment = try await other.changes(since: nil).moment
        #expect(try await other.changes(since: moment).keys == [])
        for round in 0..<100 {
            let key = "k/\(round)"
            try await leader.commit(.put(key, [1], epoch))
            let changes = try await other.changes(since: moment)
            #expect(changes.keys == [StorageKey(key)])
            moment = changes.moment
        }
        var batch = WriteBatch(epoch: epoch)
        batch.changes = ["x": .put([1]), "a": .delete]
        try await leader.commit(batch)
        #expect(try await Set(other.changes(since: moment).keys ?? []) == ["x", "a"])
        await leader.close()
        await other.close()
    }

    @Test("many writers at once: the keys are told without a gap")
    func crowd() async throws {
        let options = try options()
        let (leader, other) = (try PostgresStorage(options), try PostgresStorage(options))
        let epoch = try await leader.acquireEpoch()
        try await leader.commit(.put("a", [1], epoch))
        var moment = try await other.changes(since: nil).moment
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<200 {
                group.addTask { try await leader.commit(.put("n/\(number)", [1], epoch)) }
            }
            try await group.waitForAll()
        }
        let changes = try await other.changes(since: moment)
        #expect(changes.keys?.count == 200)
        moment = changes.moment
        #expect(try await other.changes(since: moment).keys == [])
        await leader.close()
        await other.close()
    }

    @Test("a new leader, a leader that notes nothing, a gap and too much at once: anything may have changed")
    func unknown() async throws {
        let noting = try options()
        let (leader, other) = (try PostgresStorage(noting), try PostgresStorage(noting))
        var epoch = try await leader.acquireEpoch()
        try await leader.commit(.put("a", [1], epoch))
        let before = try await other.changes(since: nil).moment
        epoch = try await leader.acquireEpoch()
        #expect(try await other.changes(since: before).keys == nil)
        var moment = try await other.changes(since: nil).moment
        var batch = WriteBatch(epoch: epoch)
        for number in 0..<1100 { batch.changes[StorageKey("m/\(number)")] = .put([1]) }
        try await leader.commit(batch)
        #expect(try await other.changes(since: moment).keys == nil)
        moment = try await other.changes(since: nil).moment
        try await leader.commit(.put("a", [2], epoch))
        try RealDatabase.run("DELETE FROM \"\(noting.table)_changes\"")
        try await leader.commit(.put("b", [2], epoch))
        #expect(try await other.changes(since: moment).keys == nil)
        moment = try await other.changes(since: nil).moment
        var silent = noting
        silent.keepsChanges = false
        let third = try PostgresStorage(silent)
        epoch = try await third.acquireEpoch()
        moment = try await other.changes(since: nil).moment
        try await third.commit(.put("a", [3], epoch))
        #expect(try await other.changes(since: moment).keys == nil)
        #expect(try await third.changes(since: moment).keys == nil)
        for storage in [leader, other, third] { await storage.close() }
    }

    @Test(
        "a database that is older than what was seen is neither read nor led, also when it was seen by another process")
    func older() async throws {
        let options = try options()
        let storage = try PostgresStorage(options)
        let epoch = try await storage.acquireEpoch()
        try await storage.commit(.put("a", [1], epoch))
        let mark = try #require(storage.mark)
        #expect(mark.identity.hasPrefix("system "))
        await storage.close()
        let next = try PostgresStorage(options)
        var later = mark
        later.version += 1
        next.recall(later)
        await #expect(throws: StorageError.self) { try await next.changes(since: nil) }
        await #expect(throws: StorageError.self) { try await next.acquireEpoch() }
        await next.close()
        let other = try PostgresStorage(options)
        later = mark
        later.identity = "system 1, timeline 1"
        other.recall(later)
        await #expect(throws: StorageError.self) { try await other.acquireEpoch() }
        await other.close()
        let same = try PostgresStorage(options)
        same.recall(mark)
        _ = try await same.acquireEpoch()
        await same.close()
    }

    @Test("a leader whose database has lost what it wrote does not lead on, over old and new connections")
    func lost() async throws {
        var options = try options()
        options.connectionURL += "&application_name=\(options.table)"
        for endsSessions in [false, true] {
            let storage = try PostgresStorage(options)
            let candidate = PostgresElectionTests.candidate(1)
            let epoch = try #require(try await storage.acquire(candidate, for: .seconds(60)))
            for number in 0..<3 { try await storage.commit(.put("k\(number)", [1], epoch)) }
            try RealDatabase.run("UPDATE \"\(options.table)_meta\" SET version = version - 2")
            if endsSessions { try PostgresFaultTests.endSessions(options) }
            #expect((try? await storage.renew(epoch, candidate, for: .seconds(60))) != true)
            await #expect(throws: StorageError.self) { try await storage.acquire(candidate, for: .seconds(60)) }
            await #expect(throws: StorageError.self) { try await storage.commit(.put("k", [2], epoch)) }
            if endsSessions { await #expect(throws: StorageError.self) { try await storage.get("k0") } }
            await storage.close()
            try RealDatabase.run("UPDATE \"\(options.leaderTable)\" SET holder = NULL")
            let other = try PostgresStorage(options)
            #expect(try await other.get("k") == nil)
            await other.close()
        }
    }
}
