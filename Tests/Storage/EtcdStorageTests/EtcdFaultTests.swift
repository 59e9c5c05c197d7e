import CofferStorage
import EtcdClient
import EtcdStorage
import Synchronization
import Testing

/// Connections that are cut in the middle of commits. Contract test FE9.
@Suite(.serialized) struct EtcdFaultTests {
    private static func number(in entry: StoredEntry?) -> Int {
        Int(String(decoding: entry?.value ?? [], as: UTF8.self)) ?? 0
    }

    @Test("what was acknowledged is there, and nothing is done twice, when connections are cut all the time")
    func cutConnections() async throws {
        var options = try RealEtcd.options()
        let relay = try await CuttingRelay(to: options.settings.endpoints[0])
        options.settings.endpoints = [relay.endpoint]
        let storage = try await EtcdStorage.open(options)
        let epoch = try await storage.acquireEpoch()
        let (writers, rounds) = (8, 60)
        for writer in 0..<writers { try await storage.commit(.put("counter/\(writer)", Array("0".utf8), epoch)) }
        let counts = try await withThrowingTaskGroup(of: (Int, unknown: Int, kept: Int).self) { group in
            for writer in 0..<writers {
                group.addTask {
                    let key = StorageKey("counter/\(writer)")
                    var (unknown, kept) = (0, 0)
                    for _ in 0..<rounds {
                        guard let now = try? await storage.get(key) else { continue }
                        var batch = WriteBatch.put(
                            "counter/\(writer)", Array("\(Self.number(in: now) + 1)".utf8), epoch)
                        batch.expected[key] = now.version
                        do throws(StorageError) {
                            try await storage.commit(batch)
                            kept += 1
                        } catch .unknownOutcome {
                            unknown += 1
                        } catch {
                            #expect(error != .fenced && error != .conflict, "\(error)")
                        }
                    }
                    return (writer, unknown: unknown, kept: kept)
                }
            }
            group.addTask {
                for _ in 0..<60 {
                    relay.cut()
                    _ = try? await storage.commit(.put("pace", [1], epoch))
                }
                return (-1, unknown: 0, kept: 0)
            }
            return try await group.reduce(into: [Int: (unknown: Int, kept: Int)]()) { $0[$1.0] = ($1.1, $1.2) }
        }
        for writer in 0..<writers {
            let count = Self.number(in: try await storage.get(StorageKey("counter/\(writer)")))
            let (unknown, kept) = try #require(counts[writer])
            #expect(count >= kept && count <= kept + unknown, "\(count), \(kept) and \(unknown)")
            #expect(kept > 0)
        }
        await storage.close()
        try await relay.close()
    }

    @Test("both fences refuse a leader that is deposed before it looks")
    func unsafeFence() async throws {
        var options = try RealEtcd.options()
        let storage = try await EtcdStorage.open(options)
        let epoch = try await storage.acquireEpoch()
        options.fence = .checkThenWrite(pause: .zero)
        let careless = try await EtcdStorage.open(options)
        try await careless.commit(.put("k", [1], epoch))
        _ = try await storage.acquireEpoch()
        await #expect(throws: StorageError.fenced) { try await careless.commit(.put("k", [2], epoch)) }
        await #expect(throws: StorageError.fenced) { try await storage.commit(.put("k", [2], epoch)) }
        await careless.close()
        await storage.close()
    }
}
