import CofferBarrier
import CofferBase
import CofferStorage
import MemoryStorage
import TestSupport
import Testing

@Suite struct FencingTests {
    private let fixture = Fixture()

    private func follower() async throws -> Barrier {
        let barrier = fixture.barrier()
        try await barrier.unseal(rootKey: fixture.rootKey)
        return barrier
    }

    @Test("of two barriers over one storage only the one that came last writes")
    func deposed() async throws {
        let first = try await fixture.opened()
        try await first.put("a", [1])
        let second = try await follower()
        await #expect(throws: StorageError.fenced) { try await first.put("a", [2]) }
        await #expect(throws: BarrierError.storage(.fenced)) { try await first.rotate() }
        await #expect(throws: BarrierError.storage(.fenced)) { try await first.setRotation(RotationSettings()) }
        #expect(first.keyStatus?.term == 1)
        try await second.put("a", [3])
        #expect(try await second.value("a") == [3])
        #expect(try await fixture.memory.get("a")?.version == second.get("a")?.version)
    }

    @Test("a barrier that leads again reads keys and entries anew")
    func leadingAgain() async throws {
        let first = try await fixture.opened()
        try await first.put("a", [1])
        let second = try await follower()
        try await second.rotate()
        try await second.put("a", [2])
        #expect(try await first.value("a") == [1])
        let epoch = try await first.acquireEpoch()
        #expect(epoch == first.epoch)
        #expect(first.epoch > second.epoch)
        #expect(try await first.value("a") == [2])
        #expect(first.keyStatus?.term == 2)
        try await first.put("a", [3])
        await #expect(throws: StorageError.fenced) { try await second.put("a", [4]) }
        #expect(try await first.value("a") == [3])
    }

    @Test("a write that was on its way when another took over is refused")
    func takenOverMidway() async throws {
        let storage = InterruptedStorage(fixture.memory)
        let first = try await fixture.opened(over: storage)
        try await first.put("a", [1])
        let second = fixture.barrier()
        let rootKey = fixture.rootKey
        storage.beforeNextCommit { try await second.unseal(rootKey: rootKey) }
        await #expect(throws: StorageError.fenced) { try await first.put("a", [2]) }
        #expect(try await second.value("a") == [1])
    }

    @Test("a rotation that was on its way when the keyring changed is refused, and no term is lost")
    func rotationsAtOnce() async throws {
        let storage = InterruptedStorage(fixture.memory)
        let barrier = try await fixture.opened(over: storage)
        storage.beforeNextCommit {
            try await barrier.rotate()
            try await barrier.put("a", [1])
        }
        await #expect(throws: BarrierError.storage(.conflict)) { try await barrier.rotate() }
        #expect(barrier.keyStatus?.term == 2)
        #expect(try await barrier.value("a") == [1])
        let again = try await follower()
        #expect(try await again.value("a") == [1])
    }

    @Test("a rotation that ends after the seal leaves the barrier sealed")
    func sealedMidway() async throws {
        let storage = InterruptedStorage(fixture.memory)
        let barrier = try await fixture.opened(over: storage)
        storage.beforeNextCommit { barrier.seal() }
        try await barrier.rotate()
        #expect(barrier.isSealed)
        try await barrier.unseal(rootKey: fixture.rootKey)
        #expect(barrier.keyStatus?.term == 2)
    }

    @Test("a failed take-over leaves what was known")
    func failedTakeOver() async throws {
        let barrier = try await fixture.opened()
        try await barrier.put("a", [1])
        let epoch = barrier.epoch
        fixture.memory.faults.fail(operation: 1, with: .unavailable("gone"))
        await #expect(throws: StorageError.unavailable("gone")) { try await barrier.acquireEpoch() }
        #expect(barrier.epoch == epoch)
        try await barrier.put("a", [2])
        #expect(try await barrier.value("a") == [2])
    }
}
