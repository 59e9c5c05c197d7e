import CofferHTTP
import CofferJSON
import CofferStorage
import QuotaService
import ServerHarness
import Synchronization
import TestSupport
import Testing

/// `sys/quotas/rate-limit` over a whole server.
@Suite struct RateQuotaTests {
    private static func quota(_ server: ServerHarness, _ body: JSON, named name: String = "q") async throws {
        try await server.ok("POST", "sys/quotas/rate-limit/" + name, body)
    }

    @Test("a client that asks too often gets 429 and Vault's text, until time has passed")
    func refusal() async throws {
        let server = try await ServerHarness.unsealed()
        try await Self.quota(server, ["rate": 2, "path": "secret/"])
        #expect(await server.send("GET", "secret/config").status == 200)
        #expect(await server.send("GET", "secret/config").status == 200)
        let refused = await server.send("GET", "secret/config")
        #expect(refused.status == 429)
        #expect(refused.errors == ["request path \"secret/config\": rate limit quota exceeded"])
        #expect(refused.fields["retry-after"] == nil)
        #expect(await server.send("GET", "sys/mounts").status == 200)
        server.clock.advance(by: .seconds(1))
        #expect(await server.send("GET", "secret/config").status == 200)
    }

    @Test("a refused request costs no byte of its body (CVE-2025-12044)")
    func unreadBody() async throws {
        let server = try await ServerHarness.unsealed()
        try await Self.quota(server, ["rate": 1, "path": "secret/"])
        #expect(await server.send("POST", "secret/data/x", ["data": ["a": "b"]]).status == 200)
        let asked = Mutex(0)
        for _ in 0..<1000 {
            let body = HTTPBody(declaredLength: nil) { _ in asked.withLock { $0 += 1 } }
            var fields = HTTPFields()
            fields.add("X-Vault-Token", "root")
            var connection = ConnectionInfo()
            connection.remoteAddress = "127.0.0.1"
            let answer = await server.answer(
                HTTPRequest(
                    method: "POST", path: "/v1/secret/data/x", query: nil, fields: fields, connection: connection,
                    body: body))
            #expect(answer.status == 429)
        }
        #expect(asked.withLock { $0 } == 0)
    }

    @Test("answers tell what is left of the quota when that is wanted")
    func headers() async throws {
        let server = try await ServerHarness.unsealed()
        try await server.ok("POST", "sys/quotas/config", ["enable_rate_limit_response_headers": true])
        try await Self.quota(server, ["rate": 2, "interval": 10, "path": "secret/"])
        let first = await server.send("GET", "secret/config")
        #expect(first.fields["x-ratelimit-limit"] == "2")
        #expect(first.fields["x-ratelimit-remaining"] == "1")
        #expect(first.fields["x-ratelimit-reset"] == "5")
        #expect(first.fields["retry-after"] == nil)
        // A refusal of another kind has them too.
        #expect(await server.send("GET", "secret/config", token: nil).fields["x-ratelimit-remaining"] == "0")
        let refused = await server.send("GET", "secret/config")
        #expect(refused.fields["retry-after"] == "5")
        #expect(refused.fields["x-ratelimit-reset"] == "5")
        #expect(await server.send("GET", "sys/mounts").fields["x-ratelimit-limit"] == nil)
    }

    @Test("refusals are audited when that is wanted, and only then")
    func audit() async throws {
        let server = try await ServerHarness.unsealed()
        try await server.ok("POST", "sys/audit/rec", ["type": "recording"])
        try await Self.quota(server, ["rate": 1, "path": "secret/"])
        _ = await server.send("GET", "secret/config")
        _ = await server.send("GET", "secret/config")
        #expect(!server.audit.text.contains("rate limit quota exceeded"))
        try await server.ok("POST", "sys/quotas/config", ["enable_rate_limit_audit_logging": true])
        #expect(await server.send("GET", "secret/config").status == 429)
        #expect(server.audit.text.contains("rate limit quota exceeded"))
        server.audit.fail(true)
        #expect(await server.send("GET", "secret/config").status == 429)
    }

    @Test("health and the way back from a seal are exempt, and other paths can be")
    func exempt() async throws {
        let server = try await ServerHarness.unsealed()
        let settings = await server.send("GET", "sys/quotas/config")
        #expect(settings.data?["rate_limit_exempt_paths"]?.arrayValue?.contains("sys/health") == true)
        #expect(settings.data?["absolute_rate_limit_exempt_paths"] == [])
        try await server.ok(
            "POST", "sys/quotas/config",
            [
                "rate_limit_exempt_paths": ["sys/health", "/v1/sys/quotas/*"],
                "absolute_rate_limit_exempt_paths": "secret/config",
            ])
        try await Self.quota(server, ["rate": "0.001"])
        #expect(await server.send("GET", "sys/mounts").status == 200)
        #expect(await server.send("GET", "sys/mounts").status == 429)
        #expect(await server.send("GET", "secret/config").status == 200)
        #expect(await server.send("GET", "sys/health").status == 200)
        #expect(await server.send("DELETE", "sys/quotas/rate-limit/q").status == 204)
        #expect(await server.send("GET", "sys/mounts").status == 200)
    }

    @Test("a quota of a role counts the logins of that role, which a quota of the mount does not")
    func role() async throws {
        let server = try await ServerHarness.unsealed(engines: [LoginEngine.kind])
        try await server.ok("POST", "sys/auth/open", ["type": "open"])
        try await Self.quota(server, ["rate": 1, "path": "auth/open", "role": "web"], named: "web")
        try await Self.quota(server, ["rate": 2, "path": "auth/open/"], named: "all")
        func login(_ role: String) async -> Int {
            await server.send("POST", "auth/open/login/bob", ["role": .string(role)], token: nil).status
        }
        #expect(await login("web") == 200)
        #expect(await login("web") == 429)
        #expect(await login("other") == 200)
        #expect(await login("third") == 200)
        #expect(await login("other") == 429)
    }

    @Test("what is written is read, listed and kept over a seal; a write replaces the whole rule")
    func keeping() async throws {
        let server = try await ServerHarness.unsealed()
        #expect(await server.send("LIST", "sys/quotas/rate-limit").status == 404)
        #expect(await server.send("GET", "sys/quotas/rate-limit/q").status == 404)
        try await Self.quota(
            server, ["rate": "12.5", "interval": "2m", "block_interval": 30, "path": "/secret/data/a*"])
        let expected: JSON = [
            "type": "rate-limit", "name": "q", "path": "secret/data/a*", "role": "",
            "rate": .number(.init(checkedText: "12.5")),
            "interval": 120, "block_interval": 30, "inheritable": false, "group_by": "ip",
        ]
        #expect(await server.send("GET", "sys/quotas/rate-limit/q").data == expected)
        try await server.reopen()
        #expect(await server.send("GET", "sys/quotas/rate-limit/q").data == expected)
        #expect(await server.send("LIST", "sys/quotas/rate-limit").keys == ["q"])
        try await Self.quota(server, ["rate": 7])
        let replaced = await server.send("GET", "sys/quotas/rate-limit/q")
        #expect(replaced.data?["path"] == "" && replaced.data?["block_interval"] == 0)
        #expect(replaced.data?["inheritable"] == true && replaced.data?["rate"] == 7)
    }

    @Test(
        "a quota that could not count is refused",
        arguments: [
            (["rate": 0], "'rate' is invalid"), (["rate": -1], "'rate' is invalid"), ([:], "'rate' is invalid"),
            (["rate": 1, "path": "nowhere"], "invalid mount path \"nowhere\""),
            (["rate": 1, "inheritable": false], "all global quotas must be inheritable"),
            (
                ["rate": 1, "path": "secret", "inheritable": true],
                "only namespace quotas can be configured as inheritable"
            ),
            (
                ["rate": 1, "path": "secret", "role": "x"],
                "Mount path \"secret\" is not a valid auth method and therefore unsuitable for use with role-based quotas"
            ),
            (
                ["rate": 1, "path": "auth/token", "role": "x"],
                "Mount path \"auth/token\" does not support use with role-based quotas"
            ),
        ] as [(JSON, String)])
    func refusedRule(body: JSON, text: String) async throws {
        let server = try await ServerHarness.unsealed()
        let answer = await server.send("POST", "sys/quotas/rate-limit/q", body)
        #expect(answer.status == 400)
        #expect(answer.errors == [text])
    }

    @Test("a stored rule that cannot be read is left out, and keeps neither the server sealed nor the others away")
    func damaged() async throws {
        let server = try await ServerHarness.unsealed()
        try await Self.quota(server, ["rate": 1, "path": "secret"], named: "good")
        try await server.change([
            "sys/quotas/rate-limit/bad": .put(Array("{\"rate\": -1}".utf8)),
            "sys/quotas/lease-count/worse": .put([0xff]), "sys/quotas/config": .put(Array("[]".utf8)),
        ])
        try await server.reopen()
        #expect(await server.send("LIST", "sys/quotas/rate-limit").keys == ["good"])
        #expect(await server.send("LIST", "sys/quotas/lease-count").status == 404)
        _ = await server.send("GET", "secret/config")
        #expect(await server.send("GET", "secret/config").status == 429)
    }

    @Test("two quotas cannot be for the same place")
    func twins() async throws {
        let server = try await ServerHarness.unsealed()
        try await Self.quota(server, ["rate": 1, "path": "secret/data/x"], named: "one")
        let answer = await server.send("POST", "sys/quotas/rate-limit/two", ["rate": 2, "path": "secret/data/x/"])
        #expect(answer.errors == ["quota rule with similar properties exists under the name \"one\""])
        try await Self.quota(server, ["rate": 3, "path": "secret/data/x"], named: "one")
    }

    @Test("the quotas of a mount move with it and end with it")
    func mounts() async throws {
        let server = try await ServerHarness.unsealed()
        try await Self.quota(server, ["rate": 1, "path": "secret/data/x"])
        try await server.ok("POST", "sys/remount", ["from": "secret", "to": "moved"])
        #expect(await server.send("GET", "sys/quotas/rate-limit/q").data?["path"] == "moved/data/x")
        _ = await server.send("GET", "moved/data/x")
        #expect(await server.send("GET", "moved/data/x").status == 429)
        try await server.ok("DELETE", "sys/mounts/moved")
        #expect(await server.send("GET", "sys/quotas/rate-limit/q").status == 404)
    }
}
