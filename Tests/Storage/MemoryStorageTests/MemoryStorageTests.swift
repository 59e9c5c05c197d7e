import CofferStorage
import MemoryStorage
import StorageConformance
import Testing

@Suite struct MemoryStorageTests {
    @Test("keeps the storage contract", arguments: StorageCheck.all)
    func contract(_ check: StorageCheck) async throws {
        try await check.run(StorageFixture(isPersistent: false) { MemoryStorage() })
    }

    @Test("the type is the one Vault reports")
    func typeName() { #expect(MemoryStorage().type == "inmem") }

    @Test("the limit of an entry can be set, and is inclusive")
    func entryLimit() async throws {
        let storage = MemoryStorage(maxEntrySize: 3)
        var batch = WriteBatch(epoch: try await storage.acquireEpoch())
        batch.changes["a"] = .put([1, 2, 3])
        try await storage.commit(batch)
        batch.changes["a"] = .put([1, 2, 3, 4])
        let larger = batch
        await #expect(throws: StorageError.tooLarge(limit: 3)) { try await storage.commit(larger) }
        #expect(try await storage.get("a")?.value == [1, 2, 3])
    }

    @Test("a hundred thousand entries are listed a page at a time")
    func manyEntries() async throws {
        let storage = MemoryStorage()
        var batch = WriteBatch(epoch: try await storage.acquireEpoch())
        // Multiplying by an odd number visits every residue once: all keys differ, in no order.
        for number in 0..<100_000 as Range<UInt32> {
            batch.changes[StorageKey("leases/\(number &* 2_654_435_761)")] = .put([])
        }
        try await storage.commit(batch)
        var seen = 0
        var last: StorageKey?
        while true {
            let page = try await storage.scan("leases/", after: last, limit: 5000)
            guard let final = page.last else { break }
            if let last { #expect(last < page[0]) }
            seen += page.count
            last = final
        }
        #expect(seen == 100_000)
        #expect(try await storage.children(of: "", after: nil, limit: nil) == ["leases/"])
    }
}
