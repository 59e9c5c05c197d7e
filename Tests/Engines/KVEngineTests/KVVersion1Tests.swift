import CofferFramework
import CofferJSON
import CofferStorage
import KVEngine
import TestSupport
import Testing

@Suite struct KVVersion1Tests {
    @Test("a write answers nothing and a read gives back the fields with every digit")
    func roundTrip() async throws {
        let mount = try await EngineHarness(KV.kind)
        let secret = try object(#"{"user":"web","n":12345678901234567890,"pi":3.10,"list":[1,{"a":null}]}"#)
        #expect(try await mount.write("app/one", secret).isEmpty)
        let reply = try await mount.read("app/one")
        #expect(reply.data == secret)
        #expect(reply.status == nil)
    }

    @Test("a later write replaces all fields")
    func replaces() async throws {
        let mount = try await EngineHarness(KV.kind)
        try await mount.write("x", ["a": "1", "b": "2"])
        try await mount.write("x", ["c": "3"])
        #expect(try await mount.read("x").data == ["c": "3"])
    }

    @Test("a write without fields is refused")
    func emptyWrite() async throws {
        let mount = try await EngineHarness(KV.kind)
        await #expect(throws: EngineError.badRequest("missing data fields")) { try await mount.write("x") }
        await #expect(throws: EngineError.notFound) { try await mount.read("x") }
    }

    @Test(
        "ttl, then lease, then the mount's default become the lease duration",
        arguments: [
            (#"{"a":1}"#, 2_764_800), (#"{"ttl":60}"#, 60), (#"{"ttl":"1h"}"#, 3600), (#"{"lease":"2m"}"#, 120),
            (#"{"ttl":"5s","lease":"2m"}"#, 5), (#"{"ttl":"soon"}"#, 2_764_800), (#"{"ttl":[1]}"#, 2_764_800),
            (#"{"ttl":null}"#, 2_764_800), (#"{"ttl":-5}"#, 2_764_800),
        ] as [(String, Int64)])
    func leaseDuration(secret: String, seconds: Int64) async throws {
        let mount = try await EngineHarness(KV.kind)
        try await mount.write("x", object(secret))
        #expect(try await mount.read("x").advisoryLeaseSeconds == seconds)
    }

    @Test("a delete removes, and removes again without complaint")
    func deletes() async throws {
        let mount = try await EngineHarness(KV.kind)
        try await mount.write("x", ["a": "1"])
        #expect(try await mount.delete("x").isEmpty)
        #expect(try await mount.delete("x").isEmpty)
        await #expect(throws: EngineError.notFound) { try await mount.read("x") }
    }

    @Test("the existence check tells create from update")
    func existence() async throws {
        let mount = try await EngineHarness(KV.kind)
        #expect(try await !mount.exists("x"))
        try await mount.write("x", ["a": "1"])
        #expect(try await mount.exists("x"))
    }

    @Test("lists show one level, sorted, folders with their slash; an empty one is not found")
    func lists() async throws {
        let mount = try await EngineHarness(KV.kind)
        for path in ["b", "a/x", "a/y/z", "a"] { try await mount.write(path, ["k": "v"]) }
        #expect(try await mount.list("").keys == ["a", "a/", "b"])
        #expect(try await mount.list("a").keys == ["x", "y/"])
        await #expect(throws: EngineError.notFound) { try await mount.list("b") }
    }

    @Test("a list can be read in pages")
    func pages() async throws {
        let mount = try await EngineHarness(KV.kind)
        for path in ["a", "b", "c", "d"] { try await mount.write("f/" + path, ["k": "v"]) }
        #expect(try await mount.list("f", ["limit": "2"]).keys == ["a", "b"])
        #expect(try await mount.list("f", ["after": "b", "limit": 1]).keys == ["c"])
        #expect(try await mount.list("f", ["after": "a"]).keys == ["b", "c", "d"])
    }

    @Test("a scan shows all names at any depth")
    func scans() async throws {
        let mount = try await EngineHarness(KV.kind)
        for path in ["b", "a/x", "a/y/z"] { try await mount.write(path, ["k": "v"]) }
        #expect(try await mount.scan("").keys == ["a/x", "a/y/z", "b"])
        #expect(try await mount.scan("a").keys == ["x", "y/z"])
    }

    @Test("names that look alike but differ in bytes are two secrets")
    func canonicalEquivalence() async throws {
        let mount = try await EngineHarness(KV.kind)
        try await mount.write("caf\u{e9}", ["form": "composed"])
        try await mount.write("cafe\u{301}", ["form": "decomposed"])
        #expect(try await mount.read("caf\u{e9}").data == ["form": "composed"])
        #expect(try await mount.list("").keys.count == 2)
    }

    @Test("a patch is no operation of version 1")
    func noPatch() async throws {
        let mount = try await EngineHarness(KV.kind)
        await #expect(throws: EngineError.unsupportedOperation) { try await mount.patch("x", ["a": "1"]) }
    }

    @Test("a secret above the entry limit is refused and nothing is stored")
    func tooLarge() async throws {
        let mount = try await EngineHarness(KV.kind)
        let large = JSON.string(String(repeating: "x", count: 1 << 20))
        await #expect(throws: EngineError(storage: .tooLarge(limit: 1 << 20))) {
            try await mount.write("x", ["large": large])
        }
        await #expect(throws: EngineError.notFound) { try await mount.read("x") }
    }

    @Test("a damaged record is reported without its content")
    func damaged() async throws {
        let mount = try await EngineHarness(KV.kind)
        try await mount.storage.put("secrets/x", Array("{\"canary".utf8))
        await #expect(throws: EngineError.internal("a stored secret is damaged; see the server log")) {
            try await mount.read("x")
        }
    }
}
