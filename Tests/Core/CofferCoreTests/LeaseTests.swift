import CofferJSON
import CofferStorage
import ServerHarness
import TestSupport
import Testing

@Suite struct LeaseTests {
    @Test("a leased answer names its lease, which can be looked up")
    func leasedAnswer() async throws {
        let fixture = try await LeaseServer()
        let answer = await fixture.server.send("GET", "db/creds/app", query: "ttl=1h")
        let id = answer["lease_id"]?.stringValue ?? ""
        #expect(id.hasPrefix("db/creds/app/"))
        #expect(answer["renewable"]?.boolValue == true)
        #expect(answer["lease_duration"]?.intValue == 3600)
        #expect(fixture.target.users == [answer.data?["username"]?.stringValue ?? ""])
        let shown = await fixture.lookup(id).data
        #expect(shown?["id"]?.stringValue == id)
        #expect(shown?["ttl"]?.intValue == 3600)
        #expect(shown?["issue_time"]?.stringValue == "2026-01-01T00:00:00Z")
        #expect(shown?["expire_time"]?.stringValue == "2026-01-01T01:00:00Z")
        #expect(shown?["last_renewal"]?.isNull == true)
        #expect(shown?["renewable"]?.boolValue == true)
        #expect(Set(shown?.objectValue?.keys ?? []).count == 6)
    }

    @Test("an unknown lease is an invalid one, for lookup and renewal")
    func unknown() async throws {
        let fixture = try await LeaseServer()
        #expect(await fixture.lookup("db/creds/app/none").errors == ["invalid lease"])
        #expect(await fixture.renew("db/creds/app/none", 60).errors == ["invalid lease"])
        let missing = await fixture.server.send("PUT", "sys/leases/lookup", [:])
        #expect(missing.status == 400)
    }

    @Test("the audit shows the lease id and nothing of what the engine keeps with it")
    func audit() async throws {
        let fixture = try await LeaseServer()
        try await fixture.server.ok("POST", "sys/audit/recording", ["type": "recording"])
        let id = try await fixture.lease()
        #expect(fixture.server.audit.text.contains("\"secret\":{\"lease_id\":\"\(id)\"}"))
        #expect(!fixture.server.audit.text.contains("user-1"))
        let lookup = await fixture.lookup(id)
        #expect(!lookup.text.contains("user-1"))
    }

    @Test("renewal moves the end, counted from now, and never beyond the maximum")
    func renewal() async throws {
        let fixture = try await LeaseServer()
        let id = try await fixture.lease("ttl=1h&max_ttl=2h")
        try await fixture.advance(1800)
        let renewed = await fixture.renew(id, "1h")
        #expect(renewed["lease_id"]?.stringValue == id)
        #expect(renewed["lease_duration"]?.intValue == 3600)
        #expect(renewed["renewable"]?.boolValue == true)
        #expect(renewed["data"]?.isNull == true)
        #expect(await fixture.lookup(id).data?["last_renewal"]?.stringValue == "2026-01-01T00:30:00Z")
        let capped = await fixture.renew(id, "5h")
        #expect(capped["lease_duration"]?.intValue == 5400)
        #expect(capped["warnings"]?.arrayValue?.count == 1)
        try await fixture.advance(5401)
        #expect(fixture.target.users.isEmpty)
    }

    // CVE-2021-32923, for the leases of engines.
    @Test("a lease renewed at its maximum never becomes endless")
    func renewalAtTheLimit() async throws {
        let fixture = try await LeaseServer()
        var ids: [String] = []
        for _ in 0..<20 { ids.append(try await fixture.lease("ttl=3s&max_ttl=3s")) }
        for (number, id) in ids.enumerated() {
            // From two seconds after the start to the very end, in steps of 50 ms.
            if number == 0 { fixture.server.clock.advance(by: .seconds(2)) }
            let answer = await fixture.renew(id, "1h")
            #expect(answer.status == 400 || (answer["lease_duration"]?.intValue ?? 9) <= 1)
            fixture.server.clock.advance(by: .milliseconds(50))
        }
        try await fixture.advance(4)
        #expect(fixture.target.users.isEmpty)
        #expect(try await fixture.entries("sys/expire/id/db/").isEmpty)
    }

    @Test("what is not renewable, and a token, are not renewed as leases")
    func notRenewable() async throws {
        let fixture = try await LeaseServer()
        let id = try await fixture.lease("ttl=1h&renewable=false")
        #expect(await fixture.renew(id, 60).errors == ["lease is not renewable"])
        _ = try await fixture.server.token(["default"], ["ttl": "1h"])
        let folder = await fixture.server.send("LIST", "sys/leases/lookup/auth/token/create")
        let tokenLease = "auth/token/create/" + (folder.keys.first ?? "")
        let answer = await fixture.renew(tokenLease, 60)
        #expect(answer.errors == ["tokens cannot be renewed through this endpoint"])
    }

    @Test("leases are listed folder by folder and page by page, for callers with sudo")
    func listing() async throws {
        let fixture = try await LeaseServer()
        for _ in 0..<5 { _ = try await fixture.lease() }
        #expect(await fixture.server.send("LIST", "sys/leases/lookup/db/").keys == ["creds/"])
        let all = await fixture.server.send("LIST", "sys/leases/lookup/db/creds/app").keys
        #expect(all.count == 5)
        let page = await fixture.server.send(
            "LIST", "sys/leases/lookup/db/creds/app", query: "after=\(all[1])&limit=2")
        #expect(page.keys == Array(all[2...3]))
        #expect(await fixture.server.send("LIST", "sys/leases/lookup/none").status == 404)
        try await fixture.server.policy("lister", "path \"sys/leases/lookup/*\" { capabilities = [\"list\"] }")
        let token = try await fixture.server.token(["lister"])
        #expect(await fixture.server.send("LIST", "sys/leases/lookup/db/", token: token).status == 403)
    }

    @Test("an expired lease is not renewed, whether or not the reaper has come")
    func expired() async throws {
        let fixture = try await LeaseServer()
        fixture.target.setDown(true)
        let id = try await fixture.lease("ttl=10s")
        try await fixture.advance(11)
        #expect(fixture.target.attempts == 1)
        let refused = await fixture.renew(id, "1h")
        #expect(refused.status == 400)
        fixture.target.setDown(false)
        try await fixture.advance(10)
        #expect(fixture.target.users.isEmpty)
    }

    // CVE-2020-12757: the system's TTL was used in place of the engine's.
    @Test("the mount's lifetimes bound what an engine asks for")
    func mountLimits() async throws {
        let fixture = try await LeaseServer()
        try await fixture.server.ok(
            "POST", "sys/mounts/db/tune", ["default_lease_ttl": "10m", "max_lease_ttl": "20m"])
        let byDefault = await fixture.server.send("GET", "db/creds/app")
        #expect(byDefault["lease_duration"]?.intValue == 600)
        let capped = await fixture.server.send("GET", "db/creds/app", query: "ttl=1h&max_ttl=2h")
        #expect(capped["lease_duration"]?.intValue == 1200)
    }

    @Test("a wrapped answer keeps its lease")
    func wrapped() async throws {
        let fixture = try await LeaseServer()
        let wrapped = await fixture.server.send(
            "GET", "db/creds/app", query: "ttl=1h", headers: [("X-Vault-Wrap-TTL", "60")])
        #expect(wrapped["lease_id"]?.stringValue == "")
        let token = wrapped["wrap_info"]?["token"]?.stringValue
        let opened = await fixture.server.send("PUT", "sys/wrapping/unwrap", token: token)
        #expect(opened["lease_duration"]?.intValue == 3600)
        #expect(await fixture.exists(opened["lease_id"]?.stringValue ?? ""))
    }
}
