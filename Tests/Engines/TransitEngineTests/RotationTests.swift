import CofferBase
import CofferFramework
import CofferJSON
import CofferStorage
import Synchronization
import TestSupport
import Testing
import TransitEngine

@Suite struct RotationTests {
    private func tick(_ mount: EngineHarness) async throws -> Timestamp? {
        let engine = try #require(mount.engine as? any PeriodicEngine)
        return try await engine.tick(
            PeriodicCall(
                mount: mount.mount, namespace: .root, storage: mount.storage, clock: mount.clock,
                random: mount.random))
    }

    @Test("a key is rotated when its time has come, not before, and again after the same time")
    func schedule() async throws {
        let mount = try await transitMount()
        #expect(try await tick(mount) == nil)
        try await mount.makeKey("k", "aes256-gcm96", ["auto_rotate_period": "24h"])
        try await mount.makeKey("never")
        let start = mount.clock.now
        #expect(try await tick(mount) == start + .seconds(86400))
        mount.clock.advance(by: .seconds(86399))
        _ = try await tick(mount)
        #expect(try await mount.read("keys/k").number("latest_version") == 1)
        mount.clock.advance(by: .seconds(1))
        #expect(try await tick(mount) == start + .seconds(2 * 86400))
        #expect(try await mount.read("keys/k").number("latest_version") == 2)
        #expect(try await mount.read("keys/never").number("latest_version") == 1)
        #expect(try await tick(mount) == start + .seconds(2 * 86400))
        #expect(try await mount.encrypt("x").hasPrefix("vault:v2:"))
    }

    @Test("the index follows settings, rotations by hand and deletions")
    func index() async throws {
        let mount = try await transitMount()
        try await mount.makeKey("k", "aes256-gcm96", ["auto_rotate_period": "2h"])
        func entries() async throws -> Int { try await mount.storage.scan("due/", limit: 10).count }
        #expect(try await entries() == 1)
        mount.clock.advance(by: .seconds(3600))
        try await mount.write("keys/k/rotate")
        #expect(try await entries() == 1)
        #expect(try await tick(mount) == mount.clock.now + .seconds(7200))
        try await mount.write("keys/k/config", ["auto_rotate_period": "1h"])
        #expect(try await entries() == 1)
        #expect(try await tick(mount) == mount.clock.now + .seconds(3600))
        try await mount.delete("keys/k/soft-delete")
        #expect(try await entries() == 0)
        try await mount.write("keys/k/soft-delete-restore")
        #expect(try await entries() == 1)
        try await mount.write("keys/k/config", ["auto_rotate_period": 0])
        #expect(try await entries() == 0)
        #expect(try await tick(mount) == nil)
    }

    @Test("hundreds of due keys are rotated in one go; a damaged one keeps no other from its turn")
    func many() async throws {
        let mount = try await transitMount()
        for number in 0..<230 {
            try await mount.makeKey("k\(number)", "aes256-gcm96", ["auto_rotate_period": "1h"])
        }
        let fresh = try await EngineHarness(Transit.kind, sharing: mount)
        try await mount.storage.put("keys/k7", Array("damaged".utf8))
        mount.clock.advance(by: .seconds(3600))
        await #expect(throws: EngineError.self) { try await tick(fresh) }
        for number in 0..<230 where number != 7 {
            #expect(try await fresh.read("keys/k\(number)").number("latest_version") == 2)
        }
    }

    @Test("a request that makes a rotation due sooner asks to be called")
    func waking() async throws {
        let times = Mutex<[Timestamp]>([])
        let template = try await transitMount()
        let engine = Transit.kind.make(
            EngineContext(
                mount: template.mount, namespace: .root, storage: template.storage, clock: template.clock,
                random: template.random, services: .forTests, wake: { time in times.withLock { $0.append(time) } }))
        let match = try engine.paths.match("keys/k", .update)
        let call = Call(
            id: "r", operation: .update, path: "keys/k", mount: template.mount, namespace: .root, caller: nil,
            origin: Origin(remoteAddress: "", remotePort: 0), storage: template.storage, clock: template.clock,
            random: template.random, fields: ["auto_rotate_period": "1h"], captures: match.captures)
        _ = try await match.verb.run(call)
        #expect(times.withLock { $0 } == [template.clock.now + .seconds(3600)])
    }

    @Test("a key is decoded once, and anew after each change")
    func caching() async throws {
        let mount = try await transitMount()
        try await mount.makeKey()
        let ciphertext = try await mount.encrypt("x")
        // Behind the engine's back: it does not look again.
        let stored = try #require(try await mount.storage.get("keys/k"))
        try await mount.storage.put("keys/k", Array("damaged".utf8))
        #expect(try await mount.decrypt(ciphertext) == "x")
        let fresh = try await EngineHarness(Transit.kind, sharing: mount)
        await #expect(throws: EngineError.internal("a stored key is damaged; see the server log")) {
            try await fresh.decrypt(ciphertext)
        }
        try await mount.storage.put("keys/k", stored)
        #expect(try await fresh.decrypt(ciphertext) == "x")
    }

    @Test("a cache of limited size serves any number of keys")
    func smallCache() async throws {
        let mount = try await transitMount()
        #expect(try await mount.read("cache-config").number("size") == 0)
        await #expect(throws: EngineError.badRequest("size must be 0 or a value greater or equal to 10")) {
            try await mount.write("cache-config", ["size": 9])
        }
        #expect(try await mount.write("cache-config", ["size": 10]).number("size") == 10)
        var texts: [String] = []
        for number in 0..<25 {
            try await mount.makeKey("k\(number)")
            texts.append(try await mount.encrypt("\(number)", with: "k\(number)"))
        }
        for number in 0..<25 { #expect(try await mount.decrypt(texts[number], with: "k\(number)") == "\(number)") }
        #expect(try await mount.read("cache-config").number("size") == 10)
    }

    @Test("a failing source of randomness fails the operation")
    func noRandomness() async throws {
        // K10
        let mount = try await transitMount()
        try await mount.makeKey()
        let match = try mount.engine.paths.match("encrypt/k", .update)
        let call = Call(
            id: "r", operation: .update, path: "encrypt/k", mount: mount.mount, namespace: .root, caller: nil,
            origin: Origin(remoteAddress: "", remotePort: 0), storage: mount.storage, clock: mount.clock,
            random: RandomSource { _ throws(RandomError) in throw RandomError() },
            fields: ["plaintext": .string(base64("x"))], captures: match.captures)
        await #expect(throws: EngineError.internal("no random bytes")) { try await match.verb.run(call) }
    }
}
