import CofferStorage
import Testing

@testable internal import CofferBarrier

@Suite struct CiphertextCacheTests {
    private func entry(_ number: UInt8) -> StoredEntry { StoredEntry(value: [number], version: UInt64(number)) }

    private func cache() throws -> CiphertextCache {
        try #require(CiphertextCache(maximumEntries: 1600, maximumBytes: 1 << 20))
    }

    /// The entry that is known; nil inside for absence, nil for ignorance.
    private func known(_ cache: CiphertextCache, _ key: StorageKey) -> StoredEntry?? {
        if case .known(let entry) = cache.lookup(key) { entry } else { nil }
    }

    private func isKnownAbsent(_ cache: CiphertextCache, _ key: StorageKey) -> Bool {
        if case .known(nil) = cache.lookup(key) { true } else { false }
    }

    private func generation(_ cache: CiphertextCache, _ key: StorageKey) throws -> UInt64 {
        guard case .unknown(let generation) = cache.lookup(key) else {
            throw StorageError.broken("known")
        }
        return generation
    }

    @Test("a read is kept when nothing changed meanwhile")
    func undisturbedRead() throws {
        let cache = try cache()
        let generation = try generation(cache, "a")
        cache.keep(entry(1), for: "a", ifStill: generation)
        #expect(known(cache, "a") == .some(entry(1)))
        cache.keep(nil, for: "b", ifStill: try self.generation(cache, "b"))
        #expect(isKnownAbsent(cache, "b"))
    }

    @Test("a read is not kept when a commit began, ended or went by meanwhile")
    func disturbedRead() throws {
        let cache = try cache()
        let before = try generation(cache, "a")
        cache.beginChange(of: ["a"])
        cache.keep(entry(1), for: "a", ifStill: before)
        #expect(known(cache, "a") == nil)
        let during = try generation(cache, "a")
        cache.keep(entry(1), for: "a", ifStill: during)
        #expect(known(cache, "a") == nil)
        cache.endChange(of: "a", .failed)
        cache.keep(entry(1), for: "a", ifStill: during)
        cache.keep(entry(1), for: "a", ifStill: before)
        #expect(known(cache, "a") == nil)
    }

    @Test("a commit leaves its value, a deletion absence, a failure nothing")
    func outcomes() throws {
        let cache = try cache()
        cache.beginChange(of: ["a"])
        cache.endChange(of: "a", .committed(entry(1)))
        #expect(known(cache, "a") == .some(entry(1)))
        cache.beginChange(of: ["a"])
        #expect(known(cache, "a") == nil)
        cache.endChange(of: "a", .committed(nil))
        #expect(isKnownAbsent(cache, "a"))
        cache.beginChange(of: ["a"])
        cache.endChange(of: "a", .failed)
        #expect(known(cache, "a") == nil)
    }

    @Test("of two commits at once neither leaves its value: which came last is not known")
    func overlap() throws {
        for (first, second) in [(entry(1), entry(2)), (entry(2), entry(1))] {
            let cache = try cache()
            cache.beginChange(of: ["a"])
            cache.beginChange(of: ["a"])
            cache.endChange(of: "a", .committed(first))
            #expect(known(cache, "a") == nil)
            cache.endChange(of: "a", .committed(second))
            #expect(known(cache, "a") == nil)
            cache.beginChange(of: ["a"])
            cache.endChange(of: "a", .committed(entry(3)))
            #expect(known(cache, "a") == .some(entry(3)))
        }
    }

    @Test("what is absent pushes out nothing that is there, and has its bound")
    func absence() throws {
        let cache = try cache()
        let there = (0..<50 as Range<UInt8>).map { (StorageKey("there \($0)"), entry($0)) }
        for (key, entry) in there { cache.keep(entry, for: key, ifStill: try generation(cache, key)) }
        let names = (0..<10_000).map { StorageKey("absent \($0)") }
        for key in names { cache.keep(nil, for: key, ifStill: try generation(cache, key)) }
        for (key, entry) in there { #expect(known(cache, key) == .some(entry)) }
        #expect((1...100).contains(names.count { isKnownAbsent(cache, $0) }))
    }

    @Test("a key is either there or absent")
    func comingAndGoing() throws {
        let cache = try cache()
        for number in 1...3 as ClosedRange<UInt8> {
            cache.beginChange(of: ["a"])
            cache.endChange(of: "a", .committed(entry(number)))
            #expect(known(cache, "a") == .some(entry(number)))
            cache.beginChange(of: ["a"])
            cache.endChange(of: "a", .committed(nil))
            #expect(isKnownAbsent(cache, "a"))
        }
    }

    @Test("a bound of zero means no cache")
    func noCache() {
        #expect(CiphertextCache(maximumEntries: 0, maximumBytes: 1) == nil)
        #expect(CiphertextCache(maximumEntries: 1, maximumBytes: 0) == nil)
    }

    @Test("the ring never exceeds its bounds and never gives a wrong entry")
    func ringProperty() {
        var ring = ClockRing(maximumEntries: 20, maximumBytes: 6000)
        var written: [StorageKey: StoredEntry?] = [:]
        var state: UInt64 = 42
        func next(_ bound: UInt64) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int((state >> 33) % bound)
        }
        var hits = 0
        for step in 0..<20_000 {
            let key = StorageKey("k\(next(40))")
            switch next(4) {
            case 0:
                let value =
                    next(8) == 0
                    ? nil : StoredEntry(value: [UInt8](repeating: 1, count: next(400)), version: UInt64(step))
                ring.insert(value, for: key)
                written[key] = .some(value)
            case 1:
                ring.remove(key)
                written[key] = nil
            default:
                guard let found = ring.entry(for: key) else { break }
                hits += 1
                #expect(written[key] == .some(found))
            }
            #expect(ring.count <= 20 && ring.bytes <= 6000 && ring.bytes >= 0)
        }
        #expect(hits > 1000)
    }

    @Test("entries that are used stay, those used once leave first")
    func recency() {
        var ring = ClockRing(maximumEntries: 4, maximumBytes: 100_000)
        for name in ["hot", "b", "c", "d"] as [StorageKey] { ring.insert(entry(1), for: name) }
        for number in 0..<50 {
            #expect(ring.entry(for: "hot") != nil)
            ring.insert(entry(2), for: StorageKey("new\(number)"))
        }
        #expect(ring.entry(for: "hot") == .some(entry(1)))
        #expect(ring.entry(for: "b") == nil)
    }

    @Test("an entry too large for its place is not kept, and what it replaces is gone")
    func tooLarge() {
        var ring = ClockRing(maximumEntries: 10, maximumBytes: 2000)
        ring.insert(entry(1), for: "a")
        ring.insert(StoredEntry(value: [UInt8](repeating: 0, count: 1000), version: 2), for: "a")
        #expect(ring.entry(for: "a") == nil)
        #expect(ring.bytes == 0)
    }
}
