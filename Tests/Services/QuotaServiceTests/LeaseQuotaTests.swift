import CofferJSON
import ServerHarness
import TestSupport
import Testing

/// `sys/quotas/lease-count` over a whole server.
@Suite struct LeaseQuotaTests {
    private static func server() async throws -> (ServerHarness, CredentialTarget) {
        let target = CredentialTarget()
        let server = try await ServerHarness.unsealed(engines: [CredentialEngine.kind(target), LoginEngine.kind])
        try await server.ok("POST", "sys/mounts/db", ["type": "credentials"])
        try await server.ok("POST", "sys/auth/open", ["type": "open"])
        return (server, target)
    }

    private static func count(_ server: ServerHarness, _ name: String) async -> JSON? {
        await server.send("GET", "sys/quotas/lease-count/" + name).data?["counter"]
    }

    @Test("where the leases are used up the answer is 429, nothing is registered, and the credential is taken back")
    func refusal() async throws {
        let (server, target) = try await Self.server()
        try await server.ok("POST", "sys/quotas/lease-count/q", ["max_leases": 2, "path": "db"])
        for _ in 0..<2 { try await server.ok("GET", "db/creds/app") }
        let refused = await server.send("GET", "db/creds/app")
        #expect(refused.status == 429)
        #expect(
            refused.errors == ["1 error occurred:\n\t* request path \"db/creds/app\": lease count quota exceeded\n\n"])
        await target.waitForAttempts(1)
        try await server.settle()
        #expect(target.users == ["user-1", "user-2"])
        #expect(await Self.count(server, "q") == 2)
        #expect(await server.send("LIST", "sys/leases/lookup/db/creds/app").keys.count == 2)
    }

    @Test("a lease that ends leaves its place to another")
    func freed() async throws {
        let (server, _) = try await Self.server()
        try await server.ok("POST", "sys/quotas/lease-count/q", ["max_leases": 1, "path": "db"])
        let lease = try await server.ok("GET", "db/creds/app")["lease_id"] ?? ""
        #expect(await server.send("GET", "db/creds/app").status == 429)
        try await server.settle()
        try await server.ok("PUT", "sys/leases/revoke", ["lease_id": lease])
        #expect(await Self.count(server, "q") == 0)
        #expect(await server.send("GET", "db/creds/app").status == 200)
    }

    @Test("a new quota counts what there is, also more than it allows, and is exact after a restart")
    func counted() async throws {
        let (server, _) = try await Self.server()
        for _ in 0..<3 { try await server.ok("GET", "db/creds/app") }
        try await server.ok("POST", "sys/quotas/lease-count/q", ["max_leases": 2, "path": "db/creds/app"])
        #expect(await Self.count(server, "q") == 3)
        #expect(await server.send("GET", "db/creds/other").status == 200)
        try await server.reopen()
        #expect(await Self.count(server, "q") == 3)
        #expect(await server.send("GET", "db/creds/app").status == 429)
        let read = await server.send("GET", "sys/quotas/lease-count/q").data
        #expect(read?["max_leases"] == 2 && read?["path"] == "db/creds/app" && read?["type"] == "lease-count")
        #expect(await server.send("LIST", "sys/quotas/lease-count").keys == ["q"])
    }

    @Test("of requests at the same time no more get a lease than there are places")
    func race() async throws {
        let (server, _) = try await Self.server()
        try await server.ok("POST", "sys/quotas/lease-count/q", ["max_leases": 5, "path": "db"])
        let statuses = await withTaskGroup(of: Int.self) { group in
            for _ in 0..<40 { group.addTask { await server.send("GET", "db/creds/app").status } }
            return await group.reduce(into: [:]) { $0[$1, default: 0] += 1 }
        }
        let granted = statuses[200] ?? 0
        #expect(granted <= 5 && granted + (statuses[429] ?? 0) == 40)
        // One that lost the race at the last moment held its place until then: no place is lost for good.
        try await server.settle()
        for _ in granted..<5 { #expect(await server.send("GET", "db/creds/app").status == 200) }
        #expect(await server.send("GET", "db/creds/app").status == 429)
    }

    @Test("tokens count for the mount that made them; root tokens are let through, batch tokens take no place")
    func tokens() async throws {
        let (server, _) = try await Self.server()
        try await server.ok("POST", "sys/quotas/lease-count/q", ["max_leases": 1, "path": "auth/token"])
        try await server.ok("POST", "auth/token/create", ["policies": ["default"], "type": "batch"])
        #expect(await Self.count(server, "q") == 0)
        try await server.ok("POST", "auth/token/create", ["policies": ["default"]])
        let refused = await server.send("POST", "auth/token/create", ["policies": ["default"]])
        #expect(refused.status == 429)
        #expect(
            await server.send("POST", "auth/token/create", ["policies": ["default"], "type": "batch"]).status == 429)
        #expect(await server.send("POST", "auth/token/create", ["policies": ["root"]]).status == 200)
        #expect(await server.send("POST", "auth/open/login/bob", token: nil).status == 200)
    }

    @Test("a quota of a role counts the logins of that role")
    func role() async throws {
        let (server, _) = try await Self.server()
        try await server.ok(
            "POST", "sys/quotas/lease-count/web", ["max_leases": 1, "path": "auth/open", "role": "web"])
        func login(_ role: String) async -> Int {
            await server.send("POST", "auth/open/login/bob", ["role": .string(role)], token: nil).status
        }
        #expect(await login("web") == 200)
        #expect(await login("web") == 429)
        #expect(await login("other") == 200)
        try await server.reopen()
        #expect(await Self.count(server, "web") == 1)
        #expect(await login("web") == 429)
    }

    @Test("the most specific quota counts, and only that")
    func specific() async throws {
        let (server, _) = try await Self.server()
        try await server.ok("POST", "sys/quotas/lease-count/all", ["max_leases": 1])
        try await server.ok("POST", "sys/quotas/lease-count/db", ["max_leases": 3, "path": "db"])
        for _ in 0..<3 { try await server.ok("GET", "db/creds/app") }
        #expect(await server.send("GET", "db/creds/app").status == 429)
        #expect(await server.send("POST", "auth/open/login/bob", token: nil).status == 200)
        #expect(await server.send("POST", "auth/open/login/bob", token: nil).status == 429)
        #expect(
            await server.send("POST", "sys/quotas/lease-count/x", ["max_leases": 0]).errors == [
                "'max_leases' is invalid"
            ])
    }
}
