import CofferBase
import CofferJOSE
import CofferJSON
import ServerHarness
import TestSupport
import Testing

@Suite struct IdentityTokenTests {
    /// A server with a key and a role called `app`, and a token of an entity.
    private func start(
        _ key: JSONObject = [:], _ role: JSONObject = [:]
    ) async throws -> (IdentityServer, token: String?, entity: String) {
        let identity = try await IdentityServer.start()
        var keyFields = key
        if key["algorithm"] == nil { keyFields["algorithm"] = "ES256" }
        if key["allowed_client_ids"] == nil { keyFields["allowed_client_ids"] = "*" }
        _ = await identity.post("oidc/key/app", .object(keyFields))
        var roleFields = role
        roleFields["key"] = "app"
        _ = await identity.post("oidc/role/app", .object(roleFields))
        try await identity.server.policy("tokens", "path \"identity/oidc/token/*\" { capabilities = [\"read\"] }")
        let login = await identity.login("bob", ["policies": ["tokens"]])
        return (identity, login.clientToken, login.entityID ?? "")
    }

    private func token(_ identity: IdentityServer, _ token: String?) async throws -> String {
        try #require(await identity.get("oidc/token/app", token: token).data?["token"]?.stringValue)
    }

    private func keys(_ identity: IdentityServer) async throws -> JSONWebKeySet {
        try JSONWebKeySet(await identity.get("oidc/.well-known/keys", token: nil).json ?? .null)
    }

    private func isActive(_ identity: IdentityServer, _ token: String) async -> Bool? {
        await identity.post("oidc/introspect", ["token": .string(token)]).json?["active"]?.boolValue
    }

    @Test("a token says who its caller is, for the client of its role, and as long as the role says")
    func claims() async throws {
        let template =
            "{\"team\": {{identity.entity.metadata.team}}, \"at\": {{time.now.plus.1h}}, \"none\": {{identity.entity.metadata.x}}}"
        let (identity, caller, entity) = try await start([:], ["ttl": "10m", "template": .string(template)])
        _ = await identity.post("entity/id/" + entity, ["metadata": ["team": "a\"}, {\"sub\": \"x"]])
        let text = try await token(identity, caller)
        let claims = try CompactToken(text).verified(by: try await keys(identity), allowing: [.es256])
        let role = await identity.get("oidc/role/app")
        #expect(claims["sub"]?.stringValue == entity)
        #expect(claims["aud"] == role.data?["client_id"])
        #expect(claims["iss"]?.stringValue?.hasSuffix("/v1/identity/oidc") == true)
        #expect(claims["namespace"] == "root")
        #expect((claims["exp"]?.intValue ?? 0) - (claims["iat"]?.intValue ?? 0) == 600)
        // What users chose is a value, never structure.
        #expect(claims["team"] == "a\"}, {\"sub\": \"x")
        #expect(claims["at"]?.intValue == identity.server.clock.now.seconds + 3600)
        #expect(claims["none"] == "")
    }

    @Test("keys rotate by themselves, the next one is published before it signs, and the last one after")
    func rotation() async throws {
        let (identity, caller, _) = try await start(
            ["rotation_period": "1h", "verification_ttl": "90m"], ["ttl": "80m"])
        let first = try await token(identity, caller)
        let before = try await keys(identity)
        #expect(before.keys.count == 2)
        identity.server.clock.advance(by: .seconds(3601))
        var after = try await keys(identity)
        // The engine is called on a task of its own.
        while after.keys.count < 3 {
            await Task.yield()
            after = try await keys(identity)
        }
        let second = try await token(identity, caller)
        let (old, new) = (try CompactToken(first), try CompactToken(second))
        #expect(old.keyID != new.keyID)
        #expect(before.keys.contains { $0.id == new.keyID })
        #expect(try old.verified(by: after, allowing: [.es256])["aud"] == new.claims["aud"])
        #expect(await isActive(identity, first) == true)
        identity.server.clock.advance(by: .seconds(3601))
        #expect(await isActive(identity, first) == false)
        identity.server.clock.advance(by: .seconds(1900))
        #expect(try await keys(identity).keys.contains { $0.id == old.keyID } == false)
    }

    @Test("a key that is rotated at once may end the last one at once")
    func rotateNow() async throws {
        let (identity, caller, _) = try await start()
        let text = try await token(identity, caller)
        #expect(await isActive(identity, text) == true)
        #expect(await identity.post("oidc/key/app/rotate", [:]).status == 204)
        #expect(await isActive(identity, text) == true)
        let next = try await token(identity, caller)
        #expect(await identity.post("oidc/key/app/rotate", ["verification_ttl": 0]).status == 204)
        #expect(await isActive(identity, next) == false)
        #expect(await isActive(identity, text) == true)
        #expect(await identity.post("oidc/key/none/rotate", [:]).status == 400)
    }

    @Test("introspection looks at the entity and the client too")
    func introspection() async throws {
        let (identity, caller, entity) = try await start()
        let text = try await token(identity, caller)
        let wrong = await identity.post("oidc/introspect", ["token": .string(text), "client_id": "other"])
        #expect(wrong.json?["active"] == false)
        #expect(wrong.status == 200)
        #expect(await isActive(identity, text + "A") == false)
        #expect(await isActive(identity, "nonsense") == false)
        _ = await identity.post("entity/id/" + entity, ["disabled": true])
        #expect(await isActive(identity, text) == false)
        _ = await identity.delete("entity/id/" + entity)
        #expect(await isActive(identity, text) == false)
    }

    @Test("keys and roles that fit nothing are refused")
    func refused() async throws {
        let (identity, caller, _) = try await start([:], ["ttl": "10m"])
        let keys: [JSON] = [
            ["rotation_period": "30s"], ["rotation_period": "1m", "verification_ttl": "11m"], ["algorithm": "HS256"],
            ["algorithm": "none"], ["algorithm": "PS256"],
        ]
        for fields in keys { #expect(await identity.post("oidc/key/bad", fields).status == 400, "\(fields)") }
        #expect(await identity.get("oidc/key/bad").status == 404)
        #expect(await identity.post("oidc/key/app", ["verification_ttl": "5m"]).status == 400)
        let roles: [JSON] = [
            [:], ["key": "none"], ["key": "app", "ttl": "25h"], ["key": "app", "template": "{\"iss\": 1}"],
            ["key": "app", "template": "{{time.now}}"], ["key": "app", "template": "{\"a\": {{time.later}}}"],
        ]
        for fields in roles { #expect(await identity.post("oidc/role/bad", fields).status == 400, "\(fields)") }
        #expect(await identity.get("oidc/token/bad", token: caller).status == 400)
        let nobody = await identity.get("oidc/token/app")
        #expect(nobody.errors == ["no entity associated with the request's token"])
        for issuer in ["example.com", "https://x/y", "https://x?y", "ftp://x", "https://", "https://a@b"] {
            #expect(await identity.post("oidc/config", ["issuer": .string(issuer)]).status == 400, "\(issuer)")
        }
    }

    @Test("the private part of a key is told nowhere")
    func secret() async throws {
        let (identity, _, _) = try await start()
        let texts = [
            await identity.get("oidc/key/app").text, await identity.get("oidc/.well-known/keys").text,
            await identity.list("oidc/key").text,
        ]
        for text in texts {
            #expect(!text.contains("secret"))
            #expect(!text.contains("\"d\""))
        }
    }
}
