import CofferBase
import CofferFramework
import CofferJSON
import CofferStorage
import KVEngine
import TestSupport
import Testing

@Suite struct VersionChangesTests {
    private func secret(versions: Int) async throws -> EngineHarness {
        let mount = try await versionedMount()
        for value in 1...versions { try await mount.put("x", ["v": .int(value)]) }
        return mount
    }

    @Test("a deleted version is a 404 with the body of the contract")
    func deletedGolden() async throws {
        let mount = try await secret(versions: 1)
        mount.clock.advance(by: .milliseconds(1500))
        #expect(try await mount.delete("data/x").isEmpty)
        let reply = try await mount.read("data/x")
        #expect(reply.status == 404)
        #expect(
            try reply.data
                == object(
                    #"""
                    {"data":null,"metadata":{"created_time":"2026-01-01T00:00:00Z","custom_metadata":null,
                    "deletion_time":"2026-01-01T00:00:01.5Z","destroyed":false,"version":1}}
                    """#))
    }

    @Test("a delete marks the current version only, once, and needs no secret")
    func deleteCurrent() async throws {
        let mount = try await secret(versions: 2)
        try await mount.delete("data/x")
        mount.clock.advance(by: .seconds(9))
        try await mount.delete("data/x")
        #expect(try await mount.get("x", version: 1) == ["v": 1])
        let versions = try await mount.read("metadata/x").data?["versions"]
        #expect(versions?["2"]?["deletion_time"] == "2026-01-01T00:00:00Z")
        #expect(try await mount.delete("data/nothing").isEmpty)
        await #expect(throws: EngineError.notFound) { try await mount.read("metadata/nothing") }
    }

    @Test("named versions are deleted and brought back; unknown numbers are passed over")
    func deleteAndUndelete() async throws {
        let mount = try await secret(versions: 3)
        #expect(try await mount.write("delete/x", ["versions": [1, 3, 99]]).isEmpty)
        #expect(try await mount.get("x", version: 1) == nil)
        #expect(try await mount.get("x", version: 2) == ["v": 2])
        #expect(try await mount.get("x", version: 3) == nil)
        #expect(try await mount.write("undelete/x", ["versions": "1,2"]).isEmpty)
        #expect(try await mount.get("x", version: 1) == ["v": 1])
        #expect(try await mount.get("x", version: 3) == nil)
    }

    @Test("a destroyed version has no data any more and cannot be brought back")
    func destroy() async throws {
        let mount = try await secret(versions: 2)
        #expect(try await mount.write("destroy/x", ["versions": [1]]).isEmpty)
        #expect(try await mount.storage.get("versions/x/1") == nil)
        let record = String(decoding: try await mount.storage.get("metadata/x") ?? [], as: UTF8.self)
        #expect(!record.contains(#"{"v":1}"#))
        #expect(record.contains(#"{"v":2}"#))
        try await mount.write("undelete/x", ["versions": [1]])
        let reply = try await mount.read("data/x", ["version": 1])
        #expect(reply.status == 404)
        #expect(reply.data?["data"] == JSON.null)
        #expect(reply.data?["metadata"]?["destroyed"] == true)
        #expect(try await mount.get("x") == ["v": 2])
    }

    @Test("the versions must be named", arguments: ["delete", "undelete", "destroy"])
    func versionsRequired(word: String) async throws {
        let mount = try await secret(versions: 1)
        for body in ["{}", #"{"versions":[]}"#, #"{"versions":null}"#] {
            let text = "\(word == "destroy" ? "n" : "N")o version number provided"
            await #expect(throws: EngineError.badRequest(text)) {
                try await mount.write(word + "/x", object(body))
            }
        }
        let error = await #expect(throws: EngineError.self) {
            try await mount.write(word + "/x", ["versions": ["canary"]])
        }
        #expect(error?.texts.joined().contains("canary") == false)
        #expect(try await mount.write(word + "/nothing", ["versions": [1]]).isEmpty)
    }

    @Test("a new version can be written after the current one was deleted")
    func writeAfterDelete() async throws {
        let mount = try await secret(versions: 1)
        try await mount.delete("data/x")
        #expect(try await mount.put("x", ["v": 2]) == 2)
        #expect(try await mount.get("x") == ["v": 2])
    }

    @Test("a version ends by itself after delete_version_after and can be brought back")
    func lifetime() async throws {
        let mount = try await versionedMount()
        try await mount.write("config", ["delete_version_after": "1h"])
        let written = try await mount.write("data/x", ["data": ["v": 1]]).data
        #expect(written?["deletion_time"] == "2026-01-01T01:00:00Z")
        mount.clock.advance(by: .seconds(3599))
        #expect(try await mount.get("x") == ["v": 1])
        mount.clock.advance(by: .seconds(1))
        #expect(try await mount.read("data/x").status == 404)
        try await mount.write("undelete/x", ["versions": [1]])
        #expect(try await mount.get("x") == ["v": 1])
    }

    @Test(
        "the shorter of two lifetimes counts; a negative one of the mount switches both off",
        arguments: [
            ("0s", "0s", ""), ("1h", "0s", "2026-01-01T01:00:00Z"), ("0s", "30m", "2026-01-01T00:30:00Z"),
            ("1h", "30m", "2026-01-01T00:30:00Z"), ("30m", "1h", "2026-01-01T00:30:00Z"), ("-1s", "30m", ""),
        ])
    func shorterLifetime(ofMount: String, ofSecret: String, deletion: String) async throws {
        let mount = try await versionedMount()
        try await mount.write("config", ["delete_version_after": .string(ofMount)])
        try await mount.write("metadata/x", ["delete_version_after": .string(ofSecret)])
        let written = try await mount.write("data/x", ["data": ["v": 1]]).data
        #expect(written?["deletion_time"] == .string(deletion))
    }
}
