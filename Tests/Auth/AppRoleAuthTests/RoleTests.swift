import CofferJSON
import ServerHarness
import Testing

@Suite struct RoleTests {
    @Test("a role reads as Vault shows it")
    func reading() async throws {
        let world = try await AppRoleServer(["token_policies": "web", "secret_id_ttl": "10m", "token_ttl": 60])
        let expected: JSON = [
            "bind_secret_id": true, "secret_id_bound_cidrs": [], "secret_id_num_uses": 0, "secret_id_ttl": 600,
            "local_secret_ids": false, "token_bound_cidrs": [], "token_explicit_max_ttl": 0, "token_max_ttl": 0,
            "token_no_default_policy": false, "token_num_uses": 0, "token_period": 0, "token_policies": ["web"],
            "token_ttl": 60, "token_type": "default",
        ]
        #expect(try await world.ok("GET", "web").data == expected)
    }

    @Test("a role id is drawn, chosen, changed, and belongs to one role")
    func roleIDs() async throws {
        let world = try await AppRoleServer()
        let first = try await world.roleID()
        #expect(first.utf8.count == 36)
        let (secret, _) = try await world.secretID()
        #expect(await world.send("POST", "web/role-id", ["role_id": "own/role id"]).status == 204)
        #expect(await world.login(first, secret).status == 400)
        #expect(await world.login("own/role id", secret).status == 200)
        let taken = await world.send("POST", "other", ["role_id": "own/role id"])
        #expect(taken.status == 400)
        #expect(taken.errors == ["role_id already in use"])
        #expect(await world.send("GET", "other").status == 404)
        #expect(await world.send("POST", "web/role-id", ["role_id": ""]).status == 400)
        try await world.ok("POST", "other", ["role_id": .string(first)])
    }

    @Test(
        "each setting is read, written and reset by a path of its own",
        arguments: [
            ("bind-secret-id", "bind_secret_id", true, false), ("secret-id-num-uses", "secret_id_num_uses", 0, 5),
            ("secret-id-ttl", "secret_id_ttl", 0, 120),
            ("secret-id-bound-cidrs", "secret_id_bound_cidrs", [], ["127.0.0.0/8"]),
            ("bound-cidr-list", "bound_cidr_list", [], ["127.0.0.0/8"]),
            ("token-bound-cidrs", "token_bound_cidrs", [], ["127.0.0.0/8"]), ("token-num-uses", "token_num_uses", 0, 7),
            ("token-ttl", "token_ttl", 0, 60), ("token-max-ttl", "token_max_ttl", 0, 600),
            ("period", "token_period", 0, 90), ("policies", "token_policies", [], ["a", "b"]),
        ] as [(String, String, JSON, JSON)])
    func settings(path: String, field: String, standard: JSON, value: JSON) async throws {
        // Without a secret id there must be another constraint.
        let world = try await AppRoleServer(["token_bound_cidrs": path == "bind-secret-id" ? "127.0.0.1" : ""])
        func shown() async throws -> JSON? { try await world.ok("GET", "web/\(path)").data }
        #expect(try await shown() == [field: standard])
        #expect(await world.send("POST", "web/\(path)", .object([field: value])).status == 204)
        #expect(try await shown() == [field: value])
        #expect(await world.send("POST", "web/\(path)", ["other": 1]).errors == ["missing \(field)"])
        #expect(await world.send("POST", "web/\(path)", .object([field: ["a": "b"]])).status == 400)
        #expect(try await shown() == [field: value])
        #expect(await world.send("DELETE", "web/\(path)").status == 204)
        #expect(try await shown() == [field: standard])
        #expect(await world.send("GET", "nosuch/\(path)").status == 404)
        #expect(await world.send("POST", "nosuch/\(path)", .object([field: value])).status == 404)
        #expect(await world.send("DELETE", "nosuch/\(path)").status == 204)
    }

    @Test("a sub-path changes its own field only")
    func onlyItsOwn() async throws {
        let world = try await AppRoleServer()
        try await world.ok("POST", "web/token-ttl", ["token_ttl": 60, "token_policies": "root", "key": "00"])
        let data = try await world.ok("GET", "web").data
        #expect(data?["token_ttl"] == 60)
        #expect(data?["token_policies"] == [])
    }

    @Test("policies and period are shown under the names they were written by")
    func oldNames() async throws {
        let world = try await AppRoleServer(["policies": "web", "period": 60])
        #expect(try await world.ok("GET", "web/policies").data == ["token_policies": ["web"], "policies": ["web"]])
        #expect(try await world.ok("GET", "web").data?["period"] == 60)
        try await world.ok("POST", "web/policies", ["token_policies": "db"])
        #expect(try await world.ok("GET", "web/policies").data == ["token_policies": ["db"]])
    }

    @Test(
        "roles that make no sense are refused",
        arguments: [
            (["bind_secret_id": false], "at least one constraint should be enabled on the role"),
            (["secret_id_num_uses": -1], "secret_id_num_uses cannot be negative"),
            (["secret_id_bound_cidrs": "canary"], "invalid CIDR blocks"),
        ] as [(JSONObject, String)])
    func refused(role: JSONObject, text: String) async throws {
        let world = try await AppRoleServer()
        let answer = await world.send("POST", "bad", .object(role))
        #expect(answer.status == 400)
        #expect(answer.errors == [text])
    }

    @Test("whether secret ids are local is chosen once")
    func local() async throws {
        let world = try await AppRoleServer(["local_secret_ids": true])
        #expect(try await world.ok("GET", "web/local-secret-ids").data == ["local_secret_ids": true])
        #expect(await world.send("POST", "web", ["local_secret_ids": false]).status == 400)
        #expect(await world.send("POST", "web/local-secret-ids", ["local_secret_ids": false]).status == 405)
    }

    @Test("roles are listed and deleted under their folded names, and their secret ids end with them")
    func deletion() async throws {
        let world = try await AppRoleServer()
        try await world.ok("POST", "Db", [:])
        #expect(try await world.server.ok("LIST", "auth/approle/role").keys == ["db", "web"])
        let roleID = try await world.roleID("DB")
        let (secret, _) = try await world.secretID("dB")
        try await world.ok("DELETE", "DB")
        #expect(await world.login(roleID, secret).status == 400)
        try await world.ok("POST", "db", ["role_id": .string(roleID)])
        #expect(await world.login(roleID, secret).status == 400)
        #expect(await world.send("LIST", "db/secret-id").status == 404)
    }

    @Test("the paths are declared without a mistake")
    func declarations() async throws {
        #expect(try await AppRoleServer().server.declarationMistakes("auth/approle/") == [])
    }
}
