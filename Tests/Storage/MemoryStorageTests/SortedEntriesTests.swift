import CofferStorage
import Testing

@testable import MemoryStorage

@Suite struct SortedEntriesTests {
    private func key(_ number: Int) -> StorageKey {
        StorageKey(bytes: [UInt8(number >> 8 & 0xff), UInt8(number & 0xff)])
    }

    /// Enough keys for many chunks, in an order that splits them in the middle.
    private func filled(_ count: Int) -> SortedEntries {
        var entries = SortedEntries()
        for number in 0..<count {
            entries.put(StoredEntry(value: [], version: UInt64(number * 7919 % count)), at: key(number * 7919 % count))
        }
        return entries
    }

    private func keys(of entries: SortedEntries) -> [StorageKey] {
        var keys: [StorageKey] = []
        var position = entries.lowerBound("")
        while let item = entries[position] {
            keys.append(item.key)
            position = entries.position(after: position)
        }
        return keys
    }

    @Test("entries put in any order are found and walked in key order")
    func orderOfKeys() {
        let entries = filled(5000)
        #expect(keys(of: entries) == (0..<5000).map(key))
        #expect((0..<5000).allSatisfy { entries[key($0)]?.version == UInt64($0) })
        #expect(entries[key(5000)] == nil)
    }

    @Test("removing every other entry and then the rest leaves nothing")
    func removal() {
        var entries = filled(3000)
        for number in stride(from: 0, to: 3000, by: 2) { entries.remove(key(number)) }
        #expect(keys(of: entries) == stride(from: 1, to: 3000, by: 2).map(key))
        #expect(entries[key(2)] == nil)
        for number in 0..<3000 { entries.remove(key(number)) }
        #expect(keys(of: entries) == [])
        entries.put(StoredEntry(value: [], version: 1), at: key(1))
        #expect(keys(of: entries) == [key(1)])
    }

    @Test("the lower bound is the key itself, or the next one, or the end")
    func lowerBounds() {
        var entries = SortedEntries()
        #expect(entries[entries.lowerBound("a")] == nil)
        for name: StorageKey in ["b", "d"] { entries.put(StoredEntry(value: [], version: 1), at: name) }
        #expect(entries[entries.lowerBound("b")]?.key == "b")
        #expect(entries[entries.lowerBound("c")]?.key == "d")
        #expect(entries[entries.lowerBound("e")] == nil)
    }
}
