import CofferFramework
import CofferJSON
import KVEngine
import TestSupport
import Testing

@Suite struct PatchTests {
    @Test("a patch makes a new version: null removes, objects merge, the rest replaces")
    func merges() async throws {
        let mount = try await versionedMount()
        try await mount.put("x", object(#"{"keep":12345678901234567890,"drop":1,"in":{"a":1,"b":2}}"#))
        let reply = try await mount.patch(
            "data/x", object(#"{"data":{"drop":null,"in":{"a":3,"b":null},"new":[1]},"options":{"cas":1}}"#))
        #expect(reply.data?["version"] == 2)
        #expect(
            try await mount.get("x") == object(#"{"keep":12345678901234567890,"in":{"a":3},"new":[1]}"#))
        #expect(try await mount.get("x", version: 1)?["drop"] == 1)
    }

    @Test("a secret that does not exist is not found")
    func absent() async throws {
        let mount = try await versionedMount()
        await #expect(throws: EngineError.notFound) { try await mount.patch("data/x", ["data": ["a": 1]]) }
        try await mount.write("metadata/x", ["max_versions": 3])
        await #expect(throws: EngineError.notFound) { try await mount.patch("data/x", ["data": ["a": 1]]) }
    }

    @Test("a deleted or destroyed current version answers as a read of it does")
    func deleted() async throws {
        let mount = try await versionedMount()
        try await mount.put("x", ["a": 1])
        try await mount.delete("data/x")
        let reply = try await mount.patch("data/x", ["data": ["a": 2]])
        #expect(reply.status == 404)
        #expect(reply.data?["data"] == JSON.null)
        #expect(try await mount.read("metadata/x").data?["current_version"] == 1)
    }

    @Test("check-and-set counts")
    func checkAndSet() async throws {
        let mount = try await versionedMount()
        try await mount.put("x", ["a": 1])
        await #expect(
            throws: EngineError.badRequest("check-and-set parameter did not match the current version")
        ) { try await mount.patch("data/x", ["data": ["a": 2], "options": ["cas": 7]]) }
    }

    @Test("a patch without data is refused")
    func noData() async throws {
        let mount = try await versionedMount()
        try await mount.put("x", ["a": 1])
        await #expect(throws: EngineError.badRequest("no data provided")) { try await mount.patch("data/x", [:]) }
    }
}
