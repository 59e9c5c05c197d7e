import CofferBarrier
import CofferBase
import CofferStorage
import MemoryStorage
import TestSupport
import Testing

@Suite struct BarrierLifeTests {
    private let fixture = Fixture()

    @Test("a sealed barrier refuses everything")
    func sealed() async throws {
        let barrier = try await fixture.opened()
        try await barrier.put("a", [1])
        barrier.seal()
        #expect(barrier.isSealed)
        #expect(barrier.epoch == Epoch(0))
        #expect(barrier.keyStatus == nil)
        #expect(barrier.rotation == nil)
        #expect(!barrier.isRotationDue)
        await #expect(throws: StorageError.sealed) { try await barrier.get("a") }
        await #expect(throws: StorageError.sealed) { try await barrier.children(of: "", after: nil, limit: nil) }
        await #expect(throws: StorageError.sealed) { try await barrier.scan("", after: nil, limit: 1) }
        await #expect(throws: StorageError.sealed) { try await barrier.put("a", [2]) }
        await #expect(throws: StorageError.sealed) { try await barrier.acquireEpoch() }
        await #expect(throws: BarrierError.storage(.sealed)) { try await barrier.rotate() }
        await #expect(throws: BarrierError.storage(.sealed)) { try await barrier.setRotation(RotationSettings()) }
    }

    @Test("closing seals")
    func closing() async throws {
        let barrier = try await fixture.opened()
        await barrier.close()
        #expect(barrier.isSealed)
    }

    @Test("an empty storage is not initialised and cannot be unsealed")
    func uninitialised() async throws {
        let barrier = fixture.barrier()
        #expect(try await !barrier.isInitialized())
        await #expect(throws: BarrierError.notInitialized) { try await barrier.unseal(rootKey: fixture.rootKey) }
        #expect(barrier.isSealed)
    }

    @Test("initialisation stores the keys and what the caller adds in one commit, and leaves the barrier sealed")
    func initialisation() async throws {
        let barrier = fixture.barrier()
        try await barrier.initialize(
            rootKey: fixture.rootKey, plain: [SealConfiguration.path: [1, 2]], encrypted: ["secret/a": [3, 4]])
        #expect(barrier.isSealed)
        #expect(try await barrier.isInitialized())
        let keys = try await fixture.memory.scan("", after: nil, limit: 100)
        #expect(keys == ["core/keyring", "core/root-key", "core/seal-config", "secret/a"])
        for key in keys { #expect(try await fixture.memory.get(key)?.version == 1) }
        #expect(try await barrier.plain.get(SealConfiguration.path)?.value == [1, 2])
        try await barrier.unseal(rootKey: fixture.rootKey)
        #expect(try await barrier.value("secret/a") == [3, 4])
        #expect(try await barrier.isInitialized())
    }

    @Test("initialising twice is refused and changes nothing")
    func initialisingTwice() async throws {
        let barrier = try await fixture.opened()
        try await barrier.put("a", [1])
        let before = try await fixture.memory.get("core/keyring")
        for other in [barrier, fixture.barrier()] {
            await #expect(throws: BarrierError.alreadyInitialized) {
                try await other.initialize(rootKey: SecretBytes(copying: [UInt8](repeating: 9, count: 32)))
            }
        }
        #expect(try await fixture.memory.get("core/keyring") == before)
        #expect(try await barrier.value("a") == [1])
    }

    @Test("of two initialisations at once one wins and the other learns of it", arguments: [true, false])
    func initialisationsAtOnce(isOvertakenBeforeEpoch: Bool) async throws {
        let storage = InterruptedStorage(fixture.memory)
        let (slow, quick) = (fixture.barrier(over: storage), fixture.barrier())
        let rootKey = fixture.rootKey
        let interruption: InterruptedStorage.Interruption = { try await quick.initialize(rootKey: rootKey) }
        let expected: BarrierError
        if isOvertakenBeforeEpoch {
            storage.afterNextRead(interruption)
            expected = .alreadyInitialized
        } else {
            storage.beforeNextCommit(interruption)
            expected = .storage(.fenced)
        }
        await #expect(throws: expected) {
            try await slow.initialize(rootKey: SecretBytes(copying: [UInt8](repeating: 9, count: 32)))
        }
        try await quick.unseal(rootKey: rootKey)
        #expect(!quick.isSealed)
    }

    @Test("an initialisation that fails at any step leaves the storage empty", arguments: 1...3)
    func failingInitialisation(step: Int) async throws {
        let barrier = fixture.barrier()
        fixture.memory.faults.fail(operation: step, with: .unavailable("disk full"))
        await #expect(throws: BarrierError.storage(.unavailable("disk full"))) {
            try await barrier.initialize(rootKey: fixture.rootKey, plain: ["p": [1]], encrypted: ["e": [2]])
        }
        #expect(try await fixture.memory.scan("", after: nil, limit: 10) == [])
        try await barrier.initialize(rootKey: fixture.rootKey)
        #expect(try await barrier.isInitialized())
    }

    @Test("without random bytes nothing is initialised")
    func initialisingWithoutRandom() async throws {
        let broken = RandomSource { (_) throws(RandomError) in throw RandomError() }
        let barrier = Barrier(storage: fixture.memory, clock: fixture.clock, random: broken)
        await #expect(throws: BarrierError.random) { try await barrier.initialize(rootKey: fixture.rootKey) }
        #expect(try await fixture.memory.scan("", after: nil, limit: 10) == [])
    }

    @Test(
        "a root key has 16, 24 or 32 bytes",
        arguments: [(16, true), (24, true), (32, true), (0, false), (31, false), (33, false)])
    func keyLength(length: Int, isTaken: Bool) async throws {
        let key = SecretBytes(copying: [UInt8](repeating: 1, count: length))
        let barrier = fixture.barrier()
        guard isTaken else {
            await #expect(throws: BarrierError.keyLength) { try await barrier.initialize(rootKey: key) }
            return
        }
        try await barrier.initialize(rootKey: key)
        try await barrier.unseal(rootKey: key)
        #expect(!barrier.isSealed)
    }

    @Test("a wrong key opens nothing and deposes nobody")
    func wrongKey() async throws {
        let leader = try await fixture.opened()
        for length in [32, 31] {
            let other = fixture.barrier()
            await #expect(throws: BarrierError.wrongKey) {
                try await other.unseal(rootKey: SecretBytes(copying: [UInt8](repeating: 7, count: length)))
            }
            #expect(other.isSealed)
        }
        try await leader.put("a", [1])
        #expect(try await leader.value("a") == [1])
    }

    @Test("a keyring with one bit changed does not open")
    func changedKeyring() async throws {
        let barrier = try await fixture.opened()
        var keyring = try #require(try await fixture.memory.get("core/keyring")).value
        keyring[40] ^= 1
        try await fixture.tamper(barrier, "core/keyring", keyring)
        await #expect(throws: BarrierError.wrongKey) { try await fixture.barrier().unseal(rootKey: fixture.rootKey) }
    }

    @Test("unsealing again starts from what is stored, with a new epoch")
    func unsealingAgain() async throws {
        let barrier = try await fixture.opened()
        let first = barrier.epoch
        try await barrier.put("a", [1])
        barrier.seal()
        try await barrier.unseal(rootKey: fixture.rootKey)
        #expect(barrier.epoch > first)
        #expect(try await barrier.value("a") == [1])
    }

    @Test("a failure while unsealing leaves the barrier sealed", arguments: 1...4)
    func failingUnseal(step: Int) async throws {
        let barrier = fixture.barrier()
        try await barrier.initialize(rootKey: fixture.rootKey)
        fixture.memory.faults.fail(operation: step, with: .unavailable("gone"))
        await #expect(throws: BarrierError.storage(.unavailable("gone"))) {
            try await barrier.unseal(rootKey: fixture.rootKey)
        }
        #expect(barrier.isSealed)
        try await barrier.unseal(rootKey: fixture.rootKey)
        #expect(!barrier.isSealed)
    }
}
