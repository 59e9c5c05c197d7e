import CofferFramework
import CofferJSON
import CofferStorage
import TestSupport
import Testing

@Suite struct ResourceTests {
    @Test("requests neither set nor see internal fields, and never see secret ones")
    func internalFields() async throws {
        let mount = try await EngineHarness(ShelfEngine.kind)
        try await mount.write("book/a", ["secret": "s", "number": "7", "title": "A"])
        let expected: JSON = ["title": "A", "pages": 100, "shelf_row": 1]
        #expect(try await mount.read("book/a").data.map { .object($0) } == expected)
        let stored = try await mount.storage.get("book/a") ?? []
        let object = try JSON.parseObject(stored)
        #expect(object["number"] == "1")
        #expect(object["secret"] == "s")
        let write = try mount.engine.paths.match("book/a", .update).verb
        #expect(!write.input.map(\.name).contains("number"))
    }

    @Test("names have one form")
    func folding() async throws {
        let mount = try await EngineHarness(ShelfEngine.kind)
        try await mount.write("book/Big", ["pages": 3])
        #expect(try await mount.exists("book/BIG"))
        #expect(try await mount.read("book/bIG").data?["pages"] == 3)
        try await mount.delete("book/BIG")
        #expect(try await !mount.exists("book/Big"))
    }

    @Test("what belongs to a record is changed and removed with it, or not at all")
    func staging() async throws {
        let mount = try await EngineHarness(ShelfEngine.kind)
        try await mount.write("book/a", ["title": "A"])
        try await mount.write("book/a", ["title": "B"])
        #expect(try await mount.storage.children(of: "title/") == ["B"])
        await #expect(throws: EngineError.badRequest("no pages")) {
            try await mount.write("book/a", ["title": "C", "pages": 0])
        }
        #expect(try await mount.storage.children(of: "title/") == ["B"])
        #expect(try await mount.write("book/a", ["pages": 2000]).warnings == ["heavy"])
        try await mount.delete("book/a")
        try await mount.delete("book/a")
        #expect(try await mount.storage.scan(limit: 10).isEmpty)
    }

    @Test("a field is read, written and reset by itself, under the rules of its record")
    func fieldPaths() async throws {
        let mount = try await EngineHarness(ShelfEngine.kind)
        try await mount.write("book/a", ["title": "A", "pages": 5])
        #expect(try await mount.write("book/a/pages", ["pages": "2000", "title": "B"]).warnings == ["heavy"])
        #expect(try await mount.read("book/a/pages").data?["pages"] == 2000)
        #expect(try await mount.read("book/a").data?["title"] == "A")
        await #expect(throws: EngineError.badRequest("no pages")) {
            try await mount.write("book/a/pages", ["pages": 0])
        }
        await #expect(throws: EngineError.badRequest("missing pages")) {
            try await mount.write("book/a/pages", ["title": "B"])
        }
        try await mount.delete("book/A/pages")
        #expect(try await mount.read("book/a/pages").data?["pages"] == 100)
        await #expect(throws: EngineError.notFound) { try await mount.read("book/b/pages") }
        await #expect(throws: EngineError.unsupportedPath) { try await mount.write("book/b/pages", ["pages": 1]) }
        try await mount.delete("book/b/pages")
        #expect(try await !mount.exists("book/b"))
        await #expect(throws: EngineError.unsupportedOperation) { try await mount.delete("book/a/row") }
    }

    @Test("the paths are declared without a mistake")
    func declarations() {
        #expect(PathTableValidator.findings(in: ShelfEngine().paths, named: "shelf") == [])
    }
}
