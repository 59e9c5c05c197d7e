import CofferStorage
import MemoryStorage
import TestSupport
import Testing

@Suite struct StorageViewTests {
    private let memory = MemoryStorage()

    @Test("a view sees and changes only what is below its prefix")
    func viewIsConfined() async throws {
        let store = try await PlainStore(memory)
        let one = StorageView(store, prefix: "one/")
        let two = StorageView(store, prefix: "two/")
        try await one.put("a", [1])
        try await two.put("a", [2])
        try await one.below("sub/").put("b", [3])
        #expect(try await one.get("a") == [1])
        #expect(try await one.get("sub/b") == [3])
        #expect(try await one.children(of: "") == ["a", "sub/"])
        #expect(try await two.scan(limit: 9) == ["a"])
        try await one.delete("a")
        #expect(try await one.get("a") == nil)
        #expect(try await two.get("a") == [2])
    }

    @Test("scanned keys are relative to the view, and one of them continues the scan")
    func scanIsRelative() async throws {
        let view = StorageView(try await PlainStore(memory), prefix: "app/")
        for name: StorageKey in ["f/1", "f/2", "f/3", "g"] { try await view.put(name, []) }
        #expect(try await view.scan("f/", limit: 2) == ["f/1", "f/2"])
        #expect(try await view.scan("f/", after: "f/2", limit: 2) == ["f/3"])
        #expect(try await view.children(of: "f/", after: "1", limit: 1) == ["2"])
    }

    @Test("deleting everything below a folder takes many batches and nothing else")
    func deleteAllBelow() async throws {
        let view = StorageView(try await PlainStore(memory), prefix: "app/")
        try await view.transaction { transaction in
            for number in 0..<1203 { transaction.put(StorageKey("f/\(number)"), []) }
            transaction.put("f", [])
            transaction.put("f0", [])
        }
        try await view.deleteAll(below: "f/")
        #expect(try await view.scan(limit: 9) == ["f", "f0"])
        try await view.deleteAll()
        #expect(try await view.scan(limit: 9) == [])
    }

    @Test("a deposed leader's view can read but not write")
    func deposedViewCannotWrite() async throws {
        let view = StorageView(try await PlainStore(memory), prefix: "app/")
        try await view.put("a", [1])
        _ = try await memory.acquireEpoch()
        #expect(try await view.get("a") == [1])
        await #expect(throws: StorageError.fenced) { try await view.put("a", [2]) }
        await #expect(throws: StorageError.fenced) { try await view.delete("a") }
        await #expect(throws: StorageError.fenced) {
            try await view.transaction { transaction in transaction.put("a", [3]) }
        }
    }
}
