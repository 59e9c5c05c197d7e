import CofferStorage
import SQLiteStorage
import StorageConformance
import Testing

@Suite struct SQLiteStorageTests {
    @Test("keeps the storage contract", arguments: StorageCheck.all)
    func contract(_ check: StorageCheck) async throws {
        let folder = try TemporaryFolder()
        try await check.run(StorageFixture(isPersistent: true) { try folder.open() })
    }

    @Test("writers that wait share a commit")
    func groupCommit() async throws {
        let folder = try TemporaryFolder()
        let storage = try folder.open()
        let epoch = try await storage.acquireEpoch()
        let before = storage.statistics
        try await withThrowingTaskGroup(of: Void.self) { group in
            for task in 0..<64 {
                group.addTask {
                    for round in 0..<10 { try await storage.commit(.put("\(task)/\(round)", [1], epoch)) }
                }
            }
            try await group.waitForAll()
        }
        let after = storage.statistics
        #expect(after.batches - before.batches == 640)
        #expect(after.commits - before.commits < 320)
        #expect(try await storage.scan("", after: nil, limit: .max).count == 640)
        await storage.close()
    }

    @Test("a conflict in a group harms no other batch of it")
    func conflictInAGroup() async throws {
        let folder = try TemporaryFolder()
        let storage = try folder.open()
        let epoch = try await storage.acquireEpoch()
        // All expect the same absent entry: one of each round wins, whether grouped or not.
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

    @Test("what was acknowledged is in the files, before any close")
    func acknowledgedIsOnDisk() async throws {
        let folder = try TemporaryFolder()
        let copy = try TemporaryFolder()
        let storage = try folder.open()
        let epoch = try await storage.acquireEpoch()
        for number in 0..<50 { try await storage.commit(.put("\(number)", [UInt8(number)], epoch)) }
        // As a killed process would leave them; the shared index of the log is not one of them.
        try folder.copy(["coffer.db", "coffer.db-wal"], to: copy)
        let recovered = try copy.open()
        for number in 0..<50 {
            #expect(try await recovered.get(StorageKey("\(number)"))?.value == [UInt8(number)])
        }
        #expect(try await recovered.acquireEpoch() > epoch)
        await recovered.close()
        await storage.close()
    }

    @Test("a commit of any number of pages is whole, and is in the files at once")
    func commitsOfManyPages() async throws {
        let folder = try TemporaryFolder()
        let storage = try folder.open()
        let epoch = try await storage.acquireEpoch()
        // Beyond 120 KiB they are written in several calls.
        for pages in [1, 5] + Array(20...40) + [64, 150] {
            var batch = WriteBatch(epoch: epoch)
            for page in 0..<pages {
                batch.changes[StorageKey("\(pages)/\(page)")] = .put(Array(repeating: UInt8(pages), count: 4000))
            }
            try await storage.commit(batch)
            let copy = try TemporaryFolder()
            try folder.copy(["coffer.db", "coffer.db-wal"], to: copy)
            let opened = try copy.open()
            #expect(try await opened.children(of: StorageKey("\(pages)/"), after: nil, limit: nil).count == pages)
            #expect(try await opened.get(StorageKey("\(pages)/\(pages - 1)"))?.value.first == UInt8(pages))
            await opened.close()
        }
        await storage.close()
    }

    @Test("a log cut anywhere loses whole commits from its end, never half of one")
    func cutLogLosesWholeCommits() async throws {
        let folder = try TemporaryFolder()
        let storage = try folder.open()
        let epoch = try await storage.acquireEpoch()
        for number in 0..<12 {
            var batch = WriteBatch.put("left/\(number)", [1], epoch)
            batch.changes[StorageKey("right/\(number)")] = .put([UInt8](repeating: 2, count: 3000))
            try await storage.commit(batch)
        }
        let log = try folder.read("coffer.db-wal")
        for cut in stride(from: 0, to: log.count, by: 4099) {
            let copy = try TemporaryFolder()
            try folder.copy(["coffer.db"], to: copy)
            try copy.write("coffer.db-wal", Array(log[..<cut]))
            let recovered = try copy.open()
            let left = try await recovered.children(of: "left/", after: nil, limit: nil)
            let right = try await recovered.children(of: "right/", after: nil, limit: nil)
            #expect(left == right, "cut at \(cut)")
            await recovered.close()
        }
        await storage.close()
    }

    @Test("the log is copied into the database as it grows, and is empty after closing")
    func logIsBounded() async throws {
        let folder = try TemporaryFolder()
        let storage = try folder.open()
        let epoch = try await storage.acquireEpoch()
        let value = [UInt8](repeating: 7, count: 100_000)
        for number in 0..<500 { try await storage.commit(.put("\(number % 40)", value, epoch)) }
        // 50 MiB were written: it begins anew each 16 MiB, once what is in it was copied.
        #expect(folder.size("coffer.db-wal") < 32 << 20)
        #expect(folder.size("coffer.db") > 3 << 20)
        await storage.close()
        #expect(folder.size("coffer.db-wal") == 0)
    }

    @Test("with a full disk writes are unavailable, reads go on, and writes resume when there is room")
    func fullDisk() async throws {
        let folder = try TemporaryFolder()
        let storage = try folder.open(.init(pageLimit: 40))
        let epoch = try await storage.acquireEpoch()
        let value = [UInt8](repeating: 7, count: 10_000)
        var written = 0
        let failure = await #expect(throws: StorageError.self) {
            for number in 0..<40 {
                try await storage.commit(.put("\(number)", value, epoch))
                written += 1
            }
        }
        #expect(failure == .unavailable("disk full: the storage has no room to write"))
        #expect(written > 0)
        for number in 0..<written { #expect(try await storage.get(StorageKey("\(number)"))?.value == value) }
        #expect(try await storage.get(StorageKey("\(written)")) == nil)
        var batch = WriteBatch(epoch: epoch)
        for number in 0..<written { batch.changes[StorageKey("\(number)")] = .delete }
        try await storage.commit(batch)
        try await storage.commit(.put("again", value, epoch))
        #expect(try await storage.get("again")?.value == value)
        await storage.close()
    }

    @Test("long listings and point reads run beside each other")
    func readsRunBesideEachOther() async throws {
        let folder = try TemporaryFolder()
        let storage = try folder.open()
        let epoch = try await storage.acquireEpoch()
        var batch = WriteBatch(epoch: epoch)
        for number in 0..<500 { batch.changes[StorageKey("f/\(number)")] = .put([1]) }
        try await storage.commit(batch)
        try await withThrowingTaskGroup(of: Int.self) { group in
            for task in 0..<24 {
                group.addTask {
                    task % 3 == 0
                        ? try await storage.children(of: "f/", after: nil, limit: nil).count
                        : try await storage.get("f/7") == nil ? 0 : 500
                }
            }
            for try await count in group { #expect(count == 500) }
        }
        await storage.close()
    }

    @Test("closing while others write answers every one of them")
    func closeAnswersEveryone() async throws {
        let folder = try TemporaryFolder()
        let storage = try folder.open()
        let epoch = try await storage.acquireEpoch()
        let acknowledged = await withTaskGroup(of: Int.self) { group in
            for task in 0..<32 {
                group.addTask {
                    var written = 0
                    while (try? await storage.commit(.put("\(task)/\(written)", [1], epoch))) != nil { written += 1 }
                    return written
                }
            }
            await storage.close()
            return await group.reduce(0, +)
        }
        let reopened = try folder.open()
        #expect(try await reopened.scan("", after: nil, limit: .max).count == acknowledged)
        await reopened.close()
    }
}

extension WriteBatch {
    static func put(_ key: String, _ value: [UInt8], _ epoch: Epoch) -> WriteBatch {
        var batch = WriteBatch(epoch: epoch)
        batch.changes[StorageKey(key)] = .put(value)
        return batch
    }
}
