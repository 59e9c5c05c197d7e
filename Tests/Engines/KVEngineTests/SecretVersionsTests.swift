import CofferBase
import CofferFramework
import CofferJSON
import CofferStorage
import KVEngine
internal import MemoryStorage
import TestSupport
import Testing

@Suite struct SecretVersionsTests {
    @Test("a read has the shape of the contract")
    func readGolden() async throws {
        let mount = try await versionedMount()
        mount.clock.advance(by: .nanoseconds(294_346_491))
        try await mount.write("data/app/one", object(#"{"data":{"user":"web","n":12345678901234567890}}"#))
        let reply = try await mount.read("data/app/one")
        #expect(
            try reply.data
                == object(
                    #"""
                    {"data":{"user":"web","n":12345678901234567890},"metadata":{"created_time":
                    "2026-01-01T00:00:00.294346491Z","custom_metadata":null,"deletion_time":"","destroyed":false,
                    "version":1}}
                    """#))
        #expect(reply.status == nil)
        #expect(reply.advisoryLeaseSeconds == nil)
    }

    @Test("a write answers the metadata of the new version only")
    func writeGolden() async throws {
        let mount = try await versionedMount()
        try await mount.put("x", ["a": "1"])
        let reply = try await mount.write("data/x", ["data": ["a": "2"], "options": [:]])
        #expect(
            try reply.data
                == object(
                    #"""
                    {"created_time":"2026-01-01T00:00:00Z","custom_metadata":null,"deletion_time":"",
                    "destroyed":false,"version":2}
                    """#))
    }

    @Test("a read costs two storage reads at most")
    func readCost() async throws {
        let mount = try await versionedMount()
        try await mount.put("x", ["a": "1"])
        mount.memory.faults.fail(operation: 3, with: .unavailable("a third operation"))
        #expect(try await mount.get("x") == ["a": "1"])
    }

    @Test("each version can be read by its number; 0 is the current one")
    func oldVersions() async throws {
        let mount = try await versionedMount()
        for value in 1...3 { try await mount.put("x", ["v": .int(value)]) }
        #expect(try await mount.get("x", version: 2) == ["v": 2])
        #expect(try await mount.get("x", version: 0) == ["v": 3])
        await #expect(throws: EngineError.notFound) { try await mount.get("x", version: 4) }
        await #expect(throws: EngineError.notFound) { try await mount.get("nothing") }
    }

    @Test("a version number that cannot be read is refused without showing it")
    func badVersion() async throws {
        let mount = try await versionedMount()
        let error = await #expect(throws: EngineError.self) {
            try await mount.read("data/x", ["version": "canary"])
        }
        #expect(error?.kind == .badRequest)
        #expect(error?.texts.joined().contains("canary") == false)
    }

    @Test("a write without data is refused", arguments: [#"{}"#, #"{"data":null}"#, #"{"user":"web"}"#])
    func noData(body: String) async throws {
        let mount = try await versionedMount()
        await #expect(throws: EngineError.badRequest("no data provided")) {
            try await mount.write("data/x", object(body))
        }
    }

    @Test("data must be an object", arguments: ["text", 1, true, ["a"]] as [JSON])
    func badData(data: JSON) async throws {
        let mount = try await versionedMount()
        let error = await #expect(throws: EngineError.self) { try await mount.write("data/x", ["data": data]) }
        #expect(error?.texts == [FieldError(field: "data", expected: "a map").text])
    }

    @Test("an empty object is data")
    func emptyData() async throws {
        let mount = try await versionedMount()
        #expect(try await mount.put("x", [:]) == 1)
        #expect(try await mount.get("x") == [:])
    }

    /// Data that has an entry of its own, and data that lies beside the metadata.
    private static let paddings = [String(repeating: "p", count: 2000), ""]

    /// How many versions' data the storage holds, wherever they lie.
    private func stored(_ mount: EngineHarness, _ path: String) async throws -> Int {
        let entries = try await mount.storage.children(of: StorageKey("versions/\(path)/")).count
        let metadata = String(
            decoding: try await mount.storage.get(StorageKey("metadata/\(path)")) ?? [], as: UTF8.self)
        return entries + metadata.split(separator: "{\"v\":", omittingEmptySubsequences: false).count - 1
    }

    @Test("ten versions are kept by default; the data of older ones is gone from the storage", arguments: paddings)
    func pruning(padding: String) async throws {
        let mount = try await versionedMount()
        for value in 1...12 { try await mount.put("x", ["v": .int(value), "padding": .string(padding)]) }
        await #expect(throws: EngineError.notFound) { try await mount.get("x", version: 2) }
        #expect(try await mount.get("x", version: 3) == ["v": 3, "padding": .string(padding)])
        #expect(try await stored(mount, "x") == 10)
        let metadata = try await mount.read("metadata/x").data
        #expect(metadata?["oldest_version"] == 3)
        #expect(metadata?["current_version"] == 12)
    }

    @Test(
        "the larger of the mount's and the secret's number of versions counts",
        arguments: [(0, 2, 2), (3, 0, 3), (3, 2, 3), (2, 3, 3), (0, 0, 10)])
    func maximumVersions(ofMount mountLimit: Int, ofSecret secretLimit: Int, kept: Int) async throws {
        let mount = try await versionedMount()
        try await mount.write("config", ["max_versions": .int(mountLimit)])
        try await mount.write("metadata/x", ["max_versions": .int(secretLimit)])
        for value in 1...12 { try await mount.put("x", ["v": .int(value)]) }
        #expect(try await stored(mount, "x") == kept)
    }

    @Test("data move out of the metadata when together they are too large, and stay readable")
    func movingOut() async throws {
        let mount = try await versionedMount()
        let padding = JSON.string(String(repeating: "p", count: 900))
        for value in 1...5 { try await mount.put("x", ["v": .int(value), "padding": padding]) }
        #expect(try await mount.storage.children(of: "versions/x/") == ["1", "2"])
        for value in Int64(1)...5 {
            #expect(try await mount.get("x", version: value) == ["v": .int(value), "padding": padding])
        }
        try await mount.write("destroy/x", ["versions": [1, 5]])
        #expect(try await stored(mount, "x") == 3)
        try await mount.delete("metadata/x")
        #expect(try await mount.storage.scan(limit: 10) == [])
    }

    @Test("a lower limit prunes at the next write")
    func lowerLimit() async throws {
        let mount = try await versionedMount()
        for value in 1...8 { try await mount.put("x", ["v": .int(value)]) }
        try await mount.write("config", ["max_versions": 2])
        #expect(try await mount.get("x", version: 1) == ["v": 1])
        try await mount.put("x", ["v": 9])
        #expect(try await stored(mount, "x") == 2)
        #expect(try await mount.get("x", version: 8) == ["v": 8])
    }

    @Test("a write that fails in the storage leaves no trace")
    func atomicWrite() async throws {
        let mount = try await versionedMount()
        try await mount.put("x", ["v": 1])
        // Settings, metadata, commit.
        mount.memory.faults.fail(operation: 3, with: .unavailable("the commit"))
        await #expect(throws: EngineError.self) { try await mount.put("x", ["v": 2]) }
        #expect(try await mount.get("x") == ["v": 1])
        #expect(try await stored(mount, "x") == 1)
    }

    @Test("the existence check tells create from update on data and metadata")
    func existence() async throws {
        let mount = try await versionedMount()
        #expect(try await !mount.exists("data/x"))
        #expect(try await !mount.exists("metadata/x"))
        try await mount.put("x", ["a": "1"])
        #expect(try await mount.exists("data/x"))
        #expect(try await mount.exists("metadata/x"))
    }

    @Test("a secret and a folder of the same name live side by side, numbers in names included")
    func numbersInNames() async throws {
        let mount = try await versionedMount()
        try await mount.put("a", ["is": "a"])
        try await mount.put("a/1", ["is": "a/1"])
        try await mount.put("a/1/1", ["is": "a/1/1"])
        #expect(try await mount.get("a") == ["is": "a"])
        #expect(try await mount.get("a/1") == ["is": "a/1"])
        try await mount.delete("metadata/a")
        #expect(try await mount.get("a/1/1") == ["is": "a/1/1"])
    }
}
