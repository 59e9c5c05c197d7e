import CofferStorage
import EtcdClient
import EtcdStorage
import Synchronization
import Testing

/// Several nodes over one etcd: each has a storage of its own. Contract test FE5.
@Suite(.serialized) struct EtcdElectionTests {
    static let time = Duration.seconds(60)

    static func candidate(_ number: Int) -> Candidate {
        Candidate(id: "00000000-0000-0000-0000-00000000000\(number)", address: "http://node\(number)")
    }

    private static func two(_ options: EtcdOptions) async throws -> (EtcdStorage, EtcdStorage) {
        (try await EtcdStorage.open(options), try await EtcdStorage.open(options))
    }

    @Test("one of two leads; the other may when it is released, with a greater epoch")
    func handOver() async throws {
        let (a, b) = try await Self.two(RealEtcd.options())
        #expect(try await a.leader() == nil)
        let first = try #require(try await a.acquire(Self.candidate(1), for: Self.time))
        #expect(try await b.acquire(Self.candidate(2), for: Self.time) == nil)
        let record = LeaderRecord(epoch: first, candidate: Self.candidate(1), isCurrent: true)
        #expect(try await b.leader() == record)
        #expect(try await a.renew(first, Self.candidate(1), for: Self.time))
        #expect(try await b.renew(first, Self.candidate(2), for: Self.time) == false)
        try await b.release(first, Self.candidate(2))
        #expect(try await b.leader() == record)
        try await a.release(first, Self.candidate(1))
        #expect(try await b.leader() == nil)
        let second = try #require(try await b.acquire(Self.candidate(2), for: Self.time))
        #expect(second > first)
        #expect(try await a.renew(first, Self.candidate(1), for: Self.time) == false)
        await #expect(throws: StorageError.fenced) { try await a.commit(.put("k", [1], first)) }
        try await b.commit(.put("k", [2], second))
        #expect(try await a.get("k")?.value == [2])
        await a.close()
        await b.close()
    }

    @Test("a leader whose lease has ended cannot write, and another one may lead")
    func leaseIsOver() async throws {
        let options = try RealEtcd.options()
        let (a, b) = try await Self.two(options)
        let first = try #require(try await a.acquire(Self.candidate(1), for: Self.time))
        try await a.commit(.put("k", [1], first))
        let lock = try #require(try await RealEtcd.entry("lock", options))
        try await RealEtcd.client().revoke(lock.lease)
        #expect(try await a.renew(first, Self.candidate(1), for: Self.time) == false)
        await #expect(throws: StorageError.fenced) { try await a.commit(.put("k", [3], first)) }
        let second = try #require(try await b.acquire(Self.candidate(2), for: Self.time))
        #expect(second > first)
        await a.close()
        await b.close()
    }

    @Test("two that ask at once, a thousand times: never do both lead")
    func atOnce() async throws {
        let (a, b) = try await Self.two(RealEtcd.options())
        var taken = 0
        for _ in 0..<1000 {
            async let one = a.acquire(Self.candidate(1), for: Self.time)
            async let other = b.acquire(Self.candidate(2), for: Self.time)
            let (first, second) = (try await one, try await other)
            #expect(first == nil || second == nil)
            if let first { try await a.release(first, Self.candidate(1)) }
            if let second { try await b.release(second, Self.candidate(2)) }
            if first != nil || second != nil { taken += 1 }
        }
        // One may find the other's traces and neither lead; the next attempt decides.
        #expect(taken > 900)
        await a.close()
        await b.close()
    }

    @Test("who wants to know is told of each change of leadership, also after the watch broke off")
    func watched() async throws {
        var options = try RealEtcd.options()
        let leader = try await EtcdStorage.open(options)
        let relay = try await CuttingRelay(to: options.settings.endpoints[0])
        options.settings.endpoints = [relay.endpoint]
        let standby = try await EtcdStorage.open(options)
        let told = Mutex(0)
        standby.tellOfLeaders { told.withLock { $0 += 1 } }
        for _ in 0..<3 {
            let before = told.withLock { $0 }
            for _ in 0..<500 where told.withLock({ $0 }) == before {
                _ = try? await standby.leader()
                let epoch = try #require(try await leader.acquire(Self.candidate(1), for: Self.time))
                try await leader.release(epoch, Self.candidate(1))
            }
            #expect(told.withLock { $0 } > before)
            relay.cut()
        }
        standby.tellOfLeaders(nil)
        await leader.close()
        await standby.close()
        try await relay.close()
    }

    @Test("when the leader's key is deleted by hand, who led is deposed and a greater epoch follows")
    func deletedLock() async throws {
        let options = try RealEtcd.options()
        let storage = try await EtcdStorage.open(options)
        let first = try #require(try await storage.acquire(Self.candidate(1), for: Self.time))
        try await storage.commit(.put("k", [1], first))
        try await RealEtcd.delete("lock", options)
        #expect(try await storage.renew(first, Self.candidate(1), for: Self.time) == false)
        await #expect(throws: StorageError.fenced) { try await storage.commit(.put("k", [2], first)) }
        let second = try #require(try await storage.acquire(Self.candidate(1), for: Self.time))
        #expect(second > first)
        #expect(try await storage.get("k")?.value == [1])
        await storage.close()
    }

    @Test(
        "when what every commit leaves is deleted by hand nobody leads, and the reason is told",
        arguments: ["meta", "generation"])
    func tampered(_ name: String) async throws {
        let options = try RealEtcd.options()
        let storage = try await EtcdStorage.open(options)
        let epoch = try #require(try await storage.acquire(Self.candidate(1), for: Self.time))
        try await storage.commit(.put("k", [1], epoch))
        try await RealEtcd.delete(name, options)
        await #expect(throws: StorageError.fenced) { try await storage.commit(.put("k", [2], epoch)) }
        try await storage.release(epoch, Self.candidate(1))
        let failure = await #expect(throws: StorageError.self) {
            _ = try await storage.acquire(Self.candidate(1), for: Self.time)
        }
        guard case .unavailable(let text)? = failure else {
            Issue.record("\(String(describing: failure))")
            return
        }
        #expect(text.hasPrefix("storage_epoch_regression"))
        await storage.close()
        await #expect(throws: StorageOpenError.self) { try await EtcdStorage.open(options) }
    }
}
