import AppRoleAuth
import CofferBase
import CofferFramework
import CofferJSON
import CofferStorage
import ServerHarness
import TestSupport
import Testing

@Suite struct SecretIDTests {
    @Test("a secret id is looked up by itself and by its accessor")
    func lookups() async throws {
        let world = try await AppRoleServer(["secret_id_num_uses": 3, "secret_id_ttl": "1h"])
        let metadata = "{\"team\": \"a\"}"
        let (secret, accessor) = try await world.secretID(
            "web", ["metadata": .string(metadata), "cidr_list": "127.0.0.1/32", "num_uses": 2])
        let first = try await world.ok("POST", "web/secret-id/lookup", ["secret_id": .string(secret)]).data
        #expect(first?["secret_id_accessor"] == .string(accessor))
        #expect(first?["secret_id_num_uses"] == 2)
        #expect(first?["secret_id_ttl"] == 3600)
        #expect(first?["metadata"] == ["team": "a"])
        #expect(first?["cidr_list"] == ["127.0.0.1/32"])
        #expect(first?["token_bound_cidrs"] == [])
        #expect(first?["creation_time"]?.stringValue == world.server.clock.now.rfc3339)
        #expect(first?["expiration_time"]?.stringValue == (world.server.clock.now + .seconds(3600)).rfc3339)
        #expect(first?["secret_id"] == nil)
        let body: JSON = ["secret_id_accessor": .string(accessor)]
        #expect(try await world.ok("POST", "web/secret-id-accessor/lookup", body).data == first)
        #expect(try await world.ok("LIST", "web/secret-id").keys == [accessor])
        #expect(await world.send("POST", "web/secret-id/lookup", ["secret_id": "nosuch"]).status == 204)
        #expect(await world.send("POST", "web/secret-id/lookup", [:]).errors == ["missing secret_id"])
        let unknown = await world.send("POST", "web/secret-id-accessor/lookup", ["secret_id_accessor": "../x"])
        #expect(unknown.status == 404)
        #expect(unknown.errors == ["failed to find accessor entry for secret_id_accessor"])
    }

    @Test("one without an end says so as Vault does")
    func endless() async throws {
        let world = try await AppRoleServer()
        let (secret, _) = try await world.secretID()
        let data = try await world.ok("POST", "web/secret-id/lookup", ["secret_id": .string(secret)]).data
        #expect(data?["expiration_time"] == "0001-01-01T00:00:00Z")
        #expect(data?["metadata"] == [:])
    }

    @Test("an accessor of another role destroys nothing (T09)")
    func accessorOfAnotherRole() async throws {
        let world = try await AppRoleServer()
        try await world.ok("POST", "other", [:])
        let (secret, accessor) = try await world.secretID("other")
        for method in ["POST", "DELETE"] {
            let body: JSON = ["secret_id_accessor": .string(accessor)]
            #expect(await world.send(method, "web/secret-id-accessor/destroy", body).status == 404)
            #expect(await world.send("POST", "web/secret-id-accessor/lookup", body).status == 404)
        }
        #expect(await world.login(try await world.roleID("other"), secret).status == 200)
    }

    @Test("destroyed under any spelling of the role, it is of no use under any other (N06)")
    func mixedCase() async throws {
        let world = try await AppRoleServer()
        try await world.ok("POST", "MyRole", [:])
        let (secret, accessor) = try await world.secretID("MyRole")
        let roleID = try await world.roleID("MYROLE")
        try await world.ok(
            "POST", "myrole/secret-id-accessor/destroy", ["secret_id_accessor": .string(accessor)])
        #expect(await world.login(roleID, secret).status == 400)
        #expect(await world.send("LIST", "MyRole/secret-id").status == 404)
    }

    @Test("it is destroyed by itself, with POST and DELETE, and a second time without an error")
    func destruction() async throws {
        let world = try await AppRoleServer()
        for method in ["POST", "DELETE"] {
            let (secret, _) = try await world.secretID()
            for _ in 0..<2 {
                let body: JSON = ["secret_id": .string(secret)]
                #expect(await world.send(method, "web/secret-id/destroy", body).status == 204)
            }
            #expect(await world.login(try await world.roleID(), secret).status == 400)
        }
    }

    @Test("one of the caller's choice is taken once")
    func custom() async throws {
        let world = try await AppRoleServer()
        let made = try await world.ok("POST", "web/custom-secret-id", ["secret_id": "my choice"]).data
        #expect(made?["secret_id"] == "my choice")
        #expect(await world.login(try await world.roleID(), " my choice\n").status == 200)
        #expect(
            await world.send("POST", "web/custom-secret-id", ["secret_id": "my choice"]).errors
                == ["SecretID is already registered"])
        #expect(await world.send("POST", "web/custom-secret-id", [:]).errors == ["missing secret_id"])
    }

    @Test(
        "one cannot be wider than its role",
        arguments: [
            (["num_uses": 0], "num_uses cannot be higher than the role's secret_id_num_uses"),
            (["num_uses": 6], "num_uses cannot be higher than the role's secret_id_num_uses"),
            (["num_uses": -1], "num_uses cannot be negative"),
            (["ttl": "2h"], "ttl cannot be longer than the role's secret_id_ttl"),
            (["ttl": 0], "ttl cannot be longer than the role's secret_id_ttl"),
            (["cidr_list": "10.0.0.0/7"], "the CIDR blocks of the secret ID must be within those of the role"),
            (["token_bound_cidrs": "0.0.0.0/0"], "the CIDR blocks of the secret ID must be within those of the role"),
            (["cidr_list": "canary"], "invalid CIDR blocks"),
        ] as [(JSONObject, String)])
    func limits(options: JSONObject, text: String) async throws {
        let world = try await AppRoleServer([
            "secret_id_num_uses": 5, "secret_id_ttl": "1h", "secret_id_bound_cidrs": "10.0.0.0/8",
            "token_bound_cidrs": "10.0.0.0/8",
        ])
        let answer = await world.send("POST", "web/secret-id", .object(options))
        #expect(answer.status == 400)
        #expect(answer.errors == [text])
    }

    @Test("a role that is not there, or that needs none, gives none")
    func none() async throws {
        let world = try await AppRoleServer(["bind_secret_id": false, "token_bound_cidrs": "127.0.0.1"])
        #expect(await world.send("POST", "web/secret-id", [:]).errors == ["bind_secret_id is not set on the role"])
        let missing = await world.send("POST", "nosuch/secret-id", [:])
        #expect(missing.status == 404)
        #expect(missing.errors == ["role \"nosuch\" does not exist"])
    }

    @Test("a wrapped secret id is opened once")
    func wrapped() async throws {
        let world = try await AppRoleServer()
        let answer = await world.server.send(
            "POST", "auth/approle/role/web/secret-id", [:], headers: [("X-Vault-Wrap-TTL", "60s")])
        #expect(answer["wrap_info"]?["creation_path"] == "auth/approle/role/web/secret-id")
        let token = answer["wrap_info"]?["token"]?.stringValue ?? ""
        let opened = try await world.server.ok("POST", "sys/wrapping/unwrap", [:], token: token)
        let secret = opened.data?["secret_id"]?.stringValue ?? ""
        #expect(await world.login(try await world.roleID(), secret).status == 200)
        #expect(await world.server.send("POST", "sys/wrapping/unwrap", [:], token: token).status == 400)
    }

    @Test("no entry holds a secret id")
    func hashed() async throws {
        let mount = try await EngineHarness(AppRole.kind)
        try await mount.write("role/web", [:])
        let secret = try await mount.write("role/web/secret-id").data?["secret_id"]?.stringValue ?? ""
        #expect(secret.utf8.count == 36)
        for key in try await mount.storage.scan(limit: 100) {
            let value = try await mount.storage.get(key) ?? []
            #expect(!(key.description + String(decoding: value, as: UTF8.self)).contains(secret))
        }
    }

    @Test("ended secret ids and those of deleted roles are tidied up to the last entry")
    func tidying() async throws {
        let mount = try await EngineHarness(AppRole.kind)
        let engine = try #require(mount.engine as? AppRole)
        func tick() async throws -> Timestamp? {
            try await engine.tick(
                PeriodicCall(
                    mount: mount.mount, namespace: .root, storage: mount.storage, clock: mount.clock,
                    random: mount.random))
        }
        try await mount.write("role/web", [:])
        try await mount.write("role/gone", [:])
        try await mount.write("role/web/secret-id", ["ttl": 60])
        try await mount.write("role/web/secret-id", ["ttl": 120])
        try await mount.write("role/gone/secret-id", ["ttl": 0])
        try await mount.delete("role/gone")
        let next = try await tick()
        #expect(next == Timestamp(seconds: mount.clock.now.seconds + 61))
        #expect(try await mount.list("role/web/secret-id").keys.count == 2)
        mount.clock.advance(by: .seconds(61))
        #expect(try await tick() != nil)
        #expect(try await mount.list("role/web/secret-id").keys.count == 1)
        mount.clock.advance(by: .seconds(60))
        #expect(try await tick() == nil)
        try await mount.delete("role/web")
        #expect(try await tick() == nil)
        #expect(try await mount.storage.scan(limit: 10).isEmpty)
        let reply = try await mount.write("tidy/secret-id")
        #expect(reply.status == 202)
        #expect(reply.warnings.count == 1)
    }
}
