import CofferStorage
import MemoryStorage
import TestSupport
import Testing

@Suite struct DecodedEntriesTests {
    private let known = DecodedEntries<[UInt8]>(capacity: 2)

    /// The value, and how often it was decoded for that.
    private func read(_ key: StorageKey, _ view: StorageView) async throws -> (value: [UInt8]?, decodings: Int) {
        var decodings = 0
        let value = try await view.transaction { transaction in
            try await transaction.get(key, known) { bytes in
                decodings += 1
                return bytes.reversed()
            }
        }
        return (value, decodings)
    }

    @Test("an entry is decoded once for each version, wherever it is read")
    func onceForEachVersion() async throws {
        let view = StorageView(try await PlainStore(MemoryStorage()), prefix: "app/")
        #expect(try await read("a", view) == (nil, 0))
        try await view.put("a", [1, 2])
        #expect(try await read("a", view) == ([2, 1], 1))
        #expect(try await read("a", view) == ([2, 1], 0))
        try await view.put("a", [3, 4])
        #expect(try await read("a", view) == ([4, 3], 1))
        try await view.delete("a")
        #expect(try await read("a", view) == (nil, 0))
        try await view.put("a", [1, 2])
        #expect(try await read("a", view) == ([2, 1], 1))
    }

    @Test("what a transaction has changed itself is decoded as it will be stored, and not kept")
    func ownChanges() async throws {
        let view = StorageView(try await PlainStore(MemoryStorage()), prefix: "app/")
        try await view.put("a", [1, 2])
        #expect(try await read("a", view) == ([2, 1], 1))
        try await view.transaction { transaction in
            transaction.put("a", [5, 6])
            let changed = try await transaction.get("a", known) { $0.reversed() }
            #expect(changed == [6, 5])
            transaction.delete("a")
            let deleted = try await transaction.get("a", known) { $0.reversed() }
            #expect(deleted == nil)
            transaction.put("a", [1, 2])
        }
        #expect(try await read("a", view) == ([2, 1], 1))
    }

    @Test("more entries than are kept are all read")
    func bounded() async throws {
        let view = StorageView(try await PlainStore(MemoryStorage()), prefix: "app/")
        for number in 0..<5 as Range<UInt8> {
            try await view.put(StorageKey("\(number)"), [number])
            #expect(try await read(StorageKey("\(number)"), view) == ([number], 1))
        }
        #expect(try await read("4", view) == ([4], 0))
        #expect(try await read("0", view) == ([0], 1))
    }

    @Test("a commit fails when what was known decoded has changed meanwhile")
    func conflict() async throws {
        let view = StorageView(try await PlainStore(MemoryStorage()), prefix: "app/")
        try await view.put("a", [1])
        var runs = 0
        try await view.transaction { transaction in
            runs += 1
            let value = try await transaction.get("a", known) { $0 }
            if runs == 1 { try await view.put("a", [7]) }
            transaction.put("b", value ?? [])
        }
        #expect(runs == 2)
        #expect(try await view.get("b") == [7])
    }
}
