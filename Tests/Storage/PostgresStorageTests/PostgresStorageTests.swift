import CofferStorage
import PostgresStorage
import StorageConformance
import Testing

@Suite(.serialized) struct PostgresStorageTests {
    @Test("keeps the storage contract", arguments: StorageCheck.all)
    func contract(_ check: StorageCheck) async throws {
        let options = try RealDatabase.options()
        try await check.run(StorageFixture(isPersistent: true) { try PostgresStorage(options) })
    }

    @Test("writers that wait share a transaction")
    func groupCommit() async throws {
        let storage = try PostgresStorage(RealDatabase.options())
        let epoch = try await storage.acquireEpoch()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for task in 0..<64 {
                group.addTask {
                    for round in 0..<10 { try await storage.commit(.put("\(task)/\(round)", [1], epoch)) }
                }
            }
            try await group.waitForAll()
        }
        #expect(storage.statistics.batches == 640)
        #expect(storage.statistics.commits < 320)
        #expect(try await storage.scan("", after: nil, limit: .max).count == 640)
        await storage.close()
    }

    @Test("a conflict in a group harms no other batch of it")
    func conflictInAGroup() async throws {
        let storage = try PostgresStorage(RealDatabase.options())
        let epoch = try await storage.acquireEpoch()
        let won = try await withThrowingTaskGroup(of: Bool.self) { group in
            for task in 0..<40 {
                group.addTask {
                    try await storage.commit(.put("blind/\(task)", [1], epoch))
                    var batch = WriteBatch.put("contended", [UInt8(task)], epoch)
                    batch.expected["contended"] = 0
                    do throws(StorageError) {
                        try await storage.commit(batch)
                        return true
                    } catch {
                        #expect(error == .conflict)
                        return false
                    }
                }
            }
            return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(won == 1)
        #expect(try await storage.scan("blind/", after: nil, limit: .max).count == 40)
        await storage.close()
    }

    @Test("a key that the index has no room for is refused, and harms no other batch")
    func longKeys() async throws {
        let storage = try PostgresStorage(RealDatabase.options())
        let epoch = try await storage.acquireEpoch()
        var seed: UInt64 = 7
        func noise(_ count: Int) -> [UInt8] {
            (0..<count).map { _ in
                seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                return UInt8(truncatingIfNeeded: seed >> 33)
            }
        }
        let longest = StorageKey(bytes: noise(PostgresStorage.longestKey))
        var batch = WriteBatch(epoch: epoch)
        batch.changes[longest] = .put([1])
        try await storage.commit(batch)
        #expect(try await storage.get(longest)?.value == [1])
        batch.changes[StorageKey(bytes: noise(PostgresStorage.longestKey + 1))] = .put([1])
        await #expect(throws: StorageError.tooLarge(limit: PostgresStorage.longestKey)) {
            try await storage.commit(batch)
        }
        await storage.close()
    }
}

extension WriteBatch {
    static func put(_ key: String, _ value: [UInt8], _ epoch: Epoch) -> WriteBatch {
        var batch = WriteBatch(epoch: epoch)
        batch.changes[StorageKey(key)] = .put(value)
        return batch
    }
}
