import CofferJSON
import ServerHarness
import TestSupport
import Testing

@Suite struct LoginTests {
    @Test("a login gives a token with the user's parameters")
    func login() async throws {
        let world = try await UserpassServer(["token_policies": "web", "token_ttl": "1h", "token_num_uses": 10])
        let auth = await world.login("Bob")["auth"]
        #expect(auth?["policies"] == ["default", "web"])
        #expect(auth?["metadata"] == ["username": "bob"])
        #expect(auth?["lease_duration"] == 3600)
        #expect(auth?["renewable"] == true)
        #expect(auth?["orphan"] == true)
        #expect(auth?["num_uses"] == 10)
        let token = auth?["client_token"]?.stringValue ?? ""
        let found = try await world.server.ok("GET", "auth/token/lookup-self", token: token).data
        #expect(found?["display_name"] == "userpass-bob")
        #expect(found?["path"] == "auth/userpass/login/Bob")
    }

    @Test("types and the default policy follow the user")
    func batch() async throws {
        let world = try await UserpassServer(
            ["token_type": "batch", "token_policies": "web", "token_no_default_policy": true])
        let auth = await world.login()["auth"]
        #expect(auth?["token_type"] == "batch")
        #expect(auth?["policies"] == ["web"])
    }

    @Test("no login gives a root token")
    func root() async throws {
        let world = try await UserpassServer(["token_policies": "Root"])
        #expect(await world.login().errors == ["auth methods cannot create root tokens"])
    }

    @Test("a wrong name and a wrong password answer the same")
    func wrong() async throws {
        let world = try await UserpassServer()
        let wrongPassword = await world.login("bob", "wrong")
        let wrongName = await world.login("nobody", "right")
        #expect(wrongPassword.status == 400)
        #expect(wrongPassword.text == wrongName.text)
        #expect(wrongName.errors == ["invalid username or password"])
    }

    @Test("a password that is no text is refused (U05)", arguments: ["{}", "[]", "null", "\"\"", "[\"a\"]", "1"])
    func noText(password: String) async throws {
        let world = try await UserpassServer()
        #expect(await world.login("bob", try JSON.parse(Array(password.utf8))).status == 400)
        #expect(await world.login("nobody", try JSON.parse(Array(password.utf8))).status == 400)
        #expect(
            await world.server.send("POST", "auth/userpass/login/bob", [:], token: nil).errors == ["missing password"])
        #expect(await world.login().status == 200)
    }

    @Test("a user bound to other networks is refused, at login and at renewal (T07)")
    func bound() async throws {
        let world = try await UserpassServer(["token_bound_cidrs": "127.0.0.2/32"])
        #expect(await world.login().status == 403)
        try await world.server.ok("POST", "auth/userpass/users/bob", ["token_bound_cidrs": "127.0.0.1"])
        let token = try await world.token()
        #expect(await world.server.send("POST", "auth/token/renew-self", [:], token: token).status == 200)
        try await world.server.ok("POST", "auth/userpass/users/bob", ["token_bound_cidrs": "127.0.0.2/32"])
        #expect(await world.server.send("POST", "auth/token/renew-self", [:], token: token).status == 403)
    }

    @Test("a renewal follows the user's lifetimes")
    func renewal() async throws {
        let world = try await UserpassServer(["token_ttl": "1h", "token_max_ttl": "2h"])
        let token = try await world.token()
        func renewed() async throws -> JSON? {
            try await world.server.ok("POST", "auth/token/renew-self", [:], token: token)["auth"]?["lease_duration"]
        }
        try await world.server.ok("POST", "auth/userpass/users/bob", ["token_ttl": "30m"])
        #expect(try await renewed() == 1800)
        world.server.clock.advance(by: .seconds(1700))
        try await world.server.ok("POST", "auth/userpass/users/bob", ["token_max_ttl": "40m"])
        #expect(try await renewed() == 700)
    }

    @Test("a periodic token outlives the mount's maximum as long as it is renewed (T06)")
    func periodic() async throws {
        let world = try await UserpassServer(["token_period": "1h"])
        try await world.server.ok("POST", "sys/auth/userpass/tune", ["max_lease_ttl": "2h", "default_lease_ttl": "1h"])
        let token = try await world.token()
        for _ in 0..<4 {
            world.server.clock.advance(by: .seconds(3000))
            let answer = try await world.server.ok("POST", "auth/token/renew-self", [:], token: token)
            #expect(answer["auth"]?["lease_duration"] == 3600)
        }
        world.server.clock.advance(by: .seconds(3600))
        #expect(await world.server.send("GET", "auth/token/lookup-self", token: token).status == 403)
    }

    @Test("a token is not renewed after its user was deleted or got other policies")
    func changedUser() async throws {
        let world = try await UserpassServer(["token_policies": "web"], users: ["bob", "alice"])
        let (bob, alice) = (try await world.token("bob"), try await world.token("alice"))
        try await world.server.ok("POST", "auth/userpass/users/bob/policies", ["token_policies": "db"])
        try await world.server.ok("DELETE", "auth/userpass/users/alice")
        for token in [bob, alice] {
            #expect(await world.server.send("POST", "auth/token/renew-self", [:], token: token).status == 400)
            #expect(await world.server.send("GET", "auth/token/lookup-self", token: token).status == 200)
        }
    }

    @Test("tokens end with a revocation below the mount, and with the mount; others do not (T11)")
    func endOfMount() async throws {
        let world = try await UserpassServer()
        let server = world.server
        try await server.ok("POST", "sys/auth/people", ["type": "userpass"])
        try await server.ok("POST", "auth/people/users/bob", ["password": "right"])
        func isAlive(_ token: String) async -> Bool {
            await server.send("GET", "auth/token/lookup-self", token: token).status == 200
        }
        let body: JSON = ["password": "right"]
        let other = try await server.ok("POST", "auth/people/login/bob", body, token: nil)
        let people = other["auth"]?["client_token"]?.stringValue ?? ""
        let first = try await world.token()
        try await server.ok("POST", "sys/leases/revoke-prefix/auth/userpass", [:])
        #expect(await !isAlive(first))
        #expect(await isAlive(people))
        let second = try await world.token()
        try await server.ok("DELETE", "sys/auth/userpass")
        #expect(await !isAlive(second))
        #expect(await isAlive(people))
    }

    @Test("a login is wrapped when asked for")
    func wrapped() async throws {
        let world = try await UserpassServer()
        let answer = await world.server.send(
            "POST", "auth/userpass/login/bob", ["password": "right"], token: nil, headers: [("X-Vault-Wrap-TTL", "60")])
        let token = answer["wrap_info"]?["token"]?.stringValue ?? ""
        let opened = try await world.server.ok("POST", "sys/wrapping/unwrap", [:], token: token)
        #expect(opened["auth"]?["metadata"] == ["username": "bob"])
    }
}
