import CofferStorage
import Testing

@Suite struct StorageKeyTests {
    @Test("keys are ordered as bytes, shorter first")
    func byteOrder() {
        let ordered: [[UInt8]] = [
            [], [0], [0, 0], [0, 1], [0x61], [0x61, 0], [0x61, 0x2f], [0x62], [0x80], [0xff], [0xff, 0],
        ]
        for (lower, left) in ordered.enumerated() {
            for (higher, right) in ordered.enumerated() {
                #expect((StorageKey(bytes: left) < StorageKey(bytes: right)) == (lower < higher))
            }
        }
    }

    @Test("two spellings of one text are two keys")
    func canonicalEquivalenceIsIgnored() {
        #expect(StorageKey("\u{c5}") != StorageKey("A\u{30a}"))
        #expect(Set([StorageKey("\u{c5}"), StorageKey("A\u{30a}")]).count == 2)
    }

    @Test("keys that differ in one bit, or in length, have hashes of their own")
    func hashes() {
        var hashes: Set<Int> = []
        var count = 0
        for length in 0...48 {
            let key = (0..<length).map { UInt8($0) }
            #expect(StorageKey(bytes: key).hashValue == StorageKey(bytes: Array(key)).hashValue)
            hashes.insert(StorageKey(bytes: key).hashValue)
            count += 1
            for bit in 0..<(8 * length) {
                var other = key
                other[bit / 8] ^= 1 << UInt8(bit % 8)
                hashes.insert(StorageKey(bytes: other).hashValue)
                count += 1
            }
        }
        #expect(hashes.count == count)
    }

    @Test("the upper bound is above every key with the prefix and nothing else")
    func upperBounds() {
        #expect(StorageKey("a/").upperBound == "a0")
        #expect(StorageKey(bytes: [1, 0xff, 0xff]).upperBound == StorageKey(bytes: [2]))
        #expect(StorageKey(bytes: [0xff, 0xff]).upperBound == nil)
        #expect(StorageKey("").upperBound == nil)
    }

    @Test("nothing lies between a key and its successor")
    func successors() {
        #expect(StorageKey("a") < StorageKey("a").successor)
        #expect(StorageKey("a").successor == StorageKey(bytes: [0x61, 0]))
        #expect(StorageKey("").successor == StorageKey(bytes: [0]))
    }

    @Test("a prefix is compared as bytes")
    func prefixes() {
        #expect(StorageKey("app/a").hasPrefix("app/"))
        #expect(StorageKey("app/").hasPrefix(""))
        #expect(!StorageKey("app").hasPrefix("app/"))
        #expect(!StorageKey("e\u{301}").hasPrefix("\u{e9}"))
        #expect(("app/" + "a" as StorageKey).bytes == Array("app/a".utf8))
    }
}
