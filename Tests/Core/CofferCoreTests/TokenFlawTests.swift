import CofferBarrier
import CofferCore
import CofferJSON
import CofferStorage
import ServerHarness
import TestSupport
import Testing

/// Classes of flaws that were published for tokens, each as the behaviour that rules it out.
@Suite struct TokenFlawTests {
    private func isAlive(_ server: ServerHarness, _ token: String) async -> Bool {
        await server.send("GET", "auth/token/lookup-self", token: token).status == 200
    }

    // CVE-2021-32923: a renewal stored TTL 0, which never ended.
    @Test("a token renewed within the last second before its maximum never becomes endless")
    func renewalAtTheLimit() async throws {
        let server = try await ServerHarness.unsealed()
        var tokens: [String] = []
        for _ in 0..<20 {
            tokens.append(try await server.token(["default"], ["ttl": "3s", "explicit_max_ttl": "3s"]))
        }
        server.clock.advance(by: .seconds(2))
        for token in tokens {
            let answer = await server.send("POST", "auth/token/renew-self", ["increment": "1h"], token: token)
            #expect(answer.status == 403 || (answer["auth"]?["lease_duration"]?.intValue ?? 9) <= 1)
            server.clock.advance(by: .milliseconds(50))
        }
        server.clock.advance(by: .seconds(4))
        for token in tokens { #expect(await !isAlive(server, token)) }
        try await server.settle()
        #expect(try await server.storage.scan("sys/token/id/h", after: nil, limit: 9).isEmpty)
        #expect(try await server.storage.scan("sys/expire/window/", after: nil, limit: 9).isEmpty)
    }

    @Test("a token whose lease is gone is refused and removed on sight")
    func withoutLease() async throws {
        let server = try await ServerHarness.unsealed()
        // The lease of the first one has an entry of its own, the second one holds its own.
        let tokens = [
            try await server.token(["default"], ["ttl": "1h"]), try await server.token(["default"], ["ttl": "1h"]),
        ]
        var changes: [StorageKey: WriteBatch.Change] = [:]
        for key in try await server.storage.scan("sys/expire/id/auth/token/create/", after: nil, limit: 9) {
            changes[key] = .delete
        }
        for key in try await server.storage.scan("sys/token/id/h", after: nil, limit: 9) {
            let stored = try #require(try await server.core.barrier.get(key)).value
            var entry = try JSON.parseObject(stored, limits: .trusted)
            if entry["lease"] == nil { continue }
            entry["lease"] = nil
            changes[key] = .put(JSON.object(entry).serialized())
        }
        #expect(changes.count == 2)
        try await server.change(changes)
        for token in tokens { #expect(await !isAlive(server, token)) }
        #expect(await server.send("LIST", "auth/token/accessors").keys.count == 1)
    }

    // CVE-2020-12757: the system's TTL was used in place of the engine's.
    @Test(
        "the shortest of what is asked, role, explicit maximum and mount decides",
        arguments: [
            // asked, explicit maximum, role's explicit maximum, mount's default and maximum, what comes out
            ("", "", "", 600, 1200, 600), ("300s", "", "", 600, 1200, 300), ("2000s", "", "", 600, 1200, 1200),
            ("900s", "400s", "", 600, 1200, 400), ("900s", "", "500s", 600, 1200, 500),
            ("", "100s", "", 600, 1200, 100),
            ("", "", "200s", 600, 1200, 200), ("900s", "700s", "800s", 600, 1200, 700),
            ("900s", "800s", "700s", 600, 1200, 700), ("900s", "5000s", "6000s", 600, 700, 700),
            ("", "", "", 0, 0, 2_764_800), ("9000h", "", "", 0, 0, 2_764_800),
        ])
    func precedence(
        asked: String, explicit: String, role: String, mountDefault: Int64, mountMaximum: Int64, expected: Int64
    ) async throws {
        let server = try await ServerHarness.unsealed()
        try await server.ok(
            "POST", "sys/auth/token/tune",
            ["default_lease_ttl": .int(mountDefault), "max_lease_ttl": .int(mountMaximum)])
        try await server.ok(
            "POST", "auth/token/roles/r",
            ["allowed_policies": "default", "token_explicit_max_ttl": .string(role), "orphan": true])
        let answer = try await server.ok(
            "POST", "auth/token/create/r", ["ttl": .string(asked), "explicit_max_ttl": .string(explicit)])
        #expect(answer["auth"]?["lease_duration"]?.intValue == expected)
        let token = answer["auth"]?["client_token"]?.stringValue ?? ""
        server.clock.advance(by: .seconds(expected))
        #expect(await !isAlive(server, token))
    }

    // Vault 0.8.2 and 0.9.2: the period was ignored, or bounded by the maximum.
    @Test("a periodic token outlives its mount's maximum when renewed, and dies at its period when not")
    func periodic() async throws {
        let server = try await ServerHarness.unsealed()
        try await server.ok("POST", "sys/auth/token/tune", ["default_lease_ttl": "1h", "max_lease_ttl": "2h"])
        let token = try await server.token(["default"], ["period": "1h"])
        for _ in 0..<5 {
            server.clock.advance(by: .seconds(3500))
            let renewed = await server.send("POST", "auth/token/renew-self", ["increment": "9h"], token: token)
            #expect(renewed["auth"]?["lease_duration"]?.intValue == 3600)
        }
        server.clock.advance(by: .seconds(3600))
        #expect(await !isAlive(server, token))
    }

    // Vault 0.6.4: a child could gain the default policy.
    @Test("a child does not gain the default policy that its parent lacks")
    func noDefault() async throws {
        let server = try await ServerHarness.unsealed()
        try await server.policy("maker", "path \"auth/token/create\" { capabilities = [\"update\"] }")
        let parent = try await server.token(["maker"], ["no_default_policy": true])
        let child = await server.send("POST", "auth/token/create", [:], token: parent)
        #expect(child["auth"]?["policies"] == ["maker"])
        let asked = await server.send("POST", "auth/token/create", ["policies": ["default"]], token: parent)
        #expect(asked.status == 400)
    }

    @Test(
        "a custom id cannot imitate a generated one",
        arguments: [
            "a.b", "hvs.abc", "hvb.abc", "s.abc", "b.abc", String(repeating: "x", count: 513), "schlüssel", "a b",
        ])
    func customID(id: String) async throws {
        let server = try await ServerHarness.unsealed()
        let answer = await server.send("POST", "auth/token/create", ["id": .string(id), "policies": ["default"]])
        #expect(answer.status == 400)
        #expect(await server.send("LIST", "auth/token/accessors").keys.count == 1)
    }

    @Test("a wrapped answer tells the path it came from, whatever the caller says")
    func creationPath() async throws {
        let server = try await ServerHarness.unsealed()
        try await server.ok("POST", "secret/data/app", ["data": ["k": "v"]])
        let requests: [(method: String, path: String)] = [
            ("GET", "secret/data/app"), ("GET", "secret/metadata/app"), ("GET", "sys/mounts"),
            ("GET", "sys/policies/acl/default"), ("GET", "auth/token/lookup-self"), ("POST", "sys/wrapping/wrap"),
            ("GET", "sys/auth"), ("GET", "sys/key-status"), ("GET", "sys/config/cors"), ("GET", "sys/host-info"),
        ]
        let body: JSON = ["creation_path": "forged", "creation_ttl": 1]
        for (method, path) in requests {
            let wrapped = await server.send(
                method, path, method == "POST" ? body : nil,
                headers: [("X-Vault-Wrap-TTL", "60"), ("X-Vault-Wrap-Path", "forged")])
            let token = wrapped["wrap_info"]?["token"] ?? .null
            let shown = await server.send("POST", "sys/wrapping/lookup", ["token": token])
            #expect(shown.data?["creation_path"]?.stringValue == path)
            #expect(shown.data?["creation_ttl"]?.intValue == 60)
        }
    }

    @Test("a use is spent before the request does anything, also one that is refused")
    func usesFirst() async throws {
        let server = try await ServerHarness.unsealed()
        let token = try await server.token(["default"], ["num_uses": 2])
        #expect(await server.send("GET", "secret/data/none", token: token).status == 403)
        #expect(await server.send("GET", "sys/mounts", token: token).status == 403)
        #expect(await !isAlive(server, token))
    }
}
