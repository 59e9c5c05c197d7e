internal import CofferCore
import CofferJSON
import LeaseService
import ServerHarness
internal import TestSupport
import Testing

@Suite struct TokenLifeTests {
    private func isAlive(_ server: ServerHarness, _ token: String) async -> Bool {
        await server.send("GET", "auth/token/lookup-self", token: token).status == 200
    }

    @Test("children die with their parent, orphans do not")
    func hierarchy() async throws {
        let server = try await ServerHarness.unsealed()
        try await server.policy("maker", "path \"auth/token/create\" { capabilities = [\"update\", \"sudo\"] }")
        let parent = try await server.token(["maker"])
        let child =
            try await server.ok("POST", "auth/token/create", [:], token: parent)["auth"]?["client_token"]?.stringValue
            ?? ""
        let grandchild =
            try await server.ok("POST", "auth/token/create", [:], token: child)["auth"]?["client_token"]?.stringValue
            ?? ""
        let orphan =
            try await server.ok("POST", "auth/token/create", ["no_parent": true], token: parent)["auth"]?[
                "client_token"]?.stringValue ?? ""
        #expect(await isAlive(server, grandchild))
        try await server.ok("POST", "auth/token/revoke", ["token": .string(parent)])
        #expect(await !isAlive(server, parent))
        #expect(await !isAlive(server, child))
        #expect(await !isAlive(server, grandchild))
        #expect(await isAlive(server, orphan))
    }

    @Test("revoke-orphan keeps the children")
    func revokeOrphan() async throws {
        let server = try await ServerHarness.unsealed()
        try await server.policy("maker", "path \"auth/token/create\" { capabilities = [\"update\"] }")
        let parent = try await server.token(["maker"])
        let child =
            try await server.ok("POST", "auth/token/create", [:], token: parent)["auth"]?["client_token"]?.stringValue
            ?? ""
        try await server.ok("POST", "auth/token/revoke-orphan", ["token": .string(parent)])
        #expect(await !isAlive(server, parent))
        #expect(await isAlive(server, child))
    }

    @Test("a token ends when its time is over, before and after the reaper comes")
    func expiry() async throws {
        let server = try await ServerHarness.unsealed()
        let token = try await server.token(["default"], ["ttl": "1h"])
        server.clock.advance(by: .seconds(3599))
        #expect(await isAlive(server, token))
        server.clock.advance(by: .seconds(2))
        #expect(await !isAlive(server, token))
    }

    @Test("renewal moves the end, and never beyond the explicit maximum")
    func renewal() async throws {
        let server = try await ServerHarness.unsealed()
        let token = try await server.token(["default"], ["ttl": "1h", "explicit_max_ttl": "90m"])
        server.clock.advance(by: .seconds(1800))
        let renewed = try await server.ok("POST", "auth/token/renew-self", ["increment": "1h"], token: token)
        #expect(renewed["auth"]?["lease_duration"]?.intValue == 3600)
        server.clock.advance(by: .seconds(1800))
        let capped = try await server.ok("POST", "auth/token/renew-self", ["increment": "5h"], token: token)
        #expect(capped["auth"]?["lease_duration"]?.intValue == 1800)
        server.clock.advance(by: .seconds(1801))
        #expect(await !isAlive(server, token))
    }

    @Test("a periodic token lives as long as it is renewed")
    func periodic() async throws {
        let server = try await ServerHarness.unsealed()
        let token = try await server.token(["default"], ["period": "1h"])
        for _ in 0..<1000 {
            server.clock.advance(by: .seconds(3000))
            let answer = await server.send("POST", "auth/token/renew-self", [:], token: token)
            #expect(answer["auth"]?["lease_duration"]?.intValue == 3600)
            if answer.status != 200 { break }
        }
        server.clock.advance(by: .seconds(3601))
        #expect(await !isAlive(server, token))
    }

    @Test("uses are counted, and the last one ends the token")
    func uses() async throws {
        let server = try await ServerHarness.unsealed()
        let token = try await server.token(["default"], ["num_uses": 3])
        for left in [2, 1] {
            let answer = await server.send("GET", "auth/token/lookup-self", token: token)
            #expect(answer.data?["num_uses"]?.intValue == Int64(left))
        }
        #expect(await server.send("GET", "auth/token/lookup-self", token: token).status == 200)
        #expect(await server.send("GET", "auth/token/lookup-self", token: token).status == 403)
    }

    @Test("many uses at once never exceed the count")
    func usesTogether() async throws {
        let server = try await ServerHarness.unsealed()
        try await server.policy("reader", "path \"secret/data/app\" { capabilities = [\"read\"] }")
        try await server.ok("POST", "secret/data/app", ["data": ["k": "v"]])
        let token = try await server.token(["reader"], ["num_uses": 5])
        let successes = await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<40 {
                group.addTask { await server.send("GET", "secret/data/app", token: token).status == 200 }
            }
            return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(successes == 5)
    }

    @Test("a token's policies are a part of its parent's")
    func subset() async throws {
        let server = try await ServerHarness.unsealed()
        try await server.policy("maker", "path \"auth/token/create\" { capabilities = [\"update\"] }")
        let token = try await server.token(["maker"])
        for policies in [["root"], ["other"], ["maker", "other"]] {
            let answer = await server.send("POST", "auth/token/create", ["policies": .strings(policies)], token: token)
            #expect(answer.status == 400 || answer.status == 403)
        }
        #expect(await server.send("POST", "auth/token/create", ["policies": ["maker"]], token: token).status == 200)
        #expect(await server.send("POST", "auth/token/create", ["id": "mine"], token: token).status >= 400)
    }

    @Test("accessors find, renew and revoke without showing the token")
    func accessors() async throws {
        let server = try await ServerHarness.unsealed()
        let created = try await server.ok("POST", "auth/token/create", ["policies": ["default"], "ttl": "1h"])
        let accessor = created["auth"]?["accessor"] ?? .null
        let token = created["auth"]?["client_token"]?.stringValue ?? ""
        let found = try await server.ok("POST", "auth/token/lookup-accessor", ["accessor": accessor])
        #expect(found.data?["id"]?.stringValue == "")
        #expect(!found.text.contains(token))
        try await server.ok("POST", "auth/token/revoke-accessor", ["accessor": accessor])
        #expect(await !isAlive(server, token))
        let gone = await server.send("POST", "auth/token/lookup-accessor", ["accessor": accessor])
        #expect(gone.errors == ["1 error occurred:\n\t* invalid accessor\n\n"])
    }

    @Test("a cubbyhole is its token's alone and ends with it")
    func cubbyhole() async throws {
        let server = try await ServerHarness.unsealed()
        let one = try await server.token(["default"])
        let other = try await server.token(["default"])
        try await server.ok("POST", "cubbyhole/x", ["k": "v"], token: one)
        #expect(await server.send("GET", "cubbyhole/x", token: one).data?["k"]?.stringValue == "v")
        #expect(await server.send("GET", "cubbyhole/x", token: other).status == 404)
        #expect(await server.send("GET", "cubbyhole/x").status == 404)
    }

    @Test("a revocation that comes late does not reach another token that was made with the same id")
    func sameID() async throws {
        let server = try await ServerHarness.unsealed()
        let services = try #require(server.core.services)
        let wanted: JSON = ["id": "mine", "policies": ["default"], "ttl": "1h"]
        try await server.ok("POST", "auth/token/create", wanted)
        let old = try #require(try await services.leases.page(below: "auth/token/create/").leases.first)
        try await server.ok("POST", "auth/token/revoke", ["token": "mine"])
        server.clock.advance(by: .seconds(1))
        try await server.ok("POST", "auth/token/create", wanted)
        try await services.engineLeases.end(old)
        #expect(await isAlive(server, "mine"))
        try await server.ok("POST", "auth/token/revoke", ["token": "mine"])
        #expect(await !isAlive(server, "mine"))
    }

    @Test("tokens survive a restart")
    func restart() async throws {
        let server = try await ServerHarness.unsealed()
        let token = try await server.token(["default"], ["ttl": "1h", "num_uses": 5])
        #expect(await isAlive(server, token))
        await server.core.sealNow()
        #expect(await server.send("GET", "auth/token/lookup-self", token: token).status == 503)
    }
}
