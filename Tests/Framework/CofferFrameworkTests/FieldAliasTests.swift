import CofferFramework
import CofferJSON
import TestSupport
import Testing

@Suite struct FieldAliasTests {
    private func shown(_ mount: EngineHarness, _ path: String) async throws -> JSON? {
        try await mount.read(path).data.map { .object($0) }
    }

    @Test("an old name is shown as long as the latest write used it, also after it was stored")
    func usage() async throws {
        let mount = try await EngineHarness(ShelfEngine.kind)
        try await mount.write("book/a", ["row": 2])
        #expect(try await shown(mount, "book/a/row") == ["shelf_row": 2, "row": 2])
        try await mount.write("book/a", ["title": "A"])
        #expect(try await shown(mount, "book/a/row") == ["shelf_row": 2, "row": 2])
        try await mount.write("book/a/row", ["shelf_row": 3])
        #expect(try await shown(mount, "book/a/row") == ["shelf_row": 3])
        #expect(try await shown(mount, "book/a") == ["title": "A", "pages": 100, "shelf_row": 3])
    }

    @Test("the new name wins, wherever it stands", arguments: [true, false])
    func both(newFirst: Bool) async throws {
        let mount = try await EngineHarness(ShelfEngine.kind)
        let (new, old) = (JSONObject.Member(key: "shelf_row", value: 4), JSONObject.Member(key: "row", value: 5))
        try await mount.write("book/a", JSONObject(uniqueMembers: newFirst ? [new, old] : [old, new]))
        #expect(try await shown(mount, "book/a/row") == ["shelf_row": 4, "row": 4])
    }

    @Test("one whose use is not kept works, and is shown only where it is asked for")
    func silent() async throws {
        let mount = try await EngineHarness(ShelfEngine.kind)
        try await mount.write("book/a", ["line": 6])
        #expect(try await shown(mount, "book/a/row") == ["shelf_row": 6])
        #expect(try await shown(mount, "book/a/line") == ["line": 6])
        try await mount.write("book/a/line", ["line": 7])
        #expect(try await shown(mount, "book/a/row") == ["shelf_row": 7])
        try await mount.delete("book/a/line")
        #expect(try await shown(mount, "book/a/line") == ["line": 1])
    }

    @Test("a value of a wrong type is refused under either name")
    func wrongTypes() async throws {
        let mount = try await EngineHarness(ShelfEngine.kind)
        for name in ["shelf_row", "row", "line"] {
            await #expect(throws: EngineError.self) {
                try await mount.write("book/a", .init(dictionaryLiteral: (name, ["canary"])))
            }
        }
    }
}
