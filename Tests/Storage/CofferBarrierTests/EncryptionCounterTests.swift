import CofferBase
import CofferStorage
import MemoryStorage
import TestSupport
import Testing

@testable internal import CofferBarrier

@Suite struct EncryptionCounterTests {
    private let fixture = Fixture()

    @Test("the first encryptions take a count along that runs ahead, and the next one is due only later")
    func lead() {
        let counter = EncryptionCounter(count: 40)
        #expect(counter.add(0) == nil)
        #expect(counter.add(2) == 1043)
        #expect(counter.count == 43)
        // The first batch is still on its way: no second one takes a count along.
        #expect(counter.add(5) == nil)
        counter.finish(stored: 1043)
        #expect(counter.add(745) == nil)
        #expect(counter.add(1) == 1795)
        #expect(counter.count == 795)
    }

    @Test("after a failed batch the next one takes a count along")
    func failure() {
        let counter = EncryptionCounter(count: 0)
        #expect(counter.add(1) == 1002)
        counter.finish(stored: nil)
        #expect(counter.add(1) == 1004)
    }

    @Test("a restart never makes the count too low, and at most a thousand too high")
    func restarts() async throws {
        let barrier = fixture.barrier(cacheEntries: 0)
        try await barrier.initialize(rootKey: fixture.rootKey, encrypted: ["x": [1], "y": [2]])
        // The two entries and the standbys' copy of the root key.
        var real: Int64 = 3
        var restarts: Int64 = 0
        for writes in [1, 10, 700, 1500, 249, 1] {
            try await barrier.unseal(rootKey: fixture.rootKey)
            for number in 0..<writes { try await barrier.put(StorageKey("e/\(number)"), [1]) }
            real += Int64(writes)
            restarts += 1
            let count = try #require(barrier.keyStatus).encryptions
            #expect(count >= real)
            #expect(count <= real + 1000 * restarts + real / 100)
            barrier.seal()
        }
    }

    @Test("a new term begins its own count, and the old one's is gone from storage")
    func rotation() async throws {
        let barrier = try await fixture.opened()
        for number in 0..<20 { try await barrier.put(StorageKey("e/\(number)"), [1]) }
        #expect(try await fixture.memory.get("core/encryption-count/1") != nil)
        try await barrier.rotate()
        #expect(barrier.keyStatus?.encryptions == 1)
        #expect(try await fixture.memory.get("core/encryption-count/1") == nil)
        barrier.seal()
        try await barrier.unseal(rootKey: fixture.rootKey)
        #expect(barrier.keyStatus?.encryptions == 1)
        try await barrier.put("a", [1])
        #expect(try await fixture.memory.get("core/encryption-count/2") != nil)
    }

    @Test("new settings encrypt the standbys' copy once more, which counts")
    func settings() async throws {
        let barrier = try await fixture.opened()
        let before = try #require(barrier.keyStatus).encryptions
        try await barrier.setRotation(RotationSettings())
        #expect(barrier.keyStatus?.encryptions == before + 1)
    }

    @Test("deletions and empty batches are no encryptions")
    func deletions() async throws {
        let barrier = try await fixture.opened()
        let before = try #require(barrier.keyStatus).encryptions
        var batch = WriteBatch(epoch: barrier.epoch)
        try await barrier.commit(batch)
        batch.changes = ["a": .delete, "b": .delete]
        try await barrier.commit(batch)
        #expect(barrier.keyStatus?.encryptions == before)
    }

    @Test("a count that was changed in storage keeps the barrier sealed", arguments: [[], [1, 2, 3]] as [[UInt8]])
    func damaged(value: [UInt8]) async throws {
        let barrier = try await fixture.opened()
        try await fixture.tamper(barrier, "core/encryption-count/1", value)
        barrier.seal()
        await #expect(throws: BarrierError.storage(.integrity("core/encryption-count/1"))) {
            try await barrier.unseal(rootKey: fixture.rootKey)
        }
        #expect(barrier.isSealed)
    }
}
