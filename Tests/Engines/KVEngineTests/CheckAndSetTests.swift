import CofferFramework
import CofferJSON
import KVEngine
import TestSupport
import Testing

@Suite struct CheckAndSetTests {
    private static let mismatch = EngineError.badRequest(
        "check-and-set parameter did not match the current version")
    private static let required = EngineError.badRequest("check-and-set parameter required for this call")

    @Test("0 writes only a secret that has no version yet")
    func zero() async throws {
        let mount = try await versionedMount()
        #expect(try await mount.put("x", ["v": 1], cas: 0) == 1)
        await #expect(throws: Self.mismatch) { try await mount.put("x", ["v": 2], cas: 0) }
    }

    @Test("a number writes only over that version", arguments: ["2", "\"2\"", "2.0"])
    func number(text: String) async throws {
        let cas = try JSON.parse(Array(text.utf8))
        let mount = try await versionedMount()
        try await mount.put("x", ["v": 1])
        await #expect(throws: Self.mismatch) { try await mount.put("x", ["v": 2], cas: 2) }
        try await mount.put("x", ["v": 2])
        #expect(try await mount.put("x", ["v": 3], cas: cas) == 3)
    }

    @Test("a number on a secret that does not exist does not match")
    func absent() async throws {
        let mount = try await versionedMount()
        await #expect(throws: Self.mismatch) { try await mount.put("x", ["v": 1], cas: 1) }
        await #expect(throws: Self.mismatch) { try await mount.put("x", ["v": 1], cas: -1) }
    }

    @Test("what is no number is refused without showing it", arguments: ["\"canary\"", "[\"canary\"]", "1.5"])
    func unreadable(text: String) async throws {
        let cas = try JSON.parse(Array(text.utf8))
        let mount = try await versionedMount()
        await #expect(throws: EngineError.badRequest("error parsing check-and-set parameter")) {
            try await mount.put("x", ["v": 1], cas: cas)
        }
    }

    @Test("the mount or the secret can require it")
    func requirement() async throws {
        let mount = try await versionedMount()
        try await mount.write("metadata/x", ["cas_required": true])
        await #expect(throws: Self.required) { try await mount.put("x", ["v": 1]) }
        #expect(try await mount.put("x", ["v": 1], cas: 0) == 1)
        #expect(try await mount.put("y", ["v": 1]) == 1)
        try await mount.write("config", ["cas_required": true])
        await #expect(throws: Self.required) { try await mount.put("y", ["v": 2]) }
        await #expect(throws: Self.required) { try await mount.patch("data/y", ["data": ["v": 2]]) }
        #expect(try await mount.put("y", ["v": 2], cas: 1) == 2)
    }

    @Test("of writers that name the same version exactly one wins")
    func race() async throws {
        let mount = try await versionedMount()
        try await mount.put("x", ["v": 0])
        let wins = await withTaskGroup(of: Bool.self) { group in
            for writer in 1...8 {
                group.addTask { (try? await mount.put("x", ["v": .int(writer)], cas: 1)) != nil }
            }
            return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(wins == 1)
        #expect(try await mount.read("metadata/x").data?["current_version"] == 2)
    }
}
