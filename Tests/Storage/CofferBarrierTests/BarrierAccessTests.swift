import CofferBarrier
import CofferBase
import CofferStorage
import MemoryStorage
import TestSupport
import Testing

@Suite struct BarrierAccessTests {
    private let fixture = Fixture()

    @Test("storage sees neither the value nor anything that repeats when it is written again")
    func valuesAreEncrypted() async throws {
        let barrier = try await fixture.opened()
        let secret = Array("correct horse battery staple".utf8)
        var seen: Set<[UInt8]> = []
        for _ in 0..<50 {
            try await barrier.put("a", secret)
            let stored = try #require(try await fixture.memory.get("a")).value
            #expect(stored.count == secret.count + 33)
            #expect(stored.prefix(5) == [0, 0, 0, 1, 2])
            #expect(!stored.contains(secret))
            seen.insert(Array(stored[5..<17]))
        }
        #expect(seen.count == 50)
    }

    @Test("names can be listed and scanned, and versions are those of storage")
    func listing() async throws {
        let barrier = try await fixture.opened()
        let version = try await barrier.put("a/b", [1])
        try await barrier.put("a/c/d", [2])
        #expect(try await barrier.children(of: "a/", after: nil, limit: nil) == ["b", "c/"])
        #expect(try await barrier.scan("a/", after: "a/b", limit: 9) == ["a/c/d"])
        #expect(try await barrier.get("a/b") == StoredEntry(value: [1], version: version))
        #expect(barrier.type == "inmem")
    }

    // K11: an entry must not open at another place, changed, cut or under an unknown term or version.
    @Test("an entry moved to another path is refused")
    func moved() async throws {
        let barrier = try await fixture.opened()
        try await barrier.put("user/bob", [1])
        let stored = try #require(try await fixture.memory.get("user/bob")).value
        try await fixture.tamper(barrier, "user/root", stored)
        await #expect(throws: StorageError.integrity("user/root")) { try await barrier.get("user/root") }
        #expect(try await barrier.value("user/bob") == [1])
    }

    @Test("an entry with one bit changed, cut or of an unknown term is refused")
    func tampered() async throws {
        let barrier = try await fixture.opened(cacheEntries: 0)
        try await barrier.put("a", [1, 2, 3])
        let stored = try #require(try await fixture.memory.get("a")).value
        for bit in 0..<8 * stored.count {
            var changed = stored
            changed[bit / 8] ^= 1 << (bit % 8)
            try await fixture.tamper(barrier, "a", changed)
            await #expect(throws: StorageError.integrity("a")) { try await barrier.get("a") }
        }
        for length in 0..<stored.count {
            try await fixture.tamper(barrier, "a", Array(stored.prefix(length)))
            await #expect(throws: StorageError.integrity("a")) { try await barrier.get("a") }
        }
        try await fixture.tamper(barrier, "a", stored)
        #expect(try await barrier.value("a") == [1, 2, 3])
    }

    @Test("an entry that can be refused by the cache's ciphertext is checked at every read")
    func cachedEntriesAreChecked() async throws {
        let barrier = try await fixture.opened()
        try await barrier.put("b", [1])
        let stored = try #require(try await fixture.memory.get("b")).value
        try await fixture.tamper(barrier, "a", stored)
        for _ in 0..<2 {
            await #expect(throws: StorageError.integrity("a")) { try await barrier.get("a") }
        }
    }

    @Test("a batch is one commit: all of it is seen or nothing")
    func batches() async throws {
        let barrier = try await fixture.opened()
        try await barrier.put("a", [1])
        try await barrier.put("gone", [1])
        var batch = WriteBatch(epoch: barrier.epoch)
        batch.changes = ["a": .put([2]), "b": .put([2]), "gone": .delete]
        batch.expected["absent"] = 7
        await #expect(throws: StorageError.conflict) { try await barrier.commit(batch) }
        #expect(try await barrier.value("a") == [1])
        #expect(try await barrier.value("b") == nil)
        #expect(try await barrier.value("gone") == [1])
        batch.expected = ["absent": 0]
        let version = try await barrier.commit(batch)
        #expect(try await barrier.get("a") == StoredEntry(value: [2], version: version))
        #expect(try await barrier.get("b") == StoredEntry(value: [2], version: version))
        #expect(try await barrier.value("gone") == nil)
    }

    // K10 (Vault changelog 0.11.1): a failure of randomness must not lead to nonces of zeros.
    @Test("without random bytes nothing is written, and what was there stays")
    func noRandom() async throws {
        let barrier = try await fixture.opened()
        try await barrier.put("a", [1])
        let broken = Barrier(
            storage: fixture.memory, clock: fixture.clock,
            random: RandomSource { (_) throws(RandomError) in throw RandomError() })
        try await broken.unseal(rootKey: fixture.rootKey)
        await #expect(throws: StorageError.self) { try await broken.put("a", [2]) }
        #expect(try await broken.value("a") == [1])
        await #expect(throws: BarrierError.random) { try await broken.rotate() }
        #expect(broken.keyStatus?.term == 1)
    }

    @Test("an empty value, and one as large as storage takes with the overhead, come back; a larger one is refused")
    func sizes() async throws {
        let barrier = try await fixture.opened()
        let largest = [UInt8](repeating: 1, count: (1 << 20) - 33)
        for value in [[], largest] {
            try await barrier.put("a", value)
            #expect(try await barrier.value("a") == value)
        }
        await #expect(throws: StorageError.tooLarge(limit: 1 << 20)) { try await barrier.put("a", largest + [1]) }
        #expect(try await barrier.value("a") == largest)
    }
}

extension [UInt8] {
    fileprivate func contains(_ part: [UInt8]) -> Bool {
        indices.contains { self[$0...].starts(with: part) }
    }
}
