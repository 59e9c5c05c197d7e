import CofferStorage
import EtcdStorage
import StorageConformance
import Testing

@Suite(.serialized) struct EtcdStorageTests {
    @Test("keeps the storage contract", arguments: StorageCheck.all)
    func contract(_ check: StorageCheck) async throws {
        let options = try RealEtcd.options()
        try await check.run(StorageFixture(isPersistent: true) { try await EtcdStorage.open(options) })
    }

    @Test("writers that wait share a transaction")
    func groupCommit() async throws {
        let storage = try await EtcdStorage.open(RealEtcd.options())
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
        let storage = try await EtcdStorage.open(RealEtcd.options())
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

    @Test("a batch of 8,000 changes is one commit, and so is one with 500 expectations")
    func manyOperations() async throws {
        let storage = try await EtcdStorage.open(RealEtcd.options())
        let epoch = try await storage.acquireEpoch()
        var batch = WriteBatch(epoch: epoch)
        for number in 0..<8000 { batch.changes[StorageKey("k/\(number)")] = .put([UInt8(number % 256)]) }
        let version = try await storage.commit(batch)
        #expect(try await storage.get("k/7999")?.version == version)
        #expect(try await storage.scan("k/", after: nil, limit: .max).count == 8000)
        var next = WriteBatch(epoch: epoch)
        for number in 0..<500 {
            next.expected[StorageKey("k/\(number)")] = version
            next.changes[StorageKey("k/\(number)")] = .delete
        }
        next.expected["k/missing"] = version
        await #expect(throws: StorageError.conflict) { try await storage.commit(next) }
        next.expected["k/missing"] = 0
        try await storage.commit(next)
        #expect(try await storage.scan("k/", after: nil, limit: .max).count == 7500)
        await #expect(throws: StorageError.conflict) { try await storage.commit(next) }
        await storage.close()
    }

    @Test("a key that is too long is refused")
    func longKeys() async throws {
        let storage = try await EtcdStorage.open(RealEtcd.options())
        let epoch = try await storage.acquireEpoch()
        let longest = String(repeating: "k", count: EtcdStorage.longestKey)
        try await storage.commit(.put(longest, [1], epoch))
        #expect(try await storage.get(StorageKey(longest))?.value == [1])
        await #expect(throws: StorageError.tooLarge(limit: EtcdStorage.longestKey)) {
            try await storage.commit(.put(longest + "k", [1], epoch))
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
