import CofferJSON
import ServerHarness
import Testing

@Suite struct QuotaTests {
    @Test("a rate limit for a role counts its logins and no others")
    func roleQuota() async throws {
        let web = try await AppRoleServer(["bind_secret_id": false, "token_bound_cidrs": "127.0.0.1/32"])
        try await web.ok("POST", "batch", ["bind_secret_id": false, "token_bound_cidrs": "127.0.0.1/32"])
        try await web.server.ok(
            "POST", "sys/quotas/rate-limit/web", ["rate": 1, "interval": "1h", "path": "auth/approle", "role": "web"])
        let (limited, other) = (try await web.roleID(), try await web.roleID("batch"))
        #expect(await web.login(limited, nil).status == 200)
        #expect(await web.login(limited, nil).status == 429)
        for _ in 0..<3 { #expect(await web.login(other, nil).status == 200) }
    }
}
