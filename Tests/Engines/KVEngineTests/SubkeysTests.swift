import CofferFramework
import CofferJSON
import KVEngine
import TestSupport
import Testing

@Suite struct SubkeysTests {
    private static let secret = #"{"a":1,"b":{"c":"x","d":{"e":[1],"f":{}}},"g":{}}"#

    @Test(
        "names are shown down to the depth, values never",
        arguments: [
            ("0", #"{"a":null,"b":{"c":null,"d":{"e":null,"f":null}},"g":null}"#),
            ("1", #"{"a":null,"b":null,"g":null}"#),
            ("2", #"{"a":null,"b":{"c":null,"d":null},"g":null}"#),
            ("9", #"{"a":null,"b":{"c":null,"d":{"e":null,"f":null}},"g":null}"#),
        ])
    func depth(depth: String, names: String) async throws {
        let mount = try await versionedMount()
        try await mount.put("x", object(Self.secret))
        let reply = try await mount.read("subkeys/x", ["depth": .string(depth)])
        #expect(try reply.data?["subkeys"]?.objectValue == object(names))
        #expect(reply.data?["metadata"]?["version"] == 1)
    }

    @Test("a version can be chosen, and a deleted one is a 404 with a body")
    func versions() async throws {
        let mount = try await versionedMount()
        try await mount.put("x", ["old": 1])
        try await mount.put("x", ["new": 1])
        #expect(try await mount.read("subkeys/x", ["version": 1]).data?["subkeys"] == ["old": nil])
        try await mount.delete("data/x")
        let reply = try await mount.read("subkeys/x")
        #expect(reply.status == 404)
        #expect(reply.data?["subkeys"] == JSON.null)
        await #expect(throws: EngineError.notFound) { try await mount.read("subkeys/nothing") }
    }
}
