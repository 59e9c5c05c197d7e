import CofferBase
import CofferStorage
import MemoryStorage
import Synchronization
import TestSupport
import Testing

@testable internal import CofferBarrier

@Suite struct CacheTests {
    private let fixture = Fixture()

    @Test("what was written is read, and read again without storage")
    func writeThenRead() async throws {
        let barrier = try await fixture.opened()
        try await barrier.put("a", [1])
        #expect(try await barrier.value("a") == [1])
        try await barrier.put("a", [2])
        #expect(try await barrier.value("a") == [2])
        fixture.memory.faults.fail(operation: 1, with: .broken("not to be asked"))
        #expect(try await barrier.value("a") == [2])
        await #expect(throws: StorageError.broken("not to be asked")) { try await barrier.get("unknown") }
    }

    @Test("absence is remembered until somebody writes")
    func absence() async throws {
        let barrier = try await fixture.opened()
        #expect(try await barrier.value("a") == nil)
        fixture.memory.faults.fail(operation: 1, with: .broken("not to be asked"))
        #expect(try await barrier.value("a") == nil)
        await #expect(throws: StorageError.self) { try await barrier.get("b") }
        try await barrier.put("a", [1])
        #expect(try await barrier.value("a") == [1])
        var batch = WriteBatch(epoch: barrier.epoch)
        batch.changes["a"] = .delete
        try await barrier.commit(batch)
        #expect(try await barrier.value("a") == nil)
    }

    @Test(
        "a failed commit leaves the old value, whatever the failure",
        arguments: [StorageError.conflict, .fenced, .unavailable("x"), .broken("x"), .tooLarge(limit: 1)])
    func failedCommit(error: StorageError) async throws {
        let barrier = try await fixture.opened()
        try await barrier.put("a", [1])
        #expect(try await barrier.value("a") == [1])
        fixture.memory.faults.fail(operation: 1, with: error)
        await #expect(throws: error) { try await barrier.put("a", [2]) }
        #expect(try await barrier.value("a") == [1])
    }

    @Test("after a commit with an unknown outcome storage is asked")
    func unknownOutcome() async throws {
        let storage = InterruptedStorage(fixture.memory)
        let barrier = try await fixture.opened(over: storage)
        try await barrier.put("a", [1])
        let memory = fixture.memory
        let epoch = barrier.epoch
        let newer = try #require(try await memory.get("a")).value
        try await barrier.put("a", [2])
        // The commit fails for the caller, but storage has changed.
        storage.beforeNextCommit {
            var batch = WriteBatch(epoch: epoch)
            batch.changes["a"] = .put(newer)
            try await memory.commit(batch)
            throw StorageError.unknownOutcome("connection lost")
        }
        await #expect(throws: StorageError.self) { try await barrier.put("a", [3]) }
        #expect(try await barrier.value("a") == [1])
    }

    @Test("a read that a write overtakes does not bring the old value back")
    func overtakenRead() async throws {
        let storage = InterruptedStorage(fixture.memory)
        let barrier = try await fixture.opened(over: storage)
        try await barrier.put("a", [1])
        barrier.seal()
        try await barrier.unseal(rootKey: fixture.rootKey)
        storage.afterNextRead { try await barrier.put("a", [2]) }
        // The read itself may see either; what counts is what comes after.
        _ = try await barrier.value("a")
        #expect(try await barrier.value("a") == [2])
    }

    private final class Observation: Sendable {
        private let state = Mutex((wrong: 0, isOver: false))
        var wrong: Int { state.withLock { $0.wrong } }
        var isOver: Bool { state.withLock { $0.isOver } }
        func note(_ isRight: Bool) { state.withLock { $0.wrong += isRight ? 0 : 1 } }
        func end() { state.withLock { $0.isOver = true } }
    }

    @Test("a reader beside writers never sees a value older than one it has seen")
    func readersAndWriters() async throws {
        let barrier = try await fixture.opened()
        let keys: [StorageKey] = ["a", "b", "c"]
        let observation = Observation()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for key in keys + keys {
                group.addTask {
                    var last: UInt8 = 0
                    while !observation.isOver, !Task.isCancelled {
                        let now = try await barrier.value(key)?.first ?? 0
                        observation.note(now >= last)
                        last = now
                        await Task.yield()
                    }
                }
            }
            for number in 1...100 as ClosedRange<UInt8> {
                for key in keys {
                    try await barrier.put(key, [number])
                    observation.note(try await barrier.value(key) == [number])
                }
            }
            observation.end()
            try await group.waitForAll()
        }
        #expect(observation.wrong == 0)
    }

    @Test("sealing forgets what was cached")
    func sealing() async throws {
        let barrier = try await fixture.opened()
        try await barrier.put("a", [1])
        let old = try #require(try await fixture.memory.get("a")).value
        try await barrier.put("a", [2])
        try await fixture.tamper(barrier, "a", old)
        #expect(try await barrier.value("a") == [2])
        barrier.seal()
        try await barrier.unseal(rootKey: fixture.rootKey)
        #expect(try await barrier.value("a") == [1])
    }

    @Test("without a cache every read asks storage")
    func noCache() async throws {
        let barrier = try await fixture.opened(cacheEntries: 0)
        try await barrier.put("a", [1])
        #expect(try await barrier.value("a") == [1])
        fixture.memory.faults.fail(operation: 1, with: .unavailable("asked"))
        await #expect(throws: StorageError.unavailable("asked")) { try await barrier.get("a") }
    }
}
