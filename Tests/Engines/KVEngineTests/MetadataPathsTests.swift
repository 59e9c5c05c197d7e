import CofferBase
import CofferFramework
import CofferJSON
import CofferStorage
import KVEngine
import TestSupport
import Testing

@Suite struct MetadataPathsTests {
    @Test("a read has the shape of the contract")
    func golden() async throws {
        let mount = try await versionedMount()
        try await mount.put("x", ["v": 1])
        mount.clock.advance(by: .seconds(60))
        try await mount.put("x", ["v": 2])
        #expect(
            try await mount.read("metadata/x").data
                == object(
                    #"""
                    {"cas_required":false,"created_time":"2026-01-01T00:00:00Z","current_version":2,
                    "custom_metadata":null,"delete_version_after":"0s","max_versions":0,"oldest_version":0,
                    "updated_time":"2026-01-01T00:01:00Z","versions":{
                    "1":{"created_time":"2026-01-01T00:00:00Z","deletion_time":"","destroyed":false},
                    "2":{"created_time":"2026-01-01T00:01:00Z","deletion_time":"","destroyed":false}}}
                    """#))
    }

    @Test("settings can come before the first version; data is not found until then")
    func settingsFirst() async throws {
        let mount = try await versionedMount()
        #expect(
            try await mount.write(
                "metadata/x", ["max_versions": "5", "delete_version_after": "3h25m19s", "cas_required": "true"]
            ).isEmpty)
        let metadata = try await mount.read("metadata/x").data
        #expect(metadata?["max_versions"] == 5)
        #expect(metadata?["delete_version_after"] == "3h25m19s")
        #expect(metadata?["cas_required"] == true)
        #expect(metadata?["current_version"] == 0)
        #expect(metadata?["versions"] == [:])
        await #expect(throws: EngineError.notFound) { try await mount.get("x") }
    }

    @Test("a write changes only what was given and keeps the versions")
    func merges() async throws {
        let mount = try await versionedMount()
        try await mount.put("x", ["v": 1])
        try await mount.write("metadata/x", ["custom_metadata": ["owner": "web", "cost": 7], "max_versions": 4])
        try await mount.write("metadata/x", ["max_versions": 6])
        let metadata = try await mount.read("metadata/x").data
        #expect(metadata?["custom_metadata"] == ["owner": "web", "cost": "7"])
        #expect(metadata?["max_versions"] == 6)
        #expect(metadata?["current_version"] == 1)
        let read = try await mount.read("data/x").data
        #expect(read?["metadata"]?["custom_metadata"] == ["owner": "web", "cost": "7"])
    }

    @Test("custom metadata replace as a whole; an empty object clears them")
    func customMetadataReplace() async throws {
        let mount = try await versionedMount()
        try await mount.write("metadata/x", ["custom_metadata": ["a": "1", "b": "2"]])
        try await mount.write("metadata/x", ["custom_metadata": ["c": "3"]])
        #expect(try await mount.read("metadata/x").data?["custom_metadata"] == ["c": "3"])
        try await mount.write("metadata/x", ["custom_metadata": [:]])
        #expect(try await mount.read("metadata/x").data?["custom_metadata"] == JSON.null)
    }

    @Test("a patch merges custom metadata, and null brings back a default")
    func patches() async throws {
        let mount = try await versionedMount()
        try await mount.write(
            "metadata/x", ["custom_metadata": ["a": "1", "b": "2"], "max_versions": 4, "cas_required": true])
        #expect(
            try await mount.patch(
                "metadata/x", ["custom_metadata": ["a": nil, "c": "3"], "max_versions": nil]
            ).isEmpty)
        let metadata = try await mount.read("metadata/x").data
        #expect(metadata?["custom_metadata"] == ["b": "2", "c": "3"])
        #expect(metadata?["max_versions"] == 0)
        #expect(metadata?["cas_required"] == true)
        try await mount.patch("metadata/x", ["custom_metadata": nil])
        #expect(try await mount.read("metadata/x").data?["custom_metadata"] == JSON.null)
    }

    @Test("a patch of a secret that does not exist is not found")
    func patchAbsent() async throws {
        let mount = try await versionedMount()
        await #expect(throws: EngineError.notFound) { try await mount.patch("metadata/x", ["max_versions": 1]) }
        await #expect(throws: EngineError.notFound) { try await mount.read("metadata/x") }
    }

    @Test("a delete leaves nothing of the secret and nothing less of its neighbours")
    func deletes() async throws {
        let mount = try await versionedMount()
        let padding = JSON.string(String(repeating: "p", count: 2000))
        for path in ["x", "x/y", "xx"] {
            for _ in 1...3 { try await mount.put(path, ["is": .string(path), "padding": padding]) }
        }
        #expect(try await mount.delete("metadata/x").isEmpty)
        await #expect(throws: EngineError.notFound) { try await mount.get("x") }
        #expect(try await mount.storage.children(of: "versions/x/") == ["y/"])
        #expect(try await mount.get("x/y") == ["is": "x/y", "padding": padding])
        #expect(try await mount.get("xx") == ["is": "xx", "padding": padding])
        #expect(try await mount.delete("metadata/x").isEmpty)
        #expect(try await mount.put("x", ["v": 1]) == 1)
    }

    @Test("lists show one level below the path or the root")
    func lists() async throws {
        let mount = try await versionedMount()
        for path in ["app/one", "app/team/x", "b"] { try await mount.put(path, ["v": 1]) }
        #expect(try await mount.list("metadata/app").keys == ["one", "team/"])
        #expect(try await mount.list("metadata").keys == ["app/", "b"])
        #expect(try await mount.list("metadata/", ["after": "app/"]).keys == ["b"])
        #expect(try await mount.scan("metadata").keys == ["app/one", "app/team/x", "b"])
        #expect(try await mount.scan("metadata/app", ["limit": 1]).keys == ["one"])
        await #expect(throws: EngineError.notFound) { try await mount.list("metadata/b") }
    }

    @Test("a detailed list tells what is known of each secret, at one level or all")
    func detailedLists() async throws {
        let mount = try await versionedMount()
        for path in ["app/one", "app/team/x", "b"] { try await mount.put(path, ["v": 1]) }
        try await mount.write("metadata/app/one", ["custom_metadata": ["owner": "me"]])
        let root = try await mount.list("detailed-metadata")
        #expect(root.keys == ["app/", "b"])
        #expect(root.data?["key_info"]?["b"]?["current_version"] == 1)
        #expect(root.data?["key_info"]?["app/"] == nil)
        let app = try await mount.list("detailed-metadata/app", ["limit": 1])
        #expect(app.keys == ["one"])
        #expect(app.data?["key_info"]?["one"]?["custom_metadata"]?["owner"] == "me")
        let all = try await mount.scan("detailed-metadata/app")
        #expect(all.keys == ["one", "team/x"])
        #expect(all.data?["key_info"]?["team/x"]?["versions"]?["1"] != nil)
        await #expect(throws: EngineError.notFound) { try await mount.list("detailed-metadata/b") }
    }

    @Test("what the mount overrules is answered with a warning")
    func warnings() async throws {
        let mount = try await versionedMount()
        try await mount.write("config", ["cas_required": true, "delete_version_after": 60])
        let reply = try await mount.write("metadata/x", ["cas_required": false, "delete_version_after": "1h"])
        #expect(reply.warnings.count == 2)
        #expect(try await mount.write("metadata/x", ["delete_version_after": "30s"]).isEmpty)
    }

    @Test(
        "settings that cannot be are refused and nothing is stored",
        arguments: [#"{"max_versions":-1}"#, #"{"delete_version_after":"-1s"}"#, #"{"delete_version_after":"soon"}"#])
    func refused(body: String) async throws {
        let mount = try await versionedMount()
        let error = await #expect(throws: EngineError.self) { try await mount.write("metadata/x", object(body)) }
        #expect(error?.kind == .badRequest)
        await #expect(throws: EngineError.notFound) { try await mount.read("metadata/x") }
    }
}
