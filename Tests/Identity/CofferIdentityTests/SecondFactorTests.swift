import CofferBarrier
import CofferBase
import CofferCore
import CofferCrypto
import CofferJSON
import CofferStorage
import ServerHarness
import TestSupport
import Testing

@Suite struct SecondFactorTests {
    private func start(_ more: JSONObject = [:]) async throws -> SecondFactorWorld {
        try await SecondFactorWorld.start(more)
    }

    @Test("a login without its second factor gets no token, but what it needs")
    func twoPhases() async throws {
        let world = try await start(["method_name": "phone"])
        let login = await world.login()
        #expect(login.status == 200)
        #expect(login.clientToken == "")
        #expect(login.auth?["token_type"] == "")
        let requirement = login.auth?["mfa_requirement"]
        let request = try #require(requirement?["mfa_request_id"]?.stringValue)
        let any = requirement?["mfa_constraints"]?["one"]?["any"]?.arrayValue?.first
        #expect(any?["type"] == "totp")
        #expect(any?["id"]?.stringValue == world.method)
        #expect(any?["uses_passcode"] == true)
        #expect(any?["name"] == "phone")
        #expect(await world.identity.server.send("LIST", "auth/token/accessors").keys.count == 2)
        let done = await world.validate(request, world.code())
        #expect(done.entityID == world.entity)
        #expect(await world.identity.may(done.clientToken, "GET", "auth/token/lookup-self"))
        #expect(done.auth?["mfa_requirement"] == .null)
        // It is done once.
        #expect(await world.validate(request, world.code(1)).status == 403)
    }

    @Test("a header with the login does both at once, by id or by name")
    func onePhase() async throws {
        let world = try await start(["method_name": "phone"])
        let token = await world.login(world.code()).clientToken ?? ""
        #expect(!token.isEmpty)
        #expect(await world.login("000000").status == 403)
        world.identity.server.clock.advance(by: .seconds(90))
        let named = await world.identity.server.send(
            "POST", "auth/one/login", ["alias": "bob"], token: nil,
            headers: [("X-Vault-MFA", "PHONE:" + world.code())])
        #expect(named.status == 200)
        #expect(named.clientToken?.isEmpty == false)
    }

    /// M02 and M03: CVE-2025-6015.
    @Test("a code is accepted once, in no other spelling, and that is stored")
    func once() async throws {
        let world = try await start(["max_validation_attempts": 50])
        let code = world.code()
        for spelling in [" \(code)", "\(code) ", "+\(code)", "\(code)\u{200b}", String(code.dropLast()), ""] {
            #expect(await world.login(spelling + "x").status == 403)
            let request = await world.login().auth?["mfa_requirement"]?["mfa_request_id"]?.stringValue ?? ""
            #expect(await world.validate(request, spelling).status == 403, "\(spelling)")
        }
        #expect(await world.login(code).status == 200)
        #expect(await world.login(code).status == 403)
        // The code of the period before is not taken after the later one either.
        #expect(await world.login(world.code(-1)).status == 403)
        let key = world.secretKey(world.entity)
        let stored = try #require(try await world.identity.server.core.barrier.get(key))
        let step = try JSON.parse(stored.value)["last_step"]?.intValue
        #expect(step == world.identity.server.clock.now.seconds / 30)
    }

    @Test("of many who send one code at once one gets in")
    func together() async throws {
        let world = try await start()
        let code = world.code()
        let passed = await withTaskGroup(of: Bool.self) { tasks in
            for _ in 0..<20 { tasks.addTask { await world.login(code).status == 200 } }
            return await tasks.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(passed == 1)
    }

    /// M02.
    @Test("after too many wrong codes even the right one is refused, with the same text, for a while")
    func limiter() async throws {
        let world = try await start(["max_validation_attempts": 5])
        var texts: Set<String> = []
        for attempt in ["000000", " 000000", "0 00000", "000000 ", "x"] {
            texts.insert(await world.login(attempt).text)
        }
        let right = await world.login(world.code())
        #expect(right.status == 403)
        texts.insert(right.text)
        #expect(texts.count == 1)
        world.identity.server.clock.advance(by: .seconds(91))
        #expect(await world.login(world.code()).status == 200)
    }

    /// M04.
    @Test("two who have the same code both get in")
    func apart() async throws {
        let world = try await start()
        let other = try #require(await world.identity.login("eve", at: "two").entityID)
        let alias: JSON = [
            "name": "eve", "mount_accessor": .string(world.identity.one), "canonical_id": .string(other),
        ]
        #expect(await world.identity.post("entity-alias", alias).status == 200)
        let key = world.secretKey(world.entity)
        let copy = try #require(try await world.identity.server.core.barrier.get(key))
        try await world.identity.server.change([world.secretKey(other): .put(copy.value)])
        #expect(await world.login(world.code()).status == 200)
        let second = await world.identity.server.send(
            "POST", "auth/one/login", ["alias": "eve"], token: nil,
            headers: [("X-Vault-MFA", world.method + ":" + world.code())])
        #expect(second.status == 200)
    }

    @Test("an enforcement holds for mounts, kinds of mounts, entities and groups, and for nobody else")
    func targets() async throws {
        let world = try await start()
        let group = try await world.identity.made(
            "group", ["name": "g", "member_entity_ids": .strings([world.entity])])
        #expect(await world.identity.delete("mfa/login-enforcement/one").status == 204)
        #expect(await world.login().clientToken?.isEmpty == false)
        let targets: [JSONObject] = [
            ["auth_method_types": ["alias"]], ["identity_entity_ids": .strings([world.entity])],
            ["identity_group_ids": .strings([group])],
        ]
        for target in targets {
            var fields = target
            fields["mfa_method_ids"] = .strings([world.method])
            #expect(await world.identity.post("mfa/login-enforcement/x", .object(fields)).status == 204)
            #expect(await world.login().clientToken == "", "\(target)")
        }
        #expect(await world.identity.login("eve", at: "two").clientToken?.isEmpty == false)
        #expect(await world.identity.login(" BOB ").clientToken == "")
    }

    @Test("a login waits five minutes, and not for a disabled entity")
    func waiting() async throws {
        let world = try await start()
        let late = await world.login().auth?["mfa_requirement"]?["mfa_request_id"]?.stringValue ?? ""
        world.identity.server.clock.advance(by: .seconds(300))
        #expect(await world.validate(late, world.code()).status == 403)
        let request = await world.login().auth?["mfa_requirement"]?["mfa_request_id"]?.stringValue ?? ""
        _ = await world.identity.post("entity/id/" + world.entity, ["disabled": true])
        #expect(await world.validate(request, world.code()).status == 403)
        #expect(await world.validate("none", world.code()).status == 403)
    }

    @Test("methods and enforcements are kept like other records, and their secrets told nowhere")
    func records() async throws {
        let world = try await start()
        let read = await world.identity.get("mfa/method/" + world.method)
        #expect(read.data?["issuer"] == "Coffer")
        #expect(read.data?["digits"] == 6)
        #expect(read.data?["period"] == 30)
        #expect(await world.identity.list("mfa/method").keys == [world.method])
        #expect(await world.identity.list("mfa/method/totp").keys == [world.method])
        #expect(await world.identity.list("mfa/login-enforcement").keys == ["one"])
        let enforcement = await world.identity.get("mfa/login-enforcement/one")
        #expect(enforcement.strings("mfa_method_ids") == [world.method])
        #expect(await world.identity.delete("mfa/method/totp/" + world.method).status == 400)
        let again = await world.identity.post(
            "mfa/method/totp/admin-generate",
            ["method_id": .string(world.method), "entity_id": .string(world.entity)])
        #expect(again.data?.isNull != false)
        #expect(again.json?["warnings"]?.arrayValue?.count == 1)
        for text in [read.text, enforcement.text] { #expect(!text.contains(world.secret)) }
        let bad: [JSON] = [
            [:], ["issuer": "x", "digits": 7], ["issuer": "x", "skew": 2], ["issuer": "x", "algorithm": "MD5"],
        ]
        for fields in bad { #expect(await world.identity.post("mfa/method/totp", fields).status == 400) }
        let empty: [JSON] = [
            [:], ["mfa_method_ids": .strings([world.method])], ["mfa_method_ids": "none", "auth_method_types": "x"],
        ]
        for fields in empty { #expect(await world.identity.post("mfa/login-enforcement/bad", fields).status == 400) }
        let destroy: JSON = ["method_id": .string(world.method), "entity_id": .string(world.entity)]
        #expect(await world.identity.post("mfa/method/totp/admin-destroy", destroy).status == 204)
        #expect(await world.login(world.code()).status == 403)
    }
}
