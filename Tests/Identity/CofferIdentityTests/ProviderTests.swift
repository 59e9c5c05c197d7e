import CofferBase
import CofferHTTP
import CofferJOSE
import CofferJSON
import ServerHarness
import TestSupport
import Testing

@Suite struct ProviderTests {
    private static let callback = "https://app.example/cb"
    private static let verifier = String(repeating: "v", count: 43)

    /// A server with a client and somebody who may log in to it.
    struct World: Sendable {
        let identity: IdentityServer
        let user: String?
        let entity: String
        let clientID: String
        let clientSecret: String

        func authorize(_ more: JSONObject = [:]) async -> ServerAnswer {
            var fields: JSONObject = [
                "client_id": .string(clientID), "scope": "openid who", "response_type": "code",
                "redirect_uri": .string(ProviderTests.callback), "state": "s", "nonce": "n",
            ]
            for member in more.members { fields[member.key] = member.value }
            return await identity.post("oidc/provider/default/authorize", .object(fields), token: user)
        }

        func code(_ more: JSONObject = [:]) async throws -> String {
            try #require(await authorize(more).json?["code"]?.stringValue)
        }

        func exchange(_ code: String, _ more: JSONObject = [:]) async -> ServerAnswer {
            var fields: JSONObject = [
                "client_id": .string(clientID), "client_secret": .string(clientSecret), "code": .string(code),
                "grant_type": "authorization_code", "redirect_uri": .string(ProviderTests.callback),
            ]
            for member in more.members { fields[member.key] = member.value }
            return await identity.post("oidc/provider/default/token", .object(fields), token: nil)
        }

        func userInfo(_ token: String) async -> ServerAnswer {
            await identity.server.send(
                "GET", "identity/oidc/provider/default/userinfo", token: nil,
                headers: [("Authorization", "Bearer " + token)])
        }
    }

    private func start() async throws -> World {
        let identity = try await IdentityServer.start()
        _ = await identity.post("oidc/key/app", ["algorithm": "ES256", "allowed_client_ids": "*"])
        _ = await identity.post("oidc/scope/who", ["template": "{\"who\": {{identity.entity.name}}}"])
        _ = await identity.post("oidc/provider/default", ["allowed_client_ids": "*", "scopes_supported": "who"])
        let client: JSON = [
            "key": "app", "redirect_uris": .string(Self.callback), "assignments": "allow_all",
            "access_token_ttl": "10m",
        ]
        _ = await identity.post("oidc/client/app", client)
        let data = await identity.get("oidc/client/app").data
        let login = await identity.login("bob")
        return World(
            identity: identity, user: login.clientToken, entity: login.entityID ?? "",
            clientID: data?["client_id"]?.stringValue ?? "", clientSecret: data?["client_secret"]?.stringValue ?? "")
    }

    @Test("a code is exchanged for an id token and an access token")
    func flow() async throws {
        let world = try await start()
        let authorized = await world.authorize(["max_age": 60])
        #expect(authorized.json?["state"] == "s")
        let answer = await world.exchange(authorized.json?["code"]?.stringValue ?? "")
        #expect(answer.status == 200)
        #expect(answer.json?["expires_in"] == 600)
        let keys = await world.identity.get("oidc/provider/default/.well-known/keys", token: nil)
        let idToken = try CompactToken(answer.json?["id_token"]?.stringValue ?? "")
        let claims = try idToken.verified(by: try JSONWebKeySet(keys.json ?? .null), allowing: [.es256])
        #expect(claims["sub"]?.stringValue == world.entity)
        #expect(claims["aud"]?.stringValue == world.clientID)
        #expect(claims["nonce"] == "n")
        #expect(claims["who"]?.stringValue?.hasPrefix("entity_") == true)
        #expect(claims["auth_time"]?.intValue == world.identity.server.clock.now.seconds)
        let access = answer.json?["access_token"]?.stringValue ?? ""
        let info = await world.userInfo(access)
        #expect(info.json?["sub"]?.stringValue == world.entity)
        #expect(info.json?["who"] == claims["who"])
        world.identity.server.clock.advance(by: .seconds(600))
        #expect(await world.userInfo(access).status == 401)
    }

    @Test("an id token, a token of this server and nonsense open no userinfo")
    func userInfo() async throws {
        let world = try await start()
        let answer = await world.exchange(try await world.code())
        for token in [answer.json?["id_token"]?.stringValue ?? "", world.user ?? "", "root", "a.b.c", ""] {
            let refused = await world.userInfo(token)
            #expect(refused.status == 401)
            #expect(refused.json?["error"] == "invalid_token")
        }
        let access = answer.json?["access_token"]?.stringValue
        #expect(await world.identity.may(access, "GET", "auth/token/lookup-self") == false)
        _ = await world.identity.post("entity/id/" + world.entity, ["disabled": true])
        #expect(await world.userInfo(access ?? "").status == 401)
    }

    @Test("a code lives five minutes, for one exchange, right or wrong")
    func codes() async throws {
        let world = try await start()
        let late = try await world.code()
        world.identity.server.clock.advance(by: .seconds(300))
        #expect(await world.exchange(late).json?["error"] == "invalid_grant")
        let used = try await world.code()
        #expect(await world.exchange(used, ["redirect_uri": "https://app.example/other"]).status == 400)
        #expect(await world.exchange(used).json?["error"] == "invalid_grant")
    }

    @Test("the verifier of PKCE must be the challenge's, and a challenge cannot be taken away")
    func pkce() async throws {
        let world = try await start()
        let hashed = "RXoXZ6V8CkyCyq7nx9hfFOPXNcJNZtqEpNYdWHC2Z2A"
        let plain: JSONObject = ["code_challenge": .string(Self.verifier)]
        let right: JSONObject = ["code_verifier": .string(Self.verifier)]
        #expect(await world.exchange(try await world.code(plain), right).status == 200)
        for wrong: JSONObject in [[:], ["code_verifier": .string(Self.verifier + "x")], ["code_verifier": "short"]] {
            #expect(await world.exchange(try await world.code(plain), wrong).json?["error"] == "invalid_grant")
        }
        #expect(await world.exchange(try await world.code(), right).json?["error"] == "invalid_request")
        let s256: JSONObject = ["code_challenge": .string(hashed), "code_challenge_method": "S256"]
        #expect(await world.exchange(try await world.code(s256), right).json?["error"] == "invalid_grant")
        #expect(
            await world.authorize(["code_challenge": .string(Self.verifier), "code_challenge_method": "md5"]).status
                == 400)
    }

    @Test("a client that does not prove who it is gets 401")
    func client() async throws {
        let world = try await start()
        for wrong: JSONObject in [
            ["client_secret": ""], ["client_secret": "hvo_secret_x"], ["client_id": "none"], ["client_id": ""],
        ] {
            let answer = await world.exchange(try await world.code(), wrong)
            #expect(answer.status == 401)
            #expect(answer.json?["error"] == "invalid_client")
        }
        _ = await world.identity.post("oidc/provider/default", ["allowed_client_ids": "other"])
        #expect(await world.authorize().json?["error"] == "unauthorized_client")
    }

    /// C10: GHSA-2cjw-94fw-wqjx.
    @Test(
        "an address that is not registered exactly gets an error and no redirect",
        arguments: [
            "https://app.example/cb/", "https://app.example/cb?x", "https://APP.example/cb", "https://evil.example/cb",
            "//app.example/cb", "/cb", "javascript:x", "https://app.example/cb#x", "https://app.example@evil/cb", "",
        ])
    func redirects(address: String) async throws {
        let world = try await start()
        let answer = await world.authorize(["redirect_uri": .string(address), "prompt": "none"])
        #expect(answer.status == 400)
        #expect(answer.fields["location"] == nil)
        #expect(answer.json?["code"] == nil)
    }

    @Test("what is asked for wrongly is refused in the words of OAuth")
    func requests() async throws {
        let world = try await start()
        #expect(await world.authorize(["scope": "who"]).json?["error"] == "invalid_request")
        #expect(await world.authorize(["response_type": "token"]).json?["error"] == "unsupported_response_type")
        #expect(await world.authorize(["client_id": "none"]).json?["error"] == "invalid_client_id")
        world.identity.server.clock.advance(by: .seconds(61))
        #expect(await world.authorize(["max_age": 60]).json?["error"] == "max_age_violation")
        #expect(await world.authorize(["max_age": -1]).json?["error"] == "invalid_request")
        let grant = await world.exchange(try await world.code(), ["grant_type": "password"])
        #expect(grant.json?["error"] == "unsupported_grant_type")
        let nobody = await world.identity.post(
            "oidc/provider/default/authorize",
            [
                "client_id": .string(world.clientID), "scope": "openid", "response_type": "code",
                "redirect_uri": .string(Self.callback),
            ])
        #expect(nobody.json?["error"] == "access_denied")
    }

    /// L04: CVE-2025-62513.
    @Test("codes, secrets and tokens stand in no audit line")
    func audit() async throws {
        let world = try await start()
        try await world.identity.server.ok("PUT", "sys/audit/recording", ["type": "recording"])
        let code = try await world.code()
        let answer = await world.exchange(code, ["nonce": "canary-in-the-mine"])
        let info = await world.userInfo(answer.json?["access_token"]?.stringValue ?? "")
        #expect(info.status == 200)
        let lines = world.identity.server.audit.text
        #expect(world.identity.server.audit.entries.count >= 6)
        for secret in [
            code, world.clientSecret, answer.json?["id_token"]?.stringValue ?? "none",
            answer.json?["access_token"]?.stringValue ?? "none", "canary-in-the-mine",
        ] {
            #expect(!lines.contains(secret))
        }
    }

    @Test("settings that fit nothing are refused, and what others use stays")
    func settings() async throws {
        let world = try await start()
        let refused: [(String, JSON)] = [
            ("oidc/scope/openid", ["template": "{}"]), ("oidc/scope/x", ["template": "{\"sub\": 1}"]),
            ("oidc/scope/x", ["template": "{\"a\": "]), ("oidc/assignment/allow_all", ["entity_ids": "x"]),
            ("oidc/client/app", ["key": "other"]), ("oidc/client/app", ["client_type": "public"]),
            ("oidc/client/x", ["key": "none"]), ("oidc/client/x", ["key": "app", "assignments": "none"]),
            ("oidc/client/x", ["key": "app", "id_token_ttl": "25h"]),
            ("oidc/client/x", ["key": "app", "redirect_uris": "/relative"]),
            ("oidc/client/x", ["key": "app", "client_type": "other"]),
            ("oidc/provider/x", ["issuer": "https://x/y"]), ("oidc/provider/x", ["scopes_supported": "none"]),
            ("oidc/provider/x", ["scopes_supported": "openid"]),
        ]
        for (path, fields) in refused { #expect(await world.identity.post(path, fields).status == 400, "\(path)") }
        for path in ["oidc/key/app", "oidc/scope/who", "oidc/provider/default", "oidc/assignment/allow_all"] {
            #expect(await world.identity.delete(path).status == 400, "\(path)")
        }
        _ = await world.identity.post("oidc/scope/also", ["template": "{\"who\": 1}"])
        let clash = await world.identity.post("oidc/provider/x", ["scopes_supported": ["who", "also"]])
        #expect(clash.status == 400)
        let listed = await world.identity.server.send(
            "LIST", "identity/oidc/provider", query: "allowed_client_id=\(world.clientID)")
        #expect(listed.keys == ["default"])
        #expect(listed.json?["warnings"] == .null)
    }
}
