import CofferJSON
import ServerHarness
import Testing

@Suite struct UserTests {
    @Test("a user reads as Vault shows it, without password and hash")
    func reading() async throws {
        let world = try await UserpassServer(["token_policies": "web,db", "token_ttl": "1h"])
        let data = try await world.server.ok("GET", "auth/userpass/users/bob").data
        let expected: JSON = [
            "token_bound_cidrs": [], "token_explicit_max_ttl": 0, "token_max_ttl": 0,
            "token_no_default_policy": false, "token_num_uses": 0, "token_period": 0,
            "token_policies": ["web", "db"], "token_ttl": 3600, "token_type": "default",
        ]
        #expect(data == expected)
    }

    @Test("old names are shown as long as the latest write used them")
    func oldNames() async throws {
        let world = try await UserpassServer(["policies": "web", "ttl": 60, "max_ttl": "2h", "bound_cidrs": "::1"])
        let server = world.server
        let old = try await server.ok("GET", "auth/userpass/users/bob").data
        #expect(old?["policies"] == ["web"])
        #expect(old?["token_policies"] == ["web"])
        #expect(old?["ttl"] == 60)
        #expect(old?["token_max_ttl"] == 7200)
        #expect(old?["bound_cidrs"] == ["::1"])
        try await server.ok(
            "POST", "auth/userpass/users/bob", ["token_policies": "db", "ttl": 120, "token_ttl": 180])
        let new = try await server.ok("GET", "auth/userpass/users/bob").data
        #expect(new?["policies"] == nil)
        #expect(new?["token_policies"] == ["db"])
        #expect(new?["ttl"] == 180, "the new name wins where both are given")
        #expect(new?["max_ttl"] == 7200, "what is not written stays")
    }

    @Test("the sub-paths change password and policies, and make no user")
    func subPaths() async throws {
        let world = try await UserpassServer()
        let server = world.server
        #expect(await server.send("POST", "auth/userpass/users/bob/password", ["password": "new"]).status == 204)
        #expect(await world.login("bob", "right").status == 400)
        #expect(await world.login("bob", "new").status == 200)
        #expect(await server.send("POST", "auth/userpass/users/bob/policies", ["policies": "a,b"]).status == 204)
        #expect(try await server.ok("GET", "auth/userpass/users/bob").data?["token_policies"] == ["a", "b"])
        for path in ["password", "policies"] {
            let body: JSON = ["password": "x", "policies": "x"]
            #expect(await server.send("POST", "auth/userpass/users/nobody/\(path)", body).status == 404)
        }
        #expect(await server.send("POST", "auth/userpass/users/bob/password", [:]).errors == ["missing password"])
    }

    @Test("a user needs a password, and its hash will do")
    func passwordHash() async throws {
        let world = try await UserpassServer()
        let server = world.server
        #expect(await server.send("POST", "auth/userpass/users/carol", [:]).errors == ["missing password"])
        // bcrypt of "U*U", from the published vectors.
        let hash: JSON = "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"
        try await server.ok("POST", "auth/userpass/users/carol", ["password_hash": hash])
        #expect(await world.login("carol", "U*U").status == 200)
        for wrong: JSON in [["password_hash": "plain"], ["password_hash": hash, "password": "x"]] {
            #expect(await server.send("POST", "auth/userpass/users/dave", wrong).status == 400)
        }
        let internalField: JSON = ["password": "x", "hash": hash]
        try await server.ok("POST", "auth/userpass/users/carol", internalField)
        #expect(await world.login("carol", "U*U").status == 400, "the stored hash is no input")
    }

    @Test("users are listed and deleted under their folded names")
    func folding() async throws {
        let world = try await UserpassServer(users: ["Bob", "alice"])
        #expect(try await world.server.ok("LIST", "auth/userpass/users").keys == ["alice", "bob"])
        try await world.server.ok("DELETE", "auth/userpass/users/BOB")
        #expect(try await world.server.ok("LIST", "auth/userpass/users").keys == ["alice"])
    }

    @Test(
        "parameters that contradict each other are refused",
        arguments: [
            (["token_ttl": "2h", "token_max_ttl": "1h"], "'token_ttl' cannot be greater than 'token_max_ttl'"),
            (["token_num_uses": -1], "'token_num_uses' cannot be negative"),
            (["token_type": "other"], "invalid 'token_type' value"),
            (
                ["token_type": "batch", "token_period": "1h"],
                "'token_type' cannot be 'batch' or 'default_batch' when set to generate periodic tokens"
            ),
            (["token_bound_cidrs": "canary"], "a network of 'token_bound_cidrs' cannot be read"),
        ] as [(JSONObject, String)])
    func contradictions(fields: JSONObject, text: String) async throws {
        let world = try await UserpassServer(users: [])
        var body = fields
        body["password"] = "right"
        let answer = await world.server.send("POST", "auth/userpass/users/bob", .object(body))
        #expect(answer.status == 400)
        #expect(answer.errors == [text])
    }

    @Test("the paths are declared without a mistake")
    func declarations() async throws {
        #expect(try await UserpassServer(users: []).server.declarationMistakes("auth/userpass/") == [])
    }
}
