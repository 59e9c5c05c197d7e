import CofferJSON
import ServerHarness
import TestSupport
import Testing

@Suite struct LoginTests {
    @Test("a login gives a token of the role, with the metadata of the secret id")
    func login() async throws {
        let world = try await AppRoleServer(["token_policies": "web", "token_ttl": "20m", "token_max_ttl": "30m"])
        let (secret, _) = try await world.secretID("web", ["metadata": "team=a,shift=2"])
        let auth = await world.login(try await world.roleID(), secret)["auth"]
        #expect(auth?["policies"] == ["default", "web"])
        #expect(auth?["metadata"] == ["role_name": "web", "shift": "2", "team": "a"])
        #expect(auth?["lease_duration"] == 1200)
        #expect(auth?["orphan"] == true)
        let token = auth?["client_token"]?.stringValue ?? ""
        let found = try await world.server.ok("GET", "auth/token/lookup-self", token: token).data
        #expect(found?["display_name"] == "approle")
        #expect(found?["path"] == "auth/approle/login")
    }

    @Test("whatever is wrong, the answer does not tell which part")
    func wrong() async throws {
        let world = try await AppRoleServer()
        let roleID = try await world.roleID()
        let (secret, _) = try await world.secretID()
        for answer in [await world.login(roleID, "wrong"), await world.login("wrong", secret)] {
            #expect(answer.status == 400)
            #expect(answer.errors == ["invalid role or secret ID"])
        }
        #expect(await world.login(roleID, nil).errors == ["missing secret_id"])
        #expect(await world.login(" ", secret).errors == ["missing role_id"])
        let strange = await world.server.send(
            "POST", "auth/approle/login", ["role_id": .string(roleID), "secret_id": ["a": 1]], token: nil)
        #expect(strange.status == 400)
    }

    @Test("a secret id is of no use once its time is over, tidied up or not (T10)")
    func expired() async throws {
        let world = try await AppRoleServer(["secret_id_ttl": "2s"])
        let roleID = try await world.roleID()
        let (secret, _) = try await world.secretID()
        #expect(await world.login(roleID, secret).status == 200)
        world.server.clock.advance(by: .seconds(2))
        #expect(await world.login(roleID, secret).status == 400)
        #expect(await world.send("POST", "web/secret-id/lookup", ["secret_id": .string(secret)]).status == 204)
    }

    @Test("of logins at the same time only as many succeed as there are uses")
    func uses() async throws {
        let world = try await AppRoleServer(["secret_id_num_uses": 3])
        let roleID = try await world.roleID()
        let (secret, accessor) = try await world.secretID()
        #expect(await world.login(roleID, secret).status == 200)
        let body: JSON = ["secret_id_accessor": .string(accessor)]
        let left = try await world.ok("POST", "web/secret-id-accessor/lookup", body).data
        #expect(left?["secret_id_num_uses"] == 2)
        let statuses = await withTaskGroup(of: Int.self) { group in
            for _ in 0..<6 { group.addTask { await world.login(roleID, secret).status } }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(statuses.filter { $0 == 200 }.count == 2)
        #expect(await world.send("POST", "web/secret-id-accessor/lookup", body).status == 404)
        #expect(await world.send("LIST", "web/secret-id").status == 404)
    }

    @Test("networks of the role and of the secret id bind logins")
    func networks() async throws {
        let world = try await AppRoleServer()
        let roleID = try await world.roleID()
        let (elsewhere, _) = try await world.secretID("web", ["cidr_list": "10.0.0.0/8", "num_uses": 1])
        let refusal = await world.login(roleID, elsewhere)
        #expect(refusal.status == 400)
        #expect(
            refusal.errors
                == ["source address \"127.0.0.1\" unauthorized through CIDR restrictions on the secret ID"])
        let (here, _) = try await world.secretID("web", ["cidr_list": "127.0.0.0/8"])
        #expect(await world.login(roleID, here).status == 200)
        let (once, _) = try await world.secretID("web", ["num_uses": 1])
        try await world.ok("POST", "web/secret-id-bound-cidrs", ["secret_id_bound_cidrs": "10.0.0.0/8"])
        #expect(await world.login(roleID, here).status == 400)
        #expect(await world.login(roleID, once).status == 400)
        #expect(await world.login(roleID, "wrong").errors == ["invalid role or secret ID"], "strangers learn nothing")
        try await world.ok("DELETE", "web/secret-id-bound-cidrs")
        #expect(await world.login(roleID, once).status == 200, "the refused login spent no use")
    }

    @Test("a role without secret ids lets in whoever comes from its networks")
    func withoutSecretID() async throws {
        let world = try await AppRoleServer(["bind_secret_id": false, "secret_id_bound_cidrs": "127.0.0.1/32"])
        let roleID = try await world.roleID()
        #expect(await world.login(roleID, nil).status == 200)
        try await world.ok("POST", "web/secret-id-bound-cidrs", ["secret_id_bound_cidrs": "127.0.0.2/32"])
        #expect(await world.login(roleID, nil).status == 400)
    }

    @Test("tokens are bound to the networks of the secret id, else to those of the role (T07)")
    func tokenNetworks() async throws {
        let world = try await AppRoleServer(["token_bound_cidrs": "10.0.0.0/8"])
        let roleID = try await world.roleID()
        for (options, networks): (JSON, JSON) in [
            ([:], ["10.0.0.0/8"]), (["token_bound_cidrs": "10.1.0.0/16"], ["10.1.0.0/16"]),
        ] {
            let (secret, _) = try await world.secretID("web", options)
            let auth = await world.login(roleID, secret)["auth"]
            let token = auth?["client_token"]?.stringValue ?? ""
            #expect(await world.server.send("GET", "auth/token/lookup-self", token: token).status == 403)
            let found = try await world.server.ok("POST", "auth/token/lookup", ["token": .string(token)]).data
            #expect(found?["bound_cidrs"] == networks)
        }
    }

    @Test("a periodic token outlives the mount's maximum as long as it is renewed (T06)")
    func periodic() async throws {
        let world = try await AppRoleServer(["token_period": "1h"])
        try await world.server.ok("POST", "sys/auth/approle/tune", ["max_lease_ttl": "2h", "default_lease_ttl": "1h"])
        let (secret, _) = try await world.secretID()
        let login = await world.login(try await world.roleID(), secret)["auth"]
        let token = login?["client_token"]?.stringValue ?? ""
        for _ in 0..<4 {
            world.server.clock.advance(by: .seconds(3000))
            let answer = try await world.server.ok("POST", "auth/token/renew-self", [:], token: token)
            #expect(answer["auth"]?["lease_duration"] == 3600)
        }
        world.server.clock.advance(by: .seconds(3600))
        #expect(await world.server.send("GET", "auth/token/lookup-self", token: token).status == 403)
    }

    @Test("a renewal follows the role, and ends with it")
    func renewal() async throws {
        let world = try await AppRoleServer(["token_ttl": "10m"])
        let roleID = try await world.roleID()
        let (secret, _) = try await world.secretID()
        let token = await world.login(roleID, secret)["auth"]?["client_token"]?.stringValue ?? ""
        func renew() async -> ServerAnswer {
            await world.server.send("POST", "auth/token/renew-self", [:], token: token)
        }
        try await world.ok("POST", "web/period", ["token_period": 90])
        #expect(await renew()["auth"]?["lease_duration"] == 90)
        try await world.ok("POST", "web/secret-id-bound-cidrs", ["secret_id_bound_cidrs": "10.0.0.0/8"])
        #expect(await renew().status == 400)
        try await world.ok("DELETE", "web/secret-id-bound-cidrs")
        #expect(await renew().status == 200)
        try await world.ok("DELETE", "web")
        try await world.ok("POST", "web", ["role_id": .string(roleID)])
        #expect(await renew().status == 400, "a role made anew is another role")
    }

    @Test("wrong secret ids lock the role out; role ids of nobody are not counted")
    func lockout() async throws {
        let world = try await AppRoleServer()
        let roleID = try await world.roleID()
        let (secret, _) = try await world.secretID()
        for _ in 0..<5 { _ = await world.login("nobody", "wrong") }
        #expect(try await world.server.ok("GET", "sys/locked-users").data?["total"] == 0)
        for _ in 0..<5 { _ = await world.login(roleID + " ", "wrong") }
        #expect(await world.login(roleID, secret).status == 403)
        let accessor = try await world.server.ok("GET", "sys/auth").data?["approle/"]?["accessor"]?.stringValue ?? ""
        try await world.server.ok("POST", "sys/locked-users/\(accessor)/unlock/\(roleID)", [:])
        #expect(await world.login(roleID, secret).status == 200)
    }
}
