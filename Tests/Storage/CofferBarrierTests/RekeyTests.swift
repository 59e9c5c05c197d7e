import CofferBase
import CofferStorage
import MemoryStorage
import Testing

@testable internal import CofferBarrier

@Suite struct RekeyTests {
    private let fixture = Fixture()
    private let other = SecretBytes(copying: [UInt8](repeating: 7, count: 32))

    @Test("after a rekey the new root key opens everything, in all terms, and the old one opens nothing")
    func newKey() async throws {
        let barrier = try await fixture.opened()
        try await barrier.put("a", [1])
        try await barrier.rotate()
        try await barrier.put("b", [2])
        try await barrier.rekey(rootKey: other, plain: ["core/plain": .put([9])])
        #expect(barrier.isRootKey(other) && !barrier.isRootKey(fixture.rootKey))
        #expect(barrier.keyStatus?.term == 2)
        try await barrier.rotate()
        try await barrier.put("c", [3])
        let reader = fixture.barrier()
        await #expect(throws: BarrierError.wrongKey) { try await reader.unseal(rootKey: fixture.rootKey) }
        try await reader.unseal(rootKey: other)
        for (key, value) in [("a", 1), ("b", 2), ("c", 3)] as [(StorageKey, UInt8)] {
            #expect(try await reader.value(key) == [value])
        }
        #expect(try await fixture.memory.get("core/plain")?.value == [9])
    }

    @Test("keyring, standby copy and the entries of the caller have one version")
    func oneCommit() async throws {
        let barrier = try await fixture.opened()
        try await barrier.rekey(rootKey: other, plain: ["core/plain": .put([9])])
        var versions: Set<UInt64> = []
        for key in ["core/keyring", "core/root-key", "core/plain"] as [StorageKey] {
            versions.insert(try #require(try await fixture.memory.get(key)).version)
        }
        #expect(versions.count == 1)
    }

    @Test("a commit that fails changes neither the storage nor the open keyring")
    func failure() async throws {
        let barrier = try await fixture.opened()
        fixture.memory.faults.fail(operation: 1, with: .unavailable("planned"))
        await #expect(throws: BarrierError.storage(.unavailable("planned"))) {
            try await barrier.rekey(rootKey: other, plain: ["core/plain": .put([9])])
        }
        #expect(barrier.isRootKey(fixture.rootKey))
        #expect(try await fixture.memory.get("core/plain") == nil)
        try await fixture.barrier().unseal(rootKey: fixture.rootKey)
    }

    @Test("when the outcome is unknown the stored keyring tells it: not written")
    func unknownOutcome() async throws {
        let barrier = try await fixture.opened()
        fixture.memory.faults.fail(operation: 1, with: .unknownOutcome("lost"))
        await #expect(throws: BarrierError.storage(.unknownOutcome("lost"))) {
            try await barrier.rekey(rootKey: other, plain: [:])
        }
        #expect(barrier.isRootKey(fixture.rootKey))
    }

    @Test("when the outcome is unknown the stored keyring tells it: written")
    func writtenAfterAll() async throws {
        let barrier = try await fixture.opened(over: ForgetfulStorage(fixture.memory))
        try await barrier.rekey(rootKey: other, plain: [:])
        #expect(barrier.isRootKey(other))
        try await barrier.rotate()
        try await fixture.barrier().unseal(rootKey: other)
    }

    @Test("a sealed barrier has no root key and takes none; a key of another length is refused")
    func refusals() async throws {
        let barrier = try await fixture.opened()
        await #expect(throws: BarrierError.keyLength) {
            try await barrier.rekey(rootKey: SecretBytes(copying: [1, 2, 3]), plain: [:])
        }
        barrier.seal()
        #expect(!barrier.isRootKey(fixture.rootKey))
        await #expect(throws: BarrierError.storage(.sealed)) { try await barrier.rekey(rootKey: other, plain: [:]) }
    }
}

/// Commits, and then does not know whether it did, where the keyring is concerned.
private final class ForgetfulStorage: Storage {
    private let base: MemoryStorage

    init(_ base: MemoryStorage) { self.base = base }

    var type: String { base.type }

    func get(_ key: StorageKey) async throws(StorageError) -> StoredEntry? { try await base.get(key) }

    func children(of prefix: StorageKey, after: String?, limit: Int?) async throws(StorageError) -> [String] {
        try await base.children(of: prefix, after: after, limit: limit)
    }

    func scan(_ prefix: StorageKey, after: StorageKey?, limit: Int) async throws(StorageError) -> [StorageKey] {
        try await base.scan(prefix, after: after, limit: limit)
    }

    func commit(_ batch: WriteBatch) async throws(StorageError) -> UInt64 {
        let version = try await base.commit(batch)
        if (batch.expected["core/keyring"] ?? 0) > 0 { throw .unknownOutcome("forgotten") }
        return version
    }

    func acquireEpoch() async throws(StorageError) -> Epoch { try await base.acquireEpoch() }

    func walk(
        _ body: @escaping @Sendable (StorageKey, [UInt8]) throws -> Void
    ) async throws -> (version: UInt64, epoch: Epoch) { try await base.walk(body) }

    func replaceAll(with next: @escaping @Sendable () throws -> (key: StorageKey, value: [UInt8])?) async throws {
        try await base.replaceAll(with: next)
    }

    func close() async { await base.close() }
}
