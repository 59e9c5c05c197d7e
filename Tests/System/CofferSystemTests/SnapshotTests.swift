import CofferBase
import CofferCore
import CofferFramework
import CofferHTTP
import CofferJSON
import CofferStorage
import MemoryStorage
import ServerHarness
import Testing

@Suite struct SnapshotTests {
    /// A server with some secrets, and the share that opens it.
    private func server(
        _ storage: MemoryStorage = MemoryStorage(), secrets: Int = 3,
        configure: @Sendable (inout CoreConfiguration) -> Void = { _ in }
    ) async throws -> (ServerHarness, share: String, token: String) {
        let server = ServerHarness(storage: storage, configure: configure)
        let made = try await server.ok("PUT", "sys/init", ["secret_shares": 1, "secret_threshold": 1], token: nil)
        let share = made["keys"]?.arrayValue?.first?.stringValue ?? ""
        let token = made["root_token"]?.stringValue ?? ""
        try await server.ok("PUT", "sys/unseal", ["key": .string(share)], token: nil)
        try await server.ok("POST", "sys/mounts/kv", ["type": "kv"], token: token)
        for number in 0..<secrets {
            try await server.ok("POST", "kv/\(number)", ["v": .int(Int64(number))], token: token)
        }
        return (server, share, token)
    }

    private func entries(_ storage: MemoryStorage) async throws -> [StorageKey: [UInt8]] {
        var entries: [StorageKey: [UInt8]] = [:]
        for key in try await storage.scan("", after: nil, limit: .max) {
            entries[key] = try await storage.get(key)?.value
        }
        return entries
    }

    private func snapshot(_ server: ServerHarness, _ token: String) async throws -> [UInt8] {
        let answer = await server.send("GET", "sys/storage/raft/snapshot", token: token)
        #expect(answer.status == 200 && answer.fields["content-type"] == "application/gzip")
        return try await answer.streamed()
    }

    @Test("a snapshot restored brings back exactly what was stored, and the server stays open")
    func roundTrip() async throws {
        let storage = MemoryStorage()
        let (server, _, token) = try await server(storage)
        let before = try await entries(storage)
        let archive = try await snapshot(server, token)
        try await server.ok("POST", "kv/0", ["v": "changed"], token: token)
        try await server.ok("POST", "kv/new", ["v": 1], token: token)
        try await server.ok("DELETE", "kv/1", token: token)
        let restored = await server.send("POST", "sys/storage/raft/snapshot", bytes: archive, token: token)
        #expect(restored.status == 204)
        #expect(await server.send("GET", "kv/0", token: token).data?["v"]?.intValue == 0)
        #expect(await server.send("GET", "kv/1", token: token).data?["v"]?.intValue == 1)
        #expect(await server.send("GET", "kv/new", token: token).status == 404)
        let after = try await entries(storage)
        // The encryption counter may have moved on since.
        #expect(Set(after.keys).isSuperset(of: before.keys))
        #expect(before.filter { $0.key.description.hasPrefix("logical/") }.allSatisfy { after[$0.key] == $0.value })
        try await server.ok("POST", "kv/later", ["v": 1], token: token)
    }

    @Test("another server takes it by force only, and then opens with the shares of the first")
    func force() async throws {
        let (first, share, token) = try await server()
        let archive = try await snapshot(first, token)
        let (second, otherShare, otherToken) = try await server(secrets: 0)
        let refused = await second.send("POST", "sys/storage/raft/snapshot", bytes: archive, token: otherToken)
        #expect(refused.status == 400)
        #expect(
            refused.errors == [
                "could not verify hash file, possibly the snapshot is using a different set of unseal keys; use the "
                    + "snapshot-force API to bypass this check"
            ])
        #expect(await second.send("GET", "sys/seal-status", token: nil)["sealed"]?.boolValue == false)
        let forced = await second.send("POST", "sys/storage/raft/snapshot-force", bytes: archive, token: otherToken)
        #expect(forced.status == 204)
        #expect(await second.send("GET", "sys/seal-status", token: nil)["sealed"]?.boolValue == true)
        #expect(await second.send("PUT", "sys/unseal", ["key": .string(otherShare)], token: nil).status == 400)
        try await second.ok("PUT", "sys/unseal", ["key": .string(share)], token: nil)
        #expect(await second.send("GET", "kv/2", token: token).data?["v"]?.intValue == 2)
    }

    @Test("a snapshot from before a rekey needs force, since other shares open it")
    func afterRekey() async throws {
        let (server, share, token) = try await server()
        let archive = try await snapshot(server, token)
        let begun = try await server.ok(
            "PUT", "sys/rekey/init", ["secret_shares": 1, "secret_threshold": 1], token: token)
        try await server.ok(
            "PUT", "sys/rekey/update",
            ["key": .string(share), "nonce": begun["nonce"] ?? ""], token: token)
        #expect(await server.send("POST", "sys/storage/raft/snapshot", bytes: archive, token: token).status == 400)
        let forced = await server.send("POST", "sys/storage/raft/snapshot-force", bytes: archive, token: token)
        #expect(forced.status == 204)
        #expect(await server.send("GET", "sys/seal-status", token: nil)["sealed"]?.boolValue == true)
        try await server.ok("PUT", "sys/unseal", ["key": .string(share)], token: nil)
        #expect(await server.send("GET", "kv/0", token: token).status == 200)
    }

    @Test("a snapshot from before a rotation of the encryption key restores without force")
    func afterRotation() async throws {
        let (server, _, token) = try await server()
        let archive = try await snapshot(server, token)
        try await server.ok("PUT", "sys/rotate", token: token)
        #expect(await server.send("POST", "sys/storage/raft/snapshot", bytes: archive, token: token).status == 204)
        #expect(await server.send("GET", "kv/0", token: token).status == 200)
        try await server.ok("POST", "kv/0", ["v": 9], token: token)
    }

    @Test("a damaged, empty or cut off archive changes nothing", arguments: ["snapshot", "snapshot-force"])
    func damaged(path: String) async throws {
        let storage = MemoryStorage()
        let (server, _, token) = try await server(storage)
        let archive = try await snapshot(server, token)
        let before = try await entries(storage)
        var flipped = archive
        flipped[archive.count / 2] ^= 1
        for bytes in [[], Array("no".utf8), Array(archive.dropLast(9)), flipped] {
            let refused = await server.send("POST", "sys/storage/raft/" + path, bytes: bytes, token: token)
            #expect(refused.status == 400)
            #expect(refused.errors.first?.hasPrefix("the snapshot cannot be restored: ") == true)
        }
        #expect(try await entries(storage) == before)
        #expect(await server.send("GET", "kv/0", token: token).status == 200)
    }

    @Test("a storage that fails in the middle leaves the old state, and the server opens again", arguments: 1...12)
    func failingStorage(operation: Int) async throws {
        let storage = MemoryStorage()
        let (server, share, token) = try await server(storage)
        let archive = try await snapshot(server, token)
        try await server.ok("POST", "kv/new", ["v": 1], token: token)
        storage.faults.fail(operation: operation, with: .unavailable("planned"))
        let answer = await server.send("POST", "sys/storage/raft/snapshot", bytes: archive, token: token)
        if await server.send("GET", "sys/seal-status", token: nil)["sealed"]?.boolValue == true {
            try await server.ok("PUT", "sys/unseal", ["key": .string(share)], token: nil)
        }
        let isOld = await server.send("GET", "kv/new", token: token).status == 200
        // What was refused has not happened; what was answered has.
        if answer.status == 204 { #expect(!isOld) }
        #expect(await server.send("GET", "kv/0", token: token).status == 200)
    }

    @Test("an answer that no audit device accepts restores nothing")
    func unaudited() async throws {
        let (server, _, token) = try await server()
        let archive = try await snapshot(server, token)
        try await server.ok("POST", "kv/new", ["v": 1], token: token)
        try await server.ok("PUT", "sys/audit/a", ["type": "recording"], token: token)
        server.audit.fail(afterLines: 1)
        let answer = await server.send("POST", "sys/storage/raft/snapshot", bytes: archive, token: token)
        #expect(answer.status == 500)
        server.audit.fail(false)
        #expect(await server.send("GET", "kv/new", token: token).status == 200)
        let lines = server.audit.entries.filter { $0["request"]?["path"]?.stringValue == "sys/storage/raft/snapshot" }
        #expect(lines.count == 1)
    }

    @Test("a snapshot larger than allowed is refused before all of it was read")
    func tooLarge() async throws {
        let (server, _, token) = try await server { $0.maximumSnapshotSize = 1000 }
        let answer = await server.send(
            "POST", "sys/storage/raft/snapshot", bytes: [UInt8](repeating: 0, count: 2000), token: token)
        #expect(answer.status == 413)
    }

    @Test("without room for the spool file there is a clear error, and nothing is changed")
    func noSpool() async throws {
        let (server, _, token) = try await server { $0.spoolFolder = "/nowhere/at/all" }
        for (method, bytes) in [("GET", []), ("POST", [1, 2, 3])] as [(String, [UInt8])] {
            let answer = await server.send(method, "sys/storage/raft/snapshot", bytes: bytes, token: token)
            #expect(answer.status == 500)
        }
        #expect(await server.send("GET", "kv/0", token: token).status == 200)
    }

    @Test("only so many snapshots wait on the disk at once")
    func limited() async throws {
        let (server, _, token) = try await server()
        let path = "sys/storage/raft/snapshot"
        var held = [await server.send("GET", path, token: token), await server.send("GET", path, token: token)]
        #expect(held.allSatisfy { $0.status == 200 })
        #expect(await server.send("GET", path, token: token).status == 429)
        #expect(await server.send("POST", path, bytes: [1], token: token).status == 429)
        held = []
        #expect(await server.send("GET", path, token: token).status == 200)
    }

    // D09 (CVE-2021-3282, CVE-2022-36129, CVE-2021-27668): nothing of Raft answers without a token.
    @Test(
        "no path of Raft answers without a token or the capability",
        arguments: [
            ("GET", "snapshot"), ("POST", "snapshot"), ("POST", "snapshot-force"), ("GET", "configuration"),
            ("POST", "remove-peer"), ("POST", "join"), ("POST", "bootstrap"), ("GET", "autopilot/state"),
            ("GET", "autopilot/configuration"), ("POST", "autopilot/configuration"),
        ])
    func unauthenticated(_ method: String, _ path: String) async throws {
        let (server, _, root) = try await server(secrets: 0)
        let made = try await server.ok("POST", "auth/token/create", ["policies": ["default"]], token: root)
        let weak = made["auth"]?["client_token"]?.stringValue
        for token in [nil, "hvs.unknown", weak] {
            let answer = await server.send(
                method, "sys/storage/raft/" + path, bytes: method == "POST" ? Array("{}".utf8) : [], token: token)
            #expect(answer.status == 403)
        }
    }

    @Test("a sealed server neither takes nor restores a snapshot")
    func sealed() async throws {
        let (server, _, token) = try await server()
        let archive = try await snapshot(server, token)
        try await server.ok("PUT", "sys/seal", token: token)
        #expect(await server.send("GET", "sys/storage/raft/snapshot", token: token).status == 503)
        #expect(
            await server.send("POST", "sys/storage/raft/snapshot-force", bytes: archive, token: token).status == 503)
    }
}

extension ServerAnswer {
    /// Everything that a streamed answer brings.
    func streamed() async throws -> [UInt8] {
        var bytes: [UInt8] = []
        while let piece = try await stream?.next() { bytes += piece }
        return bytes
    }
}
