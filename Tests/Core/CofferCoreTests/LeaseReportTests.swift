import CofferJSON
import CofferStorage
import ServerHarness
import TestSupport
import Testing

@Suite struct LeaseReportTests {
    @Test("leases are counted for each mount")
    func count() async throws {
        let fixture = try await LeaseServer()
        for _ in 0..<3 { _ = try await fixture.lease() }
        _ = try await fixture.server.token(["default"])
        let accessor = await fixture.server.send("GET", "sys/mounts/db").data?["accessor"]?.stringValue ?? ""
        let answer = await fixture.server.send("GET", "sys/leases/count")
        #expect(answer.data?["counts"]?[accessor]?.intValue == 3)
        #expect(answer.data?["lease_count"]?.intValue == 4)
        #expect(await fixture.server.send("GET", "sys/leases/count", query: "type=other").status == 400)
    }

    @Test("top names the paths and the tokens with the most leases")
    func top() async throws {
        let fixture = try await LeaseServer()
        let busy = try await fixture.server.token(["app"], ["display_name": "busy"])
        let calm = try await fixture.server.token(["app"], ["display_name": "calm"])
        for _ in 0..<3 { _ = try await fixture.lease(token: busy) }
        _ = try await fixture.lease(token: calm)
        let answer = await fixture.server.send("GET", "sys/leases/top", query: "limit=1")
        #expect(answer.data?["lease_count"]?.intValue == 6)
        let paths = answer.data?["paths"]?.arrayValue
        #expect(paths?.count == 1)
        #expect(paths?.first?["path"]?.stringValue == "db/creds/app")
        #expect(paths?.first?["lease_count"]?.intValue == 4)
        let holders = answer.data?["holders"]?.arrayValue
        #expect(holders?.count == 1)
        #expect(holders?.first?["display_name"]?.stringValue == "token-busy")
        #expect(holders?.first?["lease_count"]?.intValue == 3)
        #expect(!answer.text.contains(busy))
        try await fixture.server.policy("reader", "path \"sys/leases/*\" { capabilities = [\"read\"] }")
        let token = try await fixture.server.token(["reader"])
        #expect(await fixture.server.send("GET", "sys/leases/top", token: token).status == 403)
    }

    @Test("tidy lists a lease again that the calendar had lost, and removes entries without a lease")
    func tidy() async throws {
        let fixture = try await LeaseServer()
        let id = try await fixture.lease("ttl=1h")
        let storage = fixture.server.storage
        let calendar = try await storage.scan("sys/expire/at/", after: nil, limit: .max)
        var changes: [StorageKey: WriteBatch.Change] = [:]
        for key in calendar where key.description.hasSuffix(id) { changes[key] = .delete }
        #expect(changes.count == 1)
        changes["sys/expire/token/nobody/db/creds/app/none"] = .put([])
        try await fixture.server.change(changes)
        #expect(await fixture.server.send("POST", "sys/leases/tidy").status == 202)
        let relisted = try await storage.scan("sys/expire/at/", after: nil, limit: .max)
        #expect(relisted == calendar)
        #expect(try await fixture.entries("sys/expire/token/nobody/").isEmpty)
        try await fixture.advance(3601)
        #expect(fixture.target.users.isEmpty)
    }
}
