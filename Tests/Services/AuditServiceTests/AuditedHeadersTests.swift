import CofferJSON
import ServerHarness
import Testing

@Suite struct AuditedHeadersTests {
    private let base = "sys/config/auditing/request-headers"

    private func audited() async throws -> ServerHarness {
        let server = try await ServerHarness.unsealed()
        try await server.ok("POST", "sys/audit/a", ["type": "recording"])
        return server
    }

    private func headers(_ server: ServerHarness) -> [JSON?] {
        server.audit.entries.filter { $0["request"]?["path"] == "sys/mounts" }.map { $0["request"]?["headers"] }
    }

    @Test("a configured header is in both lines, hashed if so configured; another one is not")
    func lines() async throws {
        let server = try await audited()
        try await server.ok("POST", base + "/X-Clear")
        try await server.ok("POST", base + "/X-Hashed", ["hmac": true])
        _ = await server.send(
            "GET", "sys/mounts", headers: [("x-clear", "seen"), ("X-Hashed", "canary-1"), ("X-Other", "canary-2")])
        let hash = try await server.ok("POST", "sys/audit-hash/a", ["input": "canary-1"]).data?["hash"]
        let shown: JSON = ["x-clear": ["seen"], "x-hashed": [hash ?? nil]]
        #expect(headers(server) == [shown, shown])
        #expect(!server.audit.text.contains("canary"))
    }

    @Test("a header that carries a credential is hashed whatever was asked (CVE-2024-8365)")
    func credentials() async throws {
        let server = try await audited()
        for name in ["X-Vault-Token", "Authorization", "Cookie"] {
            try await server.ok("POST", base + "/" + name, ["hmac": false])
        }
        _ = await server.send(
            "GET", "sys/mounts", headers: [("Authorization", "Bearer canary-1"), ("Cookie", "canary-2")])
        #expect(!server.audit.text.contains("canary"))
        let shown = try #require(headers(server).first??.objectValue)
        #expect(shown.keys == ["authorization", "cookie", "x-vault-token"])
        for member in shown.members {
            #expect(member.value.arrayValue?.first?.stringValue?.hasPrefix("hmac-sha256:") == true)
        }
    }

    @Test("user-agent is shown unless it was taken out")
    func defaults() async throws {
        let server = try await audited()
        _ = await server.send("GET", "sys/mounts", headers: [("User-Agent", "curl")])
        #expect(headers(server).last == ["user-agent": ["curl"]])
        try await server.ok("DELETE", base + "/User-Agent")
        _ = await server.send("GET", "sys/mounts", headers: [("User-Agent", "curl")])
        #expect(headers(server).last == .some(nil))
        #expect(try await server.ok("GET", base).data?["headers"]?["user-agent"] == nil)
    }

    @Test("configuring needs sudo; what is configured can be read, listed and taken away")
    func paths() async throws {
        let server = try await audited()
        try await server.ok("POST", base + "/X-One", ["hmac": "true"])
        let one = try await server.ok("GET", base + "/x-ONE")
        #expect(one.data == ["x-one": ["hmac": true]])
        #expect(one["x-one"] == ["hmac": true])
        try await server.ok("DELETE", base + "/X-One")
        let gone = await server.send("GET", base + "/X-One")
        #expect(gone.status == 400)
        #expect(gone.errors == ["Could not find header in config"])
        try await server.policy(
            "nosudo", "path \"\(base)*\" { capabilities = [\"create\", \"read\", \"update\", \"delete\"] }")
        let token = try await server.token(["nosudo"])
        #expect(await server.send("GET", base, token: token).status == 403)
        #expect(await server.send("POST", base + "/X-Two", token: token).status == 403)
        #expect(await server.send("DELETE", base + "/user-agent", token: token).status == 403)
    }
}
