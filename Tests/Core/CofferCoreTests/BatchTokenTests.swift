internal import CofferCore
import CofferJSON
import CofferStorage
import ServerHarness
import TestSupport
import Testing

@Suite struct BatchTokenTests {
    private func batch(
        _ server: ServerHarness, _ fields: JSONObject = [:], token: String = "root"
    ) async throws -> (token: String, auth: JSON) {
        var body = fields
        body["type"] = "batch"
        if token == "root" && body["policies"] == nil { body["policies"] = ["default"] }
        let answer = try await server.ok("POST", "auth/token/create", .object(body), token: token)
        let auth = answer["auth"] ?? .null
        return (auth["client_token"]?.stringValue ?? "", auth)
    }

    private func lookup(_ server: ServerHarness, _ token: String) async -> ServerAnswer {
        await server.send("GET", "auth/token/lookup-self", token: token)
    }

    @Test("a batch token carries itself: nothing is stored, and it has no accessor and no renewal")
    func selfContained() async throws {
        let server = try await ServerHarness.unsealed()
        let before = try await server.storage.scan("sys/", after: nil, limit: .max)
        let (token, auth) = try await batch(server, ["ttl": "1h", "meta": ["team": "web"]])
        #expect(try await server.storage.scan("sys/", after: nil, limit: .max) == before)
        #expect(token.hasPrefix("hvb."))
        #expect(auth["accessor"]?.stringValue == "")
        #expect(auth["renewable"]?.boolValue == false)
        #expect(auth["token_type"]?.stringValue == "batch")
        #expect(auth["lease_duration"]?.intValue == 3600)
        #expect(auth["num_uses"]?.intValue == 0)
        let shown = await lookup(server, token)
        #expect(shown.status == 200)
        #expect(shown.data?["type"]?.stringValue == "batch")
        #expect(shown.data?["policies"] == ["default"])
        #expect(shown.data?["meta"]?["team"]?.stringValue == "web")
        #expect(shown.data?["id"]?.stringValue == token)
        #expect(shown.data?["path"]?.stringValue == "auth/token/create")
        #expect(shown.data?["ttl"]?.intValue == 3600)
        #expect(!token.contains("default"))
    }

    @Test("a batch token ends when its time is over")
    func expiry() async throws {
        let server = try await ServerHarness.unsealed()
        let (token, _) = try await batch(server, ["ttl": "10m"])
        server.clock.advance(by: .seconds(599))
        #expect(await lookup(server, token).status == 200)
        server.clock.advance(by: .seconds(1))
        let refused = await lookup(server, token)
        #expect(refused.status == 403)
        #expect(refused.errors == ["2 errors occurred:\n\t* permission denied\n\t* invalid token\n\n"])
    }

    @Test("a batch token dies with its parent, an orphan does not")
    func parent() async throws {
        let server = try await ServerHarness.unsealed()
        try await server.policy("maker", "path \"auth/token/create*\" { capabilities = [\"update\", \"sudo\"] }")
        let parent = try await server.token(["maker"], ["ttl": "1h"])
        let (child, _) = try await batch(server, [:], token: parent)
        let (orphan, auth) = try await batch(server, ["no_parent": true], token: parent)
        #expect(auth["orphan"]?.boolValue == true)
        #expect(await lookup(server, child).status == 200)
        try await server.ok("POST", "auth/token/revoke", ["token": .string(parent)])
        #expect(await lookup(server, child).status == 403)
        #expect(await lookup(server, orphan).status == 200)
        let short = try await server.token(["maker"], ["ttl": "1m"])
        let (late, _) = try await batch(server, ["ttl": "1h"], token: short)
        server.clock.advance(by: .seconds(61))
        #expect(await lookup(server, late).status == 403)
    }

    @Test("a changed or foreign batch token is unknown, whichever part was changed")
    func forged() async throws {
        let server = try await ServerHarness.unsealed()
        let (token, _) = try await batch(server)
        let letters = Array(token)
        for index in stride(from: 4, to: letters.count, by: 7) + [letters.count - 1] {
            var changed = letters
            changed[index] = changed[index] == "A" ? "B" : "A"
            #expect(await lookup(server, String(changed)).status == 403)
        }
        for text in ["hvb.", "hvb.AAAA", token + "A", String(token.dropLast()), "hvb." + token] {
            #expect(await lookup(server, text).status == 403)
        }
        let other = try await ServerHarness.unsealed()
        #expect(await lookup(other, token).status == 403)
        #expect(await lookup(server, token).status == 200)
    }

    @Test("a batch token has no children, no cubbyhole, no renewal and no revocation")
    func restrictions() async throws {
        let server = try await ServerHarness.unsealed()
        try await server.policy("all", "path \"*\" { capabilities = [\"create\", \"read\", \"update\", \"list\"] }")
        let (token, _) = try await batch(server, ["policies": ["all"]])
        for type in ["batch", "service"] {
            let child = await server.send("POST", "auth/token/create", ["type": .string(type)], token: token)
            #expect(child.errors == ["batch tokens cannot create more tokens"])
        }
        let write = await server.send("POST", "cubbyhole/x", ["a": "b"], token: token)
        #expect(write.status == 400)
        #expect(write.errors == ["cubbyhole operations are only supported by \"service\" type tokens"])
        #expect(await server.send("POST", "auth/token/renew-self", token: token).status == 400)
        #expect(await server.send("POST", "auth/token/revoke-self", token: token).status == 400)
        for path in ["revoke", "revoke-orphan", "renew"] {
            let answer = await server.send("POST", "auth/token/" + path, ["token": .string(token)])
            #expect(answer.status == 400)
        }
        #expect(await lookup(server, token).status == 200)
    }

    @Test(
        "what needs a record is refused for a batch token",
        arguments: [
            ["explicit_max_ttl": "1h"], ["num_uses": 2], ["period": "1h"], ["id": "mine"], ["policies": ["root"]],
            ["meta": ["k": .string(String(repeating: "x", count: 9000))]],
        ] as [JSONObject])
    func refused(fields: JSONObject) async throws {
        let server = try await ServerHarness.unsealed()
        var body = fields
        body["type"] = "batch"
        if body["policies"] == nil { body["policies"] = ["default"] }
        let answer = await server.send("POST", "auth/token/create", .object(body))
        #expect(answer.status == 400)
        #expect(answer["auth"] == nil)
    }

    // CVE-2020-25816: leases outlived the batch token.
    @Test("leases of a batch token end with it, and with its parent")
    func leases() async throws {
        let fixture = try await LeaseServer()
        let (token, _) = try await batch(fixture.server, ["ttl": "5s", "policies": ["app"]])
        let answer = await fixture.server.send("GET", "db/creds/app", token: token, query: "ttl=1h")
        #expect(answer["lease_duration"]?.intValue == 5)
        let renewed = await fixture.renew(answer["lease_id"]?.stringValue ?? "", "1h")
        #expect(renewed["lease_duration"]?.intValue == 5)
        try await fixture.advance(6)
        #expect(fixture.target.users.isEmpty)
        try await fixture.server.policy("maker", "path \"auth/token/create\" { capabilities = [\"update\"] }")
        let parent = try await fixture.server.token(["app", "maker"])
        let (child, _) = try await batch(fixture.server, ["ttl": "1h"], token: parent)
        _ = try await fixture.lease(token: child)
        try await fixture.server.ok("POST", "auth/token/revoke", ["token": .string(parent)])
        await fixture.target.waitUntilEmpty()
    }

    @Test("batch tokens survive a restart, and a sealed server knows none")
    func restart() async throws {
        let first = ServerHarness()
        let made = await first.send("PUT", "sys/init", ["secret_shares": 1, "secret_threshold": 1], token: nil)
        let key: JSON = ["key": made["keys"]?.arrayValue?.first ?? .null]
        _ = await first.send("PUT", "sys/unseal", key, token: nil)
        let body: JSON = ["type": "batch", "policies": ["default"], "no_parent": true]
        let answer = await first.send("POST", "auth/token/create", body, token: made["root_token"]?.stringValue)
        let token = answer["auth"]?["client_token"]?.stringValue ?? ""
        await first.core.sealNow()
        #expect(await lookup(first, token).status == 503)
        let second = ServerHarness(storage: first.storage, clock: first.clock)
        _ = await second.send("PUT", "sys/unseal", key, token: nil)
        #expect(await lookup(second, token).status == 200)
    }

    @Test(
        "a mount's token type decides what its logins are",
        arguments: [
            ("default-service", "service"), ("service", "service"), ("batch", "batch"), ("default-batch", "batch"),
        ])
    func mountType(tuned: String, issued: String) async throws {
        let server = try await ServerHarness.unsealed(engines: [LoginEngine.kind])
        try await server.ok("POST", "sys/auth/open", ["type": "open"])
        try await server.ok("POST", "sys/auth/open/tune", ["token_type": .string(tuned)])
        let answer = await server.send("POST", "auth/open/login/bob", [:], token: nil)
        #expect(answer["auth"]?["token_type"]?.stringValue == issued)
        #expect(await lookup(server, answer["auth"]?["client_token"]?.stringValue ?? "").status == 200)
    }

    @Test("the token type is tuned on auth methods only, and to known values")
    func badTypes() async throws {
        let server = try await ServerHarness.unsealed(engines: [LoginEngine.kind])
        try await server.ok("POST", "sys/auth/open", ["type": "open"])
        for (path, type) in [("auth/open", "other"), ("mounts/secret", "batch"), ("auth/token", "batch")] {
            let answer = await server.send("POST", "sys/\(path)/tune", ["token_type": .string(type)])
            #expect(answer.status == 400)
        }
    }

    @Test("a role makes batch tokens, always or unless the caller says otherwise")
    func roles() async throws {
        let server = try await ServerHarness.unsealed()
        for type in ["batch", "default-batch"] {
            let fields: JSON = ["allowed_policies": "default", "token_type": .string(type)]
            try await server.ok("POST", "auth/token/roles/" + type, fields)
            let made = await server.send("POST", "auth/token/create/" + type)
            #expect(made["auth"]?["token_type"]?.stringValue == "batch")
            let asked = await server.send("POST", "auth/token/create/" + type, ["type": "service"])
            #expect(asked["auth"]?["token_type"]?.stringValue == (type == "batch" ? "batch" : "service"))
        }
    }
}
