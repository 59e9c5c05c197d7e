import CofferStorage
import MemoryStorage
import Testing

@Suite struct StorageFaultsTests {
    @Test("the planned operation fails without effect, and only that one")
    func nthOperationFails() async throws {
        let storage = MemoryStorage()
        var batch = WriteBatch(epoch: try await storage.acquireEpoch())
        batch.changes["a"] = .put([1])
        let change = batch
        storage.faults.fail(operation: 2, with: .unavailable("disk full"))
        #expect(try await storage.get("a") == nil)
        await #expect(throws: StorageError.unavailable("disk full")) { try await storage.commit(change) }
        #expect(try await storage.get("a") == nil)
        try await storage.commit(change)
        #expect(try await storage.get("a")?.value == [1])
    }

    @Test("held operations go on when they are released")
    func holdAndRelease() async throws {
        let storage = MemoryStorage()
        var batch = WriteBatch(epoch: try await storage.acquireEpoch())
        batch.changes["a"] = .put([1])
        let change = batch
        storage.faults.hold()
        async let written = storage.commit(change)
        async let read = storage.get("b")
        await storage.faults.waitUntilHeld(2)
        storage.faults.release()
        #expect(try await written == 1)
        #expect(try await read == nil)
        #expect(try await storage.get("a")?.value == [1])
    }
}
