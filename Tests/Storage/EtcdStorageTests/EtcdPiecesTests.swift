import CofferStorage
import EtcdClient
import EtcdStorage
import Synchronization
import Testing

/// Values and batches above what one request holds. Contract test FE12.
@Suite(.serialized) struct EtcdPiecesTests {
    private static func value(_ size: Int, _ seed: Int) -> [UInt8] {
        (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8 &+ seed) }
    }

    @Test("a value of 5 MiB, and four of 1 MiB in one batch, come back whole, in walks too")
    func largeValues() async throws {
        var options = try RealEtcd.options()
        options.maxEntrySize = 8 << 20
        let storage = try await EtcdStorage.open(options)
        let epoch = try await storage.acquireEpoch()
        var batch = WriteBatch(epoch: epoch)
        let sizes = [5 << 20] + [Int](repeating: 1 << 20, count: 4)
        for (number, size) in sizes.enumerated() {
            batch.changes[StorageKey("v/\(number)")] = .put(Self.value(size, number))
        }
        let version = try await storage.commit(batch)
        for (number, size) in sizes.enumerated() {
            let entry = try await storage.get(StorageKey("v/\(number)"))
            #expect(entry?.version == version && entry?.value == Self.value(size, number), "\(number)")
        }
        let walked = Mutex<[StorageKey: Int]>([:])
        _ = try await storage.walk { key, value in walked.withLock { $0[key] = value.count } }
        #expect(walked.withLock { $0["v/0"] } == 5 << 20)
        #expect(walked.withLock { $0.count } == 5)
        await storage.close()
    }

    @Test("a batch that is cut off between its pieces is whole or absent, and nothing of it stays")
    func interrupted() async throws {
        var committed = 0
        for requests in 0..<14 {
            let budget = Mutex(Int.max)
            var options = try RealEtcd.options()
            options.requestSize = 64 << 10
            options.mayWrite = {
                budget.withLock { left in
                    if left > 0 { left -= 1 }
                    return left > 0
                }
            }
            let storage = try await EtcdStorage.open(options)
            let epoch = try await storage.acquireEpoch()
            try await storage.commit(.put("v/0", [1], epoch))
            var batch = WriteBatch(epoch: epoch)
            for number in 0..<10 { batch.changes[StorageKey("v/\(number)")] = .put(Self.value(50_000, number)) }
            budget.withLock { $0 = requests + 1 }
            let isWhole = (try? await storage.commit(batch)) != nil
            await storage.close()
            options.mayWrite = { true }
            committed += isWhole ? 1 : 0
            try await Self.check(options, isWhole: isWhole)
        }
        #expect(committed > 0 && committed < 14)
    }

    /// By the next leader: entries as they should be, and after its first commits no piece that nothing refers to.
    private static func check(_ options: EtcdOptions, isWhole: Bool) async throws {
        let storage = try await EtcdStorage.open(options)
        let epoch = try await storage.acquireEpoch()
        let names = try await storage.children(of: "", after: nil, limit: nil)
        #expect(names == ["v/"])
        #expect(try await storage.scan("v/", after: nil, limit: .max).count == (isWhole ? 10 : 1))
        for number in 0..<(isWhole ? 10 : 1) {
            let stored = try await storage.get(StorageKey("v/\(number)"))?.value
            #expect(stored == (isWhole ? value(50_000, number) : [1]))
        }
        for round in 0..<4 { try await storage.commit(.put("w", [UInt8(round)], epoch)) }
        let left = try await RealEtcd.count("c/", options)
        // One of them found room in the commit itself.
        #expect(left == (isWhole ? 18 : 0))
        for number in 0..<10 { try await storage.commit(.put("v/\(number)", [3], epoch)) }
        let next = try await storage.acquireEpoch()
        for round in 0..<4 { try await storage.commit(.put("w", [UInt8(round)], next)) }
        #expect(try await RealEtcd.count("c/", options) == 0)
        await storage.close()
    }

    @Test("a replacement that is cut off leaves everything as it was, and is cleared by the next leader")
    func interruptedReplacement() async throws {
        let budget = Mutex(Int.max)
        var options = try RealEtcd.options()
        options.mayWrite = {
            budget.withLock { left in
                if left > 0 { left -= 1 }
                return left > 0
            }
        }
        let storage = try await EtcdStorage.open(options)
        try await storage.commit(.put("kept", [1], try await storage.acquireEpoch()))
        budget.withLock { $0 = 4 }
        let number = Mutex(0)
        await #expect(throws: StorageError.self) {
            try await storage.replaceAll {
                let next = number.withLock { number in
                    number += 1
                    return number
                }
                return next > 5000 ? nil : (StorageKey("n/\(next)"), [1])
            }
        }
        await storage.close()
        options.mayWrite = { true }
        let again = try await EtcdStorage.open(options)
        #expect(try await again.scan("", after: nil, limit: .max) == ["kept"])
        #expect(try await RealEtcd.count("d/", options) > 1)
        let epoch = try await again.acquireEpoch()
        for round in 0..<3 { try await again.commit(.put("kept", [UInt8(round)], epoch)) }
        #expect(try await RealEtcd.count("d/", options) == 1)
        await again.close()
    }
}
