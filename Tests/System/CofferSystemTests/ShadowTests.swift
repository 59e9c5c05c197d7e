import CofferBase
import CofferJSON
import ServerHarness
import TestSupport
import Testing

@Suite struct ShadowTests {
    private static let live = """
        path "secret/data/*" { capabilities = ["read"] }
        path "cubbyhole/x" { capabilities = ["update", "create"] }
        """
    private static let candidate = """
        path "secret/data/a" { capabilities = ["read", "create"] }
        path "cubbyhole/x" { capabilities = ["update", "create"] }
        """

    private func start() async throws -> (server: ServerHarness, token: String) {
        let server = try await ServerHarness.unsealed()
        try await server.policy("app", Self.live)
        try await server.ok("POST", "sys/policies/shadow/app", ["policy": .string(Self.candidate)])
        return (server, try await server.token(["app"], ["no_default_policy": true]))
    }

    private func report(_ server: ServerHarness, _ name: String = "app") async throws -> JSON {
        try #require(await server.send("GET", "sys/policies/shadow/" + name).data)
    }

    @Test("a candidate decides beside the policy, changes nothing, and tells what it would have changed")
    func differences() async throws {
        let (server, token) = try await start()
        #expect(await server.send("GET", "secret/data/a", token: token).status == 404)
        #expect(await server.send("POST", "cubbyhole/x", ["k": "v"], token: token).status == 204)
        for _ in 0..<3 { #expect(await server.send("GET", "secret/data/b", token: token).status == 404) }
        #expect(await server.send("POST", "secret/data/a", ["data": ["canary": "v"]], token: token).status == 403)
        let told = try await report(server)
        #expect(told["policy"]?.stringValue == Self.candidate)
        #expect(told["decisions"] == 6)
        #expect(told["would_allow"] == 1)
        #expect(told["would_deny"] == 3)
        let differences = try #require(told["differences"]?.arrayValue)
        #expect(differences.count == 2)
        let denied = differences.first { $0["would"] == "deny" }
        #expect(denied?["path"] == "secret/data/b")
        #expect(denied?["operation"] == "read")
        #expect(denied?["count"] == 3)
        #expect(denied?["live"]?["pattern"] == "secret/data/*")
        #expect(denied?["candidate"]?["cause"] == "no_matching_rule")
        let allowed = differences.first { $0["would"] == "allow" }
        #expect(allowed?["operation"] == "create")
        #expect(allowed?["live"]?["cause"] == "missing_capability")
        #expect(allowed?["candidate"]?["pattern"] == "secret/data/a")
        #expect(!told.text.contains("canary"))
        #expect(!told.text.contains(token))
    }

    @Test("a candidate is about callers who have the policy, through their token or their entity")
    func callers() async throws {
        let (server, _) = try await start()
        let other = try await server.token(["default"])
        _ = await server.send("GET", "secret/data/b", token: other)
        _ = await server.send("GET", "secret/data/b")
        #expect(try await report(server)["decisions"] == 0)
        let both = try await server.token(["default", "app"])
        _ = await server.send("GET", "secret/data/b", token: both)
        #expect(try await report(server)["decisions"] == 1)
    }

    @Test("candidates are listed, replaced and deleted, and outlive a restart without their counts")
    func life() async throws {
        let (server, token) = try await start()
        _ = await server.send("GET", "secret/data/b", token: token)
        try await server.ok("POST", "sys/policies/shadow/new/one", ["policy": "path \"a\" {}"])
        #expect(await server.send("LIST", "sys/policies/shadow").keys == ["app", "new/one"])
        try await server.reopen()
        #expect(await server.send("LIST", "sys/policies/shadow").keys == ["app", "new/one"])
        _ = await server.send("GET", "secret/data/b", token: token)
        _ = await server.send("GET", "secret/data/b", token: token)
        #expect(try await report(server)["would_deny"] == 2)
        // A change of another policy takes nothing from the report.
        try await server.policy("other", "path \"a\" {}")
        #expect(try await report(server)["would_deny"] == 2)
        try await server.ok("POST", "sys/policies/shadow/APP", ["policy": .string(Self.live)])
        _ = await server.send("GET", "secret/data/b", token: token)
        #expect(try await report(server)["would_deny"] == 0)
        #expect(try await report(server)["decisions"] == 1)
        try await server.ok("DELETE", "sys/policies/shadow/app")
        #expect(await server.send("GET", "sys/policies/shadow/app").status == 404)
        #expect(await server.send("POST", "sys/policies/shadow/app", ["policy": "path {"]).status == 400)
        #expect(await server.send("POST", "sys/policies/shadow/app", [:]).status == 400)
        #expect(await server.send("POST", "sys/policies/shadow/root", ["policy": "path \"a\" {}"]).status == 400)
        #expect(await server.send("GET", "sys/policies/shadow/new/one", token: token).status == 403)
    }

    @Test("what a candidate remembers is bounded: the oldest makes room, and the counts stay right")
    func bounds() async throws {
        let (server, token) = try await start()
        for number in 0..<510 {
            _ = await server.send("GET", "secret/data/n\(number)", token: token)
            server.clock.advance(by: .milliseconds(1))
        }
        let told = try await report(server)
        #expect(told["would_deny"] == 510)
        #expect(told["forgotten"] == 10)
        let paths = (told["differences"]?.arrayValue ?? []).compactMap { $0["path"]?.stringValue }
        #expect(paths.count == 500)
        #expect(paths.first == "secret/data/n509")
        #expect(!paths.contains("secret/data/n9"))
    }

    @Test("a candidate with a template is filled in for each caller")
    func templates() async throws {
        let server = try await ServerHarness.unsealed(engines: [AliasLoginEngine.kind])
        try await server.ok("POST", "sys/auth/one", ["type": "alias"])
        let login = await server.send("POST", "auth/one/login", ["alias": "bob"], token: nil)
        let token = login.json?["auth"]?["client_token"]?.stringValue
        let entity = login.json?["auth"]?["entity_id"]?.stringValue ?? ""
        try await server.policy("default", #"path "secret/data/shared" { capabilities = ["read"] }"#)
        let candidate = #"path "secret/data/{{identity.entity.id}}" { capabilities = ["read"] }"#
        try await server.ok("POST", "sys/policies/shadow/default", ["policy": .string(candidate)])
        #expect(await server.send("GET", "secret/data/" + entity, token: token).status == 403)
        #expect(await server.send("GET", "secret/data/shared", token: token).status == 404)
        let told = try await report(server, "default")
        #expect(told["would_allow"] == 1)
        #expect(told["would_deny"] == 1)
    }

    @Test("an entity is asked about as a token is")
    func entities() async throws {
        let server = try await ServerHarness.unsealed(engines: [AliasLoginEngine.kind])
        try await server.policy("app", #"path "secret/data/a" { capabilities = ["read"] }"#)
        let made = try await server.ok("POST", "identity/entity", ["name": "bob", "policies": ["app"]])
        let id = try #require(made.data?["id"])
        func ask(_ more: JSONObject, token: String = "root") async -> ServerAnswer {
            var body: JSONObject = ["method": "read", "path": "secret/data/a"]
            for member in more.members { body[member.key] = member.value }
            return await server.send("POST", "sys/policies/explain", .object(body), token: token)
        }
        let told = await ask(["entity_id": id]).data
        #expect(told?["allowed"] == true)
        #expect(told?["entity"]?["name"] == "bob")
        #expect(told?["entity"]?["policies"] == ["app"])
        #expect(told?["rules"]?.arrayValue?.first?["policies"] == ["app"])
        #expect(await ask(["entity_id": id, "path": "secret/data/b"]).data?["cause"] == "no_matching_rule")
        #expect(await ask(["entity_id": "none"]).data?["cause"] == "unknown_entity")
        #expect(await ask(["entity_id": id, "token": "root"]).status == 400)
        try await server.ok("POST", "identity/entity/name/bob", ["disabled": true])
        #expect(await ask(["entity_id": id]).data?["cause"] == "disabled_entity")
        try await server.policy("asker", #"path "sys/policies/explain" { capabilities = ["update"] }"#)
        let asker = try await server.token(["asker"])
        #expect(await ask(["entity_id": id], token: asker).status == 403)
    }
}
