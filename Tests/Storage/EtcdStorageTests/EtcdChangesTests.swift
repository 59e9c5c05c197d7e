import CofferStorage
import EtcdClient
import EtcdStorage
import Testing

/// What a node that does not write learns of the one that does.
@Suite(.serialized) struct EtcdChangesTests {
    private static func options(keeps: Bool = true) throws -> EtcdOptions {
        var options = try RealEtcd.options()
        options.keepsChanges = keeps
        return options
    }

    private static func pair(_ options: EtcdOptions) async throws -> (leader: EtcdStorage, other: EtcdStorage) {
        (try await EtcdStorage.open(options), try await EtcdStorage.open(options))
    }

    @Test("each acknowledged change is told, and none that was told before")
    func told() async throws {
        let (leader, other) = try await Self.pair(Self.options())
        let epoch = try await leader.acquireEpoch()
        try await leader.commit(.put("a", [1], epoch))
        var moment = try await other.changes(since: nil).moment
        #expect(moment.epoch == epoch)
        #expect(try await other.changes(since: moment).keys == [])
        for round in 0..<50 {
            let key = "k/\(round)"
            let version = try await leader.commit(.put(key, [1], epoch))
            let changes = try await other.changes(since: moment)
            #expect(changes.keys == [StorageKey(key)] && changes.moment.version == version)
            moment = changes.moment
        }
        var batch = WriteBatch(epoch: epoch)
        batch.changes = ["x": .put([1]), "a": .delete]
        try await leader.commit(batch)
        #expect(try await Set(other.changes(since: moment).keys ?? []) == ["x", "a"])
        await leader.close()
        await other.close()
    }

    @Test("many writers at once, and many commits between two questions: the keys are told without a gap")
    func crowd() async throws {
        let (leader, other) = try await Self.pair(Self.options())
        let epoch = try await leader.acquireEpoch()
        try await leader.commit(.put("a", [1], epoch))
        // Opens the watch, without which so many notes are not asked for.
        let begin = try await other.changes(since: nil).moment
        var moment = try await other.changes(since: begin).moment
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<100 {
                group.addTask { try await leader.commit(.put("n/\(number)", [1], epoch)) }
            }
            try await group.waitForAll()
        }
        for number in 0..<50 { try await leader.commit(.put("s/\(number)", [1], epoch)) }
        var keys = try await other.changes(since: moment).keys
        // The watch may be behind what was asked.
        for _ in 0..<1000 where keys == nil { keys = try await other.changes(since: moment).keys }
        #expect(Set(keys ?? []).count == 150)
        moment = try await other.changes(since: moment).moment
        #expect(try await other.changes(since: moment).keys == [])
        await leader.close()
        await other.close()
    }

    @Test("a new leader, one that notes nothing, a gap and too much at once: anything may have changed")
    func unknown() async throws {
        let noting = try Self.options()
        let (leader, other) = try await Self.pair(noting)
        var epoch = try await leader.acquireEpoch()
        try await leader.commit(.put("a", [1], epoch))
        let before = try await other.changes(since: nil).moment
        epoch = try await leader.acquireEpoch()
        let begun = try await other.changes(since: before)
        #expect(begun.keys == nil && begun.moment.epoch == epoch)
        var moment = begun.moment
        var batch = WriteBatch(epoch: epoch)
        for number in 0..<1100 { batch.changes[StorageKey("many/\(number)")] = .put([1]) }
        try await leader.commit(batch)
        #expect(try await other.changes(since: moment).keys == nil)
        moment = try await other.changes(since: nil).moment
        // Somebody has written the key by hand: what it followed is not said.
        let client = try RealEtcd.client()
        _ = try await client.commit(
            EtcdTransaction(success: [.put(key: Array((noting.path + "meta").utf8), value: [1])]))
        client.close()
        #expect(try await other.changes(since: moment).keys == nil)
        var silent = noting
        silent.keepsChanges = false
        let third = try await EtcdStorage.open(silent)
        epoch = try await third.acquireEpoch()
        moment = try await other.changes(since: nil).moment
        try await third.commit(.put("a", [3], epoch))
        #expect(try await other.changes(since: moment).keys == nil)
        #expect(try await third.changes(since: moment).keys == nil)
        for storage in [leader, other, third] { await storage.close() }
    }

    @Test("entries that take the place of all others, and a leader whose lease ends: told at once, and to be read anew")
    func replaced() async throws {
        let (leader, other) = try await Self.pair(Self.options())
        let epoch = try await leader.acquireEpoch()
        try await leader.commit(.put("a", [1], epoch))
        let before = try await other.changes(since: nil).moment
        try await leader.replaceAll { nil }
        let after = try await other.changes(since: before)
        #expect(after.keys == nil && after.moment.epoch > epoch)
        #expect(try await other.get("a") == nil)
        await leader.close()
        await other.close()
    }

    @Test("without a leader the epoch stays the last one, so that what is kept stays too")
    func leaderless() async throws {
        let options = try Self.options()
        let (leader, other) = try await Self.pair(options)
        let candidate = EtcdElectionTests.candidate(1)
        let epoch = try #require(try await leader.acquire(candidate, for: .seconds(60)))
        let begun = try await other.changes(since: nil).moment
        try await leader.commit(.put("a", [1], epoch))
        try await leader.release(epoch, candidate)
        let changes = try await other.changes(since: begun)
        #expect(changes.keys == ["a"] && changes.moment.epoch == epoch)
        await leader.close()
        await other.close()
    }

    @Test("a cluster that is older than what was read is not read")
    func older() async throws {
        let options = try Self.options()
        let (leader, other) = try await Self.pair(options)
        let epoch = try await leader.acquireEpoch()
        let version = try await leader.commit(.put("a", [1], epoch))
        let future = StorageMoment(epoch: epoch, version: version + 1)
        await #expect(throws: StorageError.self) { try await other.changes(since: future) }
        await leader.close()
        await other.close()
    }
}
