import CofferBarrier
import CofferCore
import CofferJSON
import ServerHarness
import Testing

/// Whole servers with devices of different options.
@Suite struct AuditLinesTests {
    private func enable(
        _ server: ServerHarness, _ path: String, _ type: String, _ options: JSON = [:]
    ) async throws {
        try await server.ok("POST", "sys/audit/" + path, ["type": .string(type), "options": options])
    }

    private func lines(_ audit: RecordingAudit, _ path: String) -> [JSON] {
        audit.entries.filter { $0["request"]?["path"]?.stringValue == path }
    }

    @Test("a raw device shows values, and the other one has none of them (CVE-2024-0831)")
    func rawStaysAlone() async throws {
        let server = try await ServerHarness.unsealed()
        try await enable(server, "other", "recording-too")
        try await enable(server, "raw", "recording", ["log_raw": "true", "note": "canary-option"])
        try await server.ok("POST", "secret/data/x", ["data": ["k": "canary-value"]])
        let token = try await server.token(["default"], ["meta": ["m": "canary-meta"]])
        #expect(await server.send("GET", "secret/data/x", token: token).status == 403)
        try await server.ok("GET", "secret/data/x")
        #expect(server.audit.text.contains("canary-value"))
        #expect(server.audit.text.contains(token))
        for canary in ["canary-value", "canary-option", token] {
            #expect(!server.secondAudit.text.contains(canary))
        }
        #expect(lines(server.secondAudit, "secret/data/x").count == 6)
    }

    @Test("both lines of a request have its id; the answer's line has what was answered, hashed")
    func twoLines() async throws {
        let server = try await ServerHarness.unsealed()
        try await server.ok("POST", "secret/data/x", ["data": ["k": "canary"]])
        try await enable(server, "a", "recording")
        let answer = try await server.ok("GET", "secret/data/x")
        let lines = lines(server.audit, "secret/data/x")
        #expect(lines.map { $0["type"]?.stringValue } == ["request", "response"])
        #expect(lines.allSatisfy { $0["request"]?["id"] == answer["request_id"] })
        let hash = try await server.ok("POST", "sys/audit-hash/a", ["input": "canary"]).data?["hash"]
        #expect(lines.last?["response"]?["data"]?["data"]?["k"] == hash)
        #expect(lines.first?["response"] == nil)
        for part in ["auth", "request"] {
            #expect(lines.first?[part] != nil)
            #expect(lines.first?[part] == lines.last?[part])
        }
    }

    @Test("a device that a request enables gets the whole line of its answer")
    func lateDevice() async throws {
        let server = try await ServerHarness.unsealed()
        try await enable(server, "a", "recording")
        let late = try #require(lines(server.audit, "sys/audit/a").last)
        #expect(late["type"] == "response")
        #expect(late["request"]?["operation"] == "update")
        #expect(late["auth"]?["display_name"] == "root")
    }

    @Test("accessors are hashed unless the device was told not to")
    func accessors() async throws {
        let server = try await ServerHarness.unsealed()
        try await enable(server, "hashed", "recording")
        try await enable(server, "clear", "recording-too", ["hmac_accessor": "false"])
        let made = try await server.ok("POST", "auth/token/create", ["policies": ["default"]])
        let accessor = try #require(made["auth"]?["accessor"]?.stringValue)
        #expect(!server.audit.text.contains(accessor))
        let shown = lines(server.secondAudit, "auth/token/create").last?["response"]?["auth"]
        #expect(shown?["accessor"]?.stringValue == accessor)
        let token = try #require(made["auth"]?["client_token"]?.stringValue)
        #expect(!server.secondAudit.text.contains(token))
    }

    @Test("a list answer is told as a number where that was asked for")
    func elision() async throws {
        let server = try await ServerHarness.unsealed()
        for name in ["a", "b", "c"] { try await server.ok("POST", "secret/data/" + name, ["data": [:]]) }
        try await enable(server, "whole", "recording")
        try await enable(server, "elided", "recording-too", ["elide_list_responses": "true"])
        try await server.ok("LIST", "secret/metadata")
        let path = "secret/metadata/"
        #expect(lines(server.audit, path).last?["response"]?["data"]?["keys"]?.arrayValue?.count == 3)
        #expect(lines(server.secondAudit, path).last?["response"]?["data"]?["keys"] == 3)
        try await server.ok("POST", "secret/data/k", ["data": ["keys": "v"]])
        try await server.ok("GET", "secret/data/k")
        let read = lines(server.secondAudit, "secret/data/k").last?["response"]?["data"]?["data"]?["keys"]
        #expect(read?.stringValue?.hasPrefix("hmac-sha256:") == true)
    }

    @Test("a filter chooses lines, and the fallback device gets what no filter took")
    func filters() async throws {
        let server = try await ServerHarness.unsealed()
        try await enable(server, "rest", "recording-too", ["fallback": "true"])
        try await enable(server, "kv", "recording", ["filter": "mount_type == kv and operation != read"])
        try await server.ok("POST", "secret/data/x", ["data": ["k": "v"]])
        try await server.ok("GET", "secret/data/x")
        try await server.ok("GET", "sys/mounts")
        let kinds = lines(server.audit, "secret/data/x").map { $0["request"]?["operation"]?.stringValue }
        #expect(kinds == ["create", "create"])
        #expect(lines(server.audit, "sys/mounts").isEmpty)
        let rest = lines(server.secondAudit, "secret/data/x").map { $0["request"]?["operation"]?.stringValue }
        #expect(rest == ["read", "read"])
        #expect(lines(server.secondAudit, "sys/mounts").count == 2)
        let second = await server.send("POST", "sys/audit/again", ["type": "recording", "options": ["fallback": "1"]])
        #expect(second.status == 400)
    }

    @Test("fails closed: with all devices failing 500 and nothing executed; one of two is enough")
    func failure() async throws {
        let server = try await ServerHarness.unsealed()
        try await enable(server, "a", "recording")
        try await enable(server, "b", "recording-too")
        server.audit.fail(true)
        try await server.ok("POST", "secret/data/one", ["data": ["k": "v"]])
        server.secondAudit.fail(true)
        #expect(await server.send("POST", "secret/data/none", ["data": ["k": "v"]]).status == 500)
        #expect(await server.send("GET", "secret/data/one").status == 500)
        #expect(await server.send("GET", "secret/data/one", token: "hvs.unknown").status == 500)
        #expect(await server.send("GET", "sys/health", token: nil).status == 200)
        server.audit.fail(false)
        #expect(await server.send("GET", "secret/data/none").status == 404)
        #expect(await server.send("GET", "secret/data/one").status == 200)
    }

    @Test("a device that the filters leave out cannot save a request that its own device refused")
    func failureBehindFilter() async throws {
        let server = try await ServerHarness.unsealed()
        try await enable(server, "kv", "recording", ["filter": "mount_type == kv"])
        try await enable(server, "rest", "recording-too", ["fallback": "true"])
        server.audit.fail(true)
        #expect(await server.send("GET", "secret/data/x").status == 500)
        #expect(await server.send("GET", "sys/mounts").status == 200)
    }

    @Test("options survive a seal")
    func restart() async throws {
        let server = ServerHarness()
        let made = try await server.core.initialize(
            .init(.init(shares: 1, threshold: 1), rootTokenID: "root"))
        for share in made.shares { try await server.core.unseal(with: share) }
        try await enable(server, "raw", "recording", ["log_raw": "true"])
        try await server.ok("POST", "sys/config/auditing/request-headers/X-Kept", ["hmac": true])
        await server.core.sealNow()
        for share in made.shares { try await server.core.unseal(with: share) }
        try await server.ok("POST", "cubbyhole/x", ["k": "shown"])
        #expect(server.audit.text.contains("shown"))
        let headers = try await server.ok("GET", "sys/config/auditing/request-headers")
        #expect(headers.data?["headers"]?["x-kept"] == ["hmac": true])
    }
}
