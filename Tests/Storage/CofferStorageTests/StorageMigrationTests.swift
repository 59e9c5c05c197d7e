import CofferStorage
import MemoryStorage
import Synchronization
import Testing

@Suite struct StorageMigrationTests {
    private static func filled(_ count: Int) async throws -> MemoryStorage {
        let storage = MemoryStorage()
        var batch = WriteBatch(epoch: try await storage.acquireEpoch())
        for index in 0..<count { batch.changes[StorageKey("a/\(index)")] = .put([UInt8(index & 255), 7]) }
        batch.changes["core/keyring"] = .put([1, 2, 3])
        try await storage.commit(batch)
        return storage
    }

    private static func contents(_ storage: MemoryStorage) async throws -> [StorageKey: [UInt8]] {
        var contents: [StorageKey: [UInt8]] = [:]
        for key in try await storage.scan("", after: nil, limit: 10_000) {
            contents[key] = try await storage.get(key)?.value
        }
        return contents
    }

    @Test("every entry arrives as it was, and the mark is gone")
    func whole() async throws {
        let (source, destination) = (try await Self.filled(1000), MemoryStorage())
        let copied = try await StorageMigration(from: source, to: destination).run()
        #expect(copied == 1001)
        #expect(try await Self.contents(source) == Self.contents(destination))
        #expect(try await !StorageMigration.isUnfinished(destination))
    }

    @Test("an interrupted migration goes on where it was")
    func resumed() async throws {
        let (source, destination) = (try await Self.filled(1000), MemoryStorage())
        var half = WriteBatch(epoch: try await destination.acquireEpoch())
        let keys = try await source.scan("", after: nil, limit: 600)
        for key in keys { half.changes[key] = .put(try await source.get(key)?.value ?? []) }
        half.changes[StorageMigration.mark] = .put(keys.last?.bytes ?? [])
        try await destination.commit(half)
        #expect(try await StorageMigration.isUnfinished(destination))
        let reports = Mutex<[Int]>([])
        let copied = try await StorageMigration(from: source, to: destination).run { count, _ in
            reports.withLock { $0.append(count) }
        }
        #expect(copied == 401)
        #expect(reports.withLock { $0 } == [256, 401])
        #expect(try await Self.contents(source) == Self.contents(destination))
    }

    @Test("a start leaves out the keys before it")
    func started() async throws {
        let (source, destination) = (try await Self.filled(10), MemoryStorage())
        #expect(try await StorageMigration(from: source, to: destination).run(from: "b") == 1)
        #expect(try await Self.contents(destination) == ["core/keyring": [1, 2, 3]])
    }

    @Test("an empty source, a destination in use and half a copy as the source are refused")
    func refused() async throws {
        let (full, other) = (try await Self.filled(3), try await Self.filled(1))
        await #expect(throws: StorageMigration.Refusal.emptySource) {
            try await StorageMigration(from: MemoryStorage(), to: full).run()
        }
        await #expect(throws: StorageMigration.Refusal.occupiedDestination) {
            try await StorageMigration(from: full, to: other).run()
        }
        var mark = WriteBatch(epoch: try await full.acquireEpoch())
        mark.changes[StorageMigration.mark] = .put([])
        try await full.commit(mark)
        await #expect(throws: StorageMigration.Refusal.unfinishedSource) {
            try await StorageMigration(from: full, to: MemoryStorage()).run()
        }
    }
}
