import CofferBase
import CofferCore
import CofferJSON
import CofferStorage
import LeaseService
import ServerHarness
import TestSupport
import Testing

/// Tokens that hold their own leases, which the calendar lists together: whoever asks for leases sees no difference.
@Suite struct HeldLeaseTests {
    private static let folder = "sys/leases/lookup/auth/token/create"

    private func tokens(_ count: Int, _ fixture: LeaseServer, ttl: String = "1h") async throws -> [String] {
        var tokens: [String] = []
        for _ in 0..<count { tokens.append(try await fixture.server.token(["default"], ["ttl": .string(ttl)])) }
        return tokens
    }

    private func isAlive(_ token: String, _ fixture: LeaseServer) async -> Bool {
        await fixture.server.send("GET", "auth/token/lookup-self", token: token).status == 200
    }

    private func traces(_ fixture: LeaseServer) async throws -> [String] {
        var found: [String] = []
        for folder in ["sys/token/id/h", "sys/expire/"] as [StorageKey] {
            found += try await fixture.entries(folder)
        }
        return found
    }

    @Test("most tokens of a moment store one entry each, and their leases are listed, shown and counted")
    func listing() async throws {
        let fixture = try await LeaseServer()
        _ = try await tokens(20, fixture)
        #expect(try await fixture.entries("sys/token/id/h").count == 20)
        // The first one opens no window.
        #expect(try await fixture.entries("sys/expire/id/").count == 1)
        #expect(try await fixture.entries("sys/expire/window/").count == 1)
        #expect(try await fixture.entries("sys/expire/at/").count == 2)
        let names = await fixture.server.send("LIST", Self.folder).keys
        #expect(names.count == 20)
        #expect(names == names.sorted())
        for name in names {
            let lease = await fixture.lookup("auth/token/create/" + name)
            #expect(lease.data?["ttl"]?.intValue == 3600)
        }
        var paged: [String] = []
        while true {
            let page = await fixture.server.send(
                "LIST", Self.folder, query: "limit=3&after=" + (paged.last ?? "")
            ).keys
            if page.isEmpty { break }
            #expect(page.count <= 3)
            paged += page
        }
        #expect(paged == names)
        #expect(await fixture.server.send("LIST", "sys/leases/lookup/auth/token").keys == ["create/"])
        let count = await fixture.server.send("GET", "sys/leases/count")
        #expect(count.data?["lease_count"]?.intValue == 20)
    }

    @Test("a folder whose tokens are all gone is none")
    func emptied() async throws {
        let fixture = try await LeaseServer()
        for token in try await tokens(5, fixture) {
            try await fixture.server.ok("POST", "auth/token/revoke-self", token: token)
        }
        #expect(await fixture.server.send("LIST", Self.folder).status == 404)
        #expect(await fixture.server.send("LIST", "sys/leases/lookup/auth/token").status == 404)
        try await fixture.advance(3700)
        #expect(try await traces(fixture).isEmpty)
    }

    @Test("all leases below a path end at once, whoever lists them", arguments: ["sync", "async"])
    func prefix(_ mode: String) async throws {
        let fixture = try await LeaseServer()
        let ended = try await tokens(10, fixture)
        try await fixture.server.ok(
            "PUT", "sys/leases/revoke-prefix/auth/token/create", ["sync": .bool(mode == "sync")])
        try await fixture.settle()
        for token in ended { #expect(await !isAlive(token, fixture)) }
        #expect(await fixture.server.send("LIST", Self.folder).status == 404)
    }

    @Test("one lease of a window is revoked by its id, and the others stay")
    func one() async throws {
        let fixture = try await LeaseServer()
        let all = try await tokens(4, fixture)
        let name = try #require(await fixture.server.send("LIST", Self.folder).keys.first)
        try await fixture.server.ok("PUT", "sys/leases/revoke", ["lease_id": .string("auth/token/create/" + name)])
        try await fixture.settle()
        var alive = 0
        for token in all where await isAlive(token, fixture) { alive += 1 }
        #expect(alive == 3)
        try await fixture.advance(3700)
        #expect(try await traces(fixture).isEmpty)
    }

    @Test("tokens of other lifetimes end on their own time, and ten of a window at ten times leave nothing")
    func lifetimes() async throws {
        let fixture = try await LeaseServer()
        var all: [String] = []
        for minutes in 1...10 { all += try await tokens(2, fixture, ttl: "\(minutes)m") }
        for minutes in 1...10 {
            try await fixture.advance(60)
            for (number, token) in all.enumerated() {
                #expect(await isAlive(token, fixture) == (number >= 2 * minutes))
            }
            #expect(try await fixture.entries("sys/token/id/h").count == 20 - 2 * minutes)
        }
        try await fixture.advance(600)
        #expect(try await traces(fixture).isEmpty)
    }

    @Test("leases are counted right through all that becomes of them")
    func counting() async throws {
        let fixture = try await LeaseServer()
        let services = try #require(fixture.server.core.services)
        try await fixture.server.policy("maker", "path \"auth/token/create\" { capabilities = [\"update\"] }")
        func check(_ expected: Int) async throws {
            try await fixture.settle()
            #expect(try await services.leases.tally.total() == expected)
            let counted = await fixture.server.send("GET", "sys/leases/count").data?["lease_count"]?.intValue
            #expect(counted == Int64(expected))
        }
        var all: [String] = []
        for _ in 0..<6 { all.append(try await fixture.server.token(["maker", "app"], ["ttl": "1h"])) }
        try await check(6)
        for token in all[1...3] {
            try await fixture.server.ok("POST", "auth/token/create", ["ttl": "30m"], token: token)
        }
        _ = try await fixture.lease(token: all[4])
        try await check(10)
        try await fixture.server.ok("POST", "auth/token/renew-self", ["increment": "2h"], token: all[5])
        try await check(10)
        // With a child, without anything, with a lease.
        try await fixture.server.ok("POST", "auth/token/revoke-self", token: all[1])
        try await fixture.server.ok("POST", "auth/token/revoke-self", token: all[0])
        try await fixture.server.ok("POST", "auth/token/revoke-self", token: all[4])
        await fixture.target.waitUntilEmpty()
        try await check(5)
        try await fixture.server.ok("POST", "auth/token/revoke-orphan", ["token": .string(all[2])])
        try await check(4)
        try await fixture.advance(1801)
        try await check(2)
        try await fixture.advance(1801)
        try await check(1)
        try await fixture.advance(3601)
        try await check(0)
    }

    @Test("after a restart within the same moment windows are told apart")
    func restart() async throws {
        let fixture = try await LeaseServer()
        let before = try await tokens(3, fixture)
        try await fixture.server.reopen()
        let after = try await tokens(3, fixture)
        #expect(try await fixture.entries("sys/expire/window/").count == 2)
        #expect(await fixture.server.send("LIST", Self.folder).keys.count == 6)
        for token in before + after { #expect(await isAlive(token, fixture)) }
        try await fixture.advance(3700)
        for token in before + after { #expect(await !isAlive(token, fixture)) }
        #expect(try await traces(fixture).isEmpty)
    }

    @Test("tidy lists windows again that the calendar or the list of windows had lost, and removes empty ones")
    func tidy() async throws {
        let fixture = try await LeaseServer()
        _ = try await tokens(3, fixture)
        let lists = try await fixture.entries("sys/expire/window/") + fixture.entries("sys/expire/at/")
        var changes: [StorageKey: WriteBatch.Change] = [:]
        for key in lists { changes[StorageKey(key)] = .delete }
        changes["sys/expire/window/auth/nobody/h018000000000"] = .put([])
        try await fixture.server.change(changes)
        #expect(await fixture.server.send("POST", "sys/leases/tidy").status == 202)
        #expect(try await fixture.entries("sys/expire/window/") + fixture.entries("sys/expire/at/") == lists)
        try await fixture.advance(3700)
        #expect(try await traces(fixture).isEmpty)
    }
}
