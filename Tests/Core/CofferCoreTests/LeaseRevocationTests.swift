import CofferBarrier
import CofferCore
import CofferJSON
import CofferStorage
import ServerHarness
import TestSupport
import Testing

@Suite struct LeaseRevocationTests {
    private func revoke(_ fixture: LeaseServer, _ path: String, _ body: JSON = [:]) async -> ServerAnswer {
        await fixture.server.send("PUT", "sys/" + path, body)
    }

    @Test("a lease is revoked by its id in the body or in the path, under both names", arguments: ["leases/", ""])
    func byID(prefix: String) async throws {
        let fixture = try await LeaseServer()
        let one = try await fixture.lease()
        #expect(await revoke(fixture, prefix + "revoke", ["lease_id": .string(one)]).status == 204)
        let other = try await fixture.lease()
        #expect(await revoke(fixture, prefix + "revoke/" + other).status == 204)
        #expect(fixture.target.users.isEmpty)
        #expect(await !fixture.exists(one))
        #expect(await !fixture.exists(other))
        // What is not there is revoked.
        #expect(await revoke(fixture, prefix + "revoke/" + other).status == 204)
    }

    @Test("revocation that need not wait is accepted and done by the reaper")
    func asynchronously() async throws {
        let fixture = try await LeaseServer()
        let id = try await fixture.lease()
        let answer = await revoke(fixture, "leases/revoke", ["lease_id": .string(id), "sync": false])
        #expect(answer.status == 202)
        await fixture.target.waitUntilEmpty()
        _ = try await fixture.lease()
        #expect(await revoke(fixture, "leases/revoke-prefix/db", ["sync": false]).status == 202)
        await fixture.target.waitUntilEmpty()
    }

    // Vault 0.11.3: lease ids with a dot were never revoked.
    @Test("a lease whose mount has a dot in its name is revoked by id, by prefix and by expiry")
    func dottedMount() async throws {
        let fixture = try await LeaseServer()
        try await fixture.server.ok("POST", "sys/mounts/db.prod", ["type": "credentials"])
        let one = try await fixture.lease(mount: "db.prod")
        #expect(one.hasPrefix("db.prod/creds/app/"))
        #expect(await revoke(fixture, "leases/revoke", ["lease_id": .string(one)]).status == 204)
        #expect(fixture.target.users.isEmpty)
        _ = try await fixture.lease(mount: "db.prod")
        #expect(await revoke(fixture, "leases/revoke-prefix/db.prod/creds").status == 204)
        #expect(fixture.target.users.isEmpty)
        _ = try await fixture.lease("ttl=5s", mount: "db.prod")
        try await fixture.advance(6)
        #expect(fixture.target.users.isEmpty)
    }

    // Vault 0.6.0: revoking a prefix of secrets also ended tokens.
    @Test("a prefix of a secrets engine reaches no token, and one of an auth method only what was made there")
    func prefixes() async throws {
        let fixture = try await LeaseServer()
        let token = try await fixture.server.token(["app"])
        let id = try await fixture.lease(token: token)
        let wrapped = await fixture.server.send(
            "GET", "db/creds/app", headers: [("X-Vault-Wrap-TTL", "60")])
        #expect(await revoke(fixture, "leases/revoke-prefix/db").status == 204)
        #expect(fixture.target.users.isEmpty)
        #expect(await !fixture.exists(id))
        #expect(await fixture.server.send("GET", "auth/token/lookup-self", token: token).status == 200)
        let wrapping = wrapped["wrap_info"]?["token"] ?? .null
        #expect(await revoke(fixture, "wrapping/lookup", ["token": wrapping]).status == 200)
        #expect(await revoke(fixture, "revoke-prefix/auth/token/create").status == 204)
        #expect(await fixture.server.send("GET", "auth/token/lookup-self", token: token).status == 403)
        #expect(await fixture.server.send("GET", "auth/token/lookup-self").status == 200)
    }

    @Test("a prefix is a folder: a longer name beside it is not meant")
    func folders() async throws {
        let fixture = try await LeaseServer()
        try await fixture.server.ok("POST", "sys/mounts/dbx", ["type": "credentials"])
        let kept = try await fixture.lease(mount: "dbx")
        let gone = try await fixture.lease()
        #expect(await revoke(fixture, "leases/revoke-prefix/db").status == 204)
        #expect(await fixture.exists(kept))
        #expect(await !fixture.exists(gone))
    }

    // Vault 0.6.4: leases of a token with limited uses stayed when it ran out.
    @Test("leases die with their token, its parent, and its last use")
    func withTheToken() async throws {
        let fixture = try await LeaseServer()
        try await fixture.server.policy("maker", "path \"auth/token/create\" { capabilities = [\"update\"] }")
        let parent = try await fixture.server.token(["app", "maker"])
        let child =
            try await fixture.server.ok("POST", "auth/token/create", [:], token: parent)["auth"]?["client_token"]?
            .stringValue ?? ""
        _ = try await fixture.lease(token: child)
        try await fixture.server.ok("POST", "auth/token/revoke", ["token": .string(parent)])
        await fixture.target.waitUntilEmpty()
        let once = try await fixture.server.token(["app"], ["num_uses": 1])
        _ = try await fixture.lease(token: once)
        await fixture.target.waitUntilEmpty()
        let short = try await fixture.server.token(["app"], ["ttl": "10s"])
        _ = try await fixture.lease(token: short)
        try await fixture.advance(11)
        await fixture.target.waitUntilEmpty()
        try await fixture.settle()
        #expect(try await fixture.entries("sys/expire/id/db/").isEmpty)
        #expect(try await fixture.entries("sys/expire/token/").isEmpty)
    }

    @Test("a token revoked while its credential is made leaves no credential behind")
    func revokedMeanwhile() async throws {
        let fixture = try await LeaseServer()
        let token = try await fixture.server.token(["app"])
        let server = fixture.server
        fixture.target.afterMaking {
            _ = await server.send("POST", "auth/token/revoke", ["token": .string(token)])
        }
        let answer = await server.send("GET", "db/creds/app", token: token)
        #expect(answer.status == 403)
        #expect(!answer.text.contains("user-1"))
        await fixture.target.waitUntilEmpty()
    }

    @Test("a failed revocation is kept and tried again six times, then shown as irrevocable")
    func irrevocable() async throws {
        let fixture = try await LeaseServer()
        fixture.target.setDown(true)
        let id = try await fixture.lease("ttl=1h")
        try await fixture.advance(3600)
        #expect(fixture.target.attempts == 1)
        for (tries, pause) in [10, 20, 40, 80, 160].enumerated() {
            try await fixture.advance(Int64(pause) - 1)
            #expect(fixture.target.attempts == tries + 1)
            try await fixture.advance(1)
            #expect(fixture.target.attempts == tries + 2)
        }
        try await fixture.advance(100_000)
        #expect(fixture.target.attempts == 6)
        let listed = await fixture.server.send("GET", "sys/leases", query: "type=irrevocable")
        #expect(listed.data?["lease_count"]?.intValue == 1)
        let shown = listed.data?["leases"]?.arrayValue?.first
        #expect(shown?["lease_id"]?.stringValue == id)
        #expect(shown?["error"]?.stringValue == "the target is down")
        let accessor = await fixture.server.send("GET", "sys/mounts/db").data?["accessor"]?.stringValue ?? ""
        #expect(shown?["mount_id"]?.stringValue == accessor)
        let count = await fixture.server.send("GET", "sys/leases/count", query: "type=irrevocable")
        #expect(count.data?["counts"]?[accessor]?.intValue == 1)
        #expect(await fixture.server.send("GET", "sys/leases").status == 400)
        // An operator's revocation is told why it fails, and works when the target is back.
        #expect(await revoke(fixture, "leases/revoke", ["lease_id": .string(id)]).status >= 400)
        fixture.target.setDown(false)
        #expect(await revoke(fixture, "leases/revoke", ["lease_id": .string(id)]).status == 204)
        #expect(fixture.target.users.isEmpty)
        #expect(await !fixture.exists(id))
    }

    @Test("a failed revocation by prefix says so, and the reaper finishes it")
    func failedPrefix() async throws {
        let fixture = try await LeaseServer()
        fixture.target.setDown(true)
        for _ in 0..<3 { _ = try await fixture.lease() }
        let failed = await revoke(fixture, "leases/revoke-prefix/db")
        #expect(failed.status == 400)
        #expect(failed.errors.first?.contains("3 leases") == true)
        fixture.target.setDown(false)
        try await fixture.advance(10)
        #expect(fixture.target.users.isEmpty)
    }

    @Test(
        "a forced revocation forgets leases whose target is gone", arguments: ["leases/revoke-force/", "revoke-force/"])
    func forced(path: String) async throws {
        let fixture = try await LeaseServer()
        fixture.target.setDown(true)
        let id = try await fixture.lease()
        #expect(await revoke(fixture, path + "db").status == 204)
        #expect(await !fixture.exists(id))
        #expect(try await fixture.entries("sys/expire/at/").allSatisfy { !$0.hasSuffix(id) })
        try await fixture.server.policy("ops", "path \"sys/*\" { capabilities = [\"update\"] }")
        let token = try await fixture.server.token(["ops"])
        let denied = await fixture.server.send("PUT", "sys/" + path + "db", token: token)
        #expect(denied.status == 403)
    }

    @Test("disabling an engine revokes its leases first, and waits for a target that is down")
    func disabling() async throws {
        let fixture = try await LeaseServer()
        for _ in 0..<50 { _ = try await fixture.lease() }
        fixture.target.setDown(true)
        let uuid = await fixture.server.send("GET", "sys/mounts/db").data?["uuid"]?.stringValue ?? "none"
        #expect(await fixture.server.send("DELETE", "sys/mounts/db").status == 400)
        #expect(await fixture.server.send("GET", "db/creds/app").status == 404)
        // The path is not free while ids below it are in use.
        #expect(await fixture.server.send("POST", "sys/mounts/db", ["type": "credentials"]).status == 400)
        fixture.target.setDown(false)
        #expect(await fixture.server.send("DELETE", "sys/mounts/db").status == 204)
        #expect(fixture.target.users.isEmpty)
        #expect(try await fixture.entries("sys/expire/id/db/").isEmpty)
        #expect(try await fixture.entries(StorageKey("logical/" + uuid)).isEmpty)
        try await fixture.server.ok("POST", "sys/mounts/db", ["type": "credentials"])
    }

    @Test("the reaper finishes the removal of an engine whose target came back")
    func disablingLater() async throws {
        let fixture = try await LeaseServer()
        _ = try await fixture.lease()
        fixture.target.setDown(true)
        #expect(await fixture.server.send("DELETE", "sys/mounts/db").status == 400)
        fixture.target.setDown(false)
        try await fixture.advance(10)
        #expect(fixture.target.users.isEmpty)
        try await fixture.server.ok("POST", "sys/mounts/db", ["type": "credentials"])
    }

    @Test("moving an engine revokes the leases that name its old path")
    func moving() async throws {
        let fixture = try await LeaseServer()
        let id = try await fixture.lease()
        try await fixture.server.ok("POST", "sys/remount", ["from": "db", "to": "moved"])
        #expect(fixture.target.users.isEmpty)
        #expect(await !fixture.exists(id))
        #expect(try await fixture.lease(mount: "moved").hasPrefix("moved/creds/app/"))
    }

    @Test("a damaged lease keeps no other one alive", .timeLimit(.minutes(1)))
    func damaged() async throws {
        let fixture = try await LeaseServer()
        let names = try await [fixture.lease("ttl=1m"), fixture.lease("ttl=1m"), fixture.lease("ttl=2m")]
        for _ in 0..<3 { try await fixture.server.ok("POST", "auth/token/create", ["ttl": "1m"]) }
        let tokens = try await fixture.entries("sys/token/id/h")
        // One of each says nothing, the other one was changed on the disk.
        let empty = [StorageKey(tokens[0]), StorageKey("sys/expire/id/" + names[0])]
        let changed = [StorageKey(tokens[1]), StorageKey("sys/expire/id/" + names[1])]
        for key in empty { try await fixture.server.change([key: .put(Array("{".utf8))]) }
        for key in changed {
            var batch = WriteBatch(epoch: fixture.server.core.barrier.epoch)
            batch.changes[key] = .put([0, 0, 0, 1, 2, 3])
            try await fixture.server.storage.commit(batch)
        }
        // What was read before is forgotten.
        try await fixture.server.reopen()
        await fixture.server.clock.waitForSleepers(2)
        fixture.server.clock.advance(by: .seconds(120))
        func kept() async throws -> [String] {
            try await fixture.entries("sys/expire/id/") + fixture.entries("sys/token/id/h")
        }
        while try await kept().count > 4 { await Task.yield() }
        #expect(fixture.target.users.count == 2)
        #expect(Set(try await kept()) == Set((empty + changed).map(\.description)))
        // Whoever repairs one finds it listed, the tokens with the others of their window.
        while try await fixture.entries("sys/expire/at/").count > 3 { await Task.yield() }
        #expect(try await fixture.entries("sys/expire/at/").count == 3)
    }

    @Test("an interrupted revocation is finished after a restart")
    func restart() async throws {
        let target = CredentialTarget()
        let first = ServerHarness(engines: [CredentialEngine.kind(target)])
        let made = await first.send("PUT", "sys/init", ["secret_shares": 1, "secret_threshold": 1], token: nil)
        let key: JSON = ["key": made["keys"]?.arrayValue?.first ?? .null]
        let root = made["root_token"]?.stringValue
        _ = await first.send("PUT", "sys/unseal", key, token: nil)
        try await first.ok("POST", "sys/mounts/db", ["type": "credentials"], token: root)
        target.setDown(true)
        let id = await first.send("GET", "db/creds/app", token: root)["lease_id"] ?? .null
        _ = await first.send("PUT", "sys/leases/revoke", ["lease_id": id], token: root)
        await first.core.sealNow()
        target.setDown(false)
        let second = ServerHarness(storage: first.storage, clock: first.clock, engines: [CredentialEngine.kind(target)])
        _ = await second.send("PUT", "sys/unseal", key, token: nil)
        try await second.settle()
        second.clock.advance(by: .seconds(10))
        await target.waitUntilEmpty()
    }
}
