import CofferJSON
import CofferStorage
import ServerHarness
import TestSupport
import Testing

@Suite struct TokenRoleTests {
    /// A server whose token `maker` may make tokens with every role, and no others.
    private func start() async throws -> (ServerHarness, maker: String) {
        let server = try await ServerHarness.unsealed()
        try await server.policy("maker", "path \"auth/token/create/*\" { capabilities = [\"update\"] }")
        return (server, try await server.token(["maker"]))
    }

    private func role(_ server: ServerHarness, _ name: String, _ fields: JSON) async -> ServerAnswer {
        await server.send("POST", "auth/token/roles/" + name, fields)
    }

    private func create(
        _ server: ServerHarness, _ role: String, _ fields: JSON = [:], token: String
    ) async -> ServerAnswer {
        await server.send("POST", "auth/token/create/" + role, fields, token: token)
    }

    private func policies(_ answer: ServerAnswer) -> [String]? {
        answer["auth"]?["policies"]?.arrayValue?.compactMap(\.stringValue)
    }

    @Test("a role is written, read with its defaults and old names, listed page by page, and deleted")
    func life() async throws {
        let (server, _) = try await start()
        #expect(await role(server, "web", ["allowed_policies": "b,a", "period": "1h"]).status == 204)
        let read = await server.send("GET", "auth/token/roles/web")
        #expect(read.data?["name"]?.stringValue == "web")
        #expect(read.data?["allowed_policies"] == ["a", "b"])
        #expect(read.data?["period"]?.intValue == 3600)
        #expect(read.data?["token_period"]?.intValue == 3600)
        #expect(read.data?["renewable"]?.boolValue == true)
        #expect(read.data?["orphan"]?.boolValue == false)
        #expect(read.data?["token_type"]?.stringValue == "default-service")
        #expect(read.data?["path_suffix"]?.stringValue == "")
        for name in ["app", "db"] { #expect(await role(server, name, [:]).status == 204) }
        #expect(await server.send("LIST", "auth/token/roles").keys == ["app", "db", "web"])
        let page = await server.send("LIST", "auth/token/roles", query: "after=app&limit=1")
        #expect(page.keys == ["db"])
        #expect(await server.send("DELETE", "auth/token/roles/web").status == 204)
        #expect(await server.send("GET", "auth/token/roles/web").status == 404)
    }

    @Test(
        "a role that no token could follow is refused",
        arguments: [
            ["token_type": "other"], ["token_type": "batch", "token_num_uses": 3],
            ["token_type": "default-batch", "token_period": "1h"], ["token_bound_cidrs": "nonsense"],
            ["path_suffix": "a/b"], ["token_num_uses": -1], ["orphan": "perhaps"],
        ] as [JSON])
    func refused(fields: JSON) async throws {
        let (server, _) = try await start()
        #expect(await role(server, "bad", fields).status == 400)
        #expect(await server.send("GET", "auth/token/roles/bad").status == 404)
    }

    @Test("a role gives policies that its user does not have, and only those")
    func allowed() async throws {
        let (server, maker) = try await start()
        _ = await role(server, "web", ["allowed_policies": "web,app", "allowed_policies_glob": "team-*"])
        #expect(policies(await create(server, "web", token: maker)) == ["app", "default", "web"])
        let some = await create(server, "web", ["policies": ["WEB"], "no_default_policy": true], token: maker)
        #expect(policies(some) == ["web"])
        let globbed = await create(server, "web", ["policies": ["team-one"]], token: maker)
        #expect(policies(globbed) == ["default", "team-one"])
        #expect(await create(server, "web", ["policies": ["other"]], token: maker).status == 400)
        #expect(await create(server, "none", token: maker).status == 400)
    }

    @Test("a role's disallowed policies are refused, also by pattern and in any case")
    func disallowed() async throws {
        let (server, maker) = try await start()
        _ = await role(
            server, "web", ["disallowed_policies": "admin,default", "disallowed_policies_glob": "sys-*"])
        let open = await create(server, "web", ["policies": ["anything"]], token: maker)
        #expect(policies(open) == ["anything"])
        for name in ["admin", "ADMIN", "sys-root", "default"] {
            #expect(await create(server, "web", ["policies": .strings([name])], token: maker).status == 400)
        }
    }

    @Test("no role gives root to a caller that is not root", arguments: ["root", "ROOT", "Root"])
    func noRoot(spelling: String) async throws {
        let (server, maker) = try await start()
        _ = await role(server, "all", ["allowed_policies_glob": "*"])
        let answer = await create(server, "all", ["policies": .strings([spelling])], token: maker)
        #expect(answer.status == 400)
        _ = await role(server, "named", ["allowed_policies": .strings([spelling])])
        #expect(await create(server, "named", token: maker).status == 400)
        #expect(await create(server, "all", ["policies": ["response-wrapping"]], token: maker).status == 400)
    }

    @Test("a role's limits win over what the caller asks for")
    func limits() async throws {
        let (server, maker) = try await start()
        _ = await role(
            server, "web",
            [
                "allowed_policies": "default", "orphan": true, "renewable": false, "token_explicit_max_ttl": "1h",
                "token_num_uses": 5, "path_suffix": "suffix",
            ])
        let fields: JSON = ["ttl": "2h", "explicit_max_ttl": "3h", "num_uses": 9]
        let auth = await create(server, "web", fields, token: maker)["auth"]
        #expect(auth?["lease_duration"]?.intValue == 3600)
        #expect(auth?["renewable"]?.boolValue == false)
        #expect(auth?["orphan"]?.boolValue == true)
        #expect(auth?["num_uses"]?.intValue == 5)
        let token = auth?["client_token"]?.stringValue
        let shown = await server.send("GET", "auth/token/lookup-self", token: token)
        #expect(shown.data?["role"]?.stringValue == "web")
        #expect(shown.data?["path"]?.stringValue == "auth/token/create/web/suffix")
        try await server.ok("PUT", "sys/leases/revoke-prefix/auth/token/create/web/suffix")
        #expect(await server.send("GET", "auth/token/lookup-self", token: token).status == 403)
    }

    @Test("a token of a periodic role lives as long as it is renewed, and the role stands")
    func periodicRole() async throws {
        let (server, maker) = try await start()
        _ = await role(server, "agent", ["allowed_policies": "default", "token_period": "1h", "orphan": true])
        let token = await create(server, "agent", token: maker)["auth"]?["client_token"]?.stringValue
        for _ in 0..<1000 {
            server.clock.advance(by: .seconds(3000))
            let renewed = await server.send("POST", "auth/token/renew-self", token: token)
            #expect(renewed["auth"]?["lease_duration"]?.intValue == 3600)
            if renewed.status != 200 { break }
        }
        _ = await server.send("DELETE", "auth/token/roles/agent")
        let refused = await server.send("POST", "auth/token/renew-self", token: token)
        #expect(refused.errors == ["original token role could not be found, not renewing"])
        server.clock.advance(by: .seconds(3601))
        #expect(await server.send("GET", "auth/token/lookup-self", token: token).status == 403)
    }

    // Vault 1.0.2 and 1.1.1: children lost the networks of their parent.
    @Test("a token bound to networks is refused elsewhere, and so are its children")
    func boundNetworks() async throws {
        let (server, _) = try await start()
        try await server.policy("maker", "path \"auth/token/create*\" { capabilities = [\"update\"] }")
        _ = await role(server, "here", ["allowed_policies": "maker", "token_bound_cidrs": "127.0.0.0/8"])
        _ = await role(server, "there", ["allowed_policies": "maker", "token_bound_cidrs": "10.0.0.0/8"])
        let there = await create(server, "there", token: "root")["auth"]?["client_token"]?.stringValue
        #expect(await server.send("GET", "auth/token/lookup-self", token: there).status == 403)
        let here = await create(server, "here", token: "root")["auth"]?["client_token"]?.stringValue ?? ""
        #expect(await server.send("GET", "auth/token/lookup-self", token: here).status == 200)
        let child = await server.send("POST", "auth/token/create", [:], token: here)
        let shown = await server.send(
            "POST", "auth/token/lookup", ["token": child["auth"]?["client_token"] ?? .null])
        #expect(shown.data?["bound_cidrs"] == ["127.0.0.0/8"])
        // A role narrows what its user has, and never widens it.
        _ = await role(server, "narrow", ["allowed_policies": "maker", "token_bound_cidrs": "127.0.0.2/32,::1/128"])
        let narrow = await create(server, "narrow", token: here)
        let narrowed = await server.send(
            "POST", "auth/token/lookup", ["token": narrow["auth"]?["client_token"] ?? .null])
        #expect(narrowed.data?["bound_cidrs"] == ["127.0.0.2/32"])
        let elsewhere = await server.send(
            "GET", "auth/token/lookup-self", token: narrow["auth"]?["client_token"]?.stringValue)
        #expect(elsewhere.status == 403)
        #expect(await create(server, "there", token: here).status == 400)
    }

    @Test("entity aliases need a role that allows them")
    func aliases() async throws {
        let (server, maker) = try await start()
        let without = await server.send("POST", "auth/token/create", ["entity_alias": "web"])
        #expect(without.errors == ["'entity_alias' is only allowed in combination with token role"])
        _ = await role(server, "web", ["allowed_policies": "default", "allowed_entity_aliases": "web-*"])
        #expect(await create(server, "web", ["entity_alias": "web-1"], token: maker).status == 200)
        let refused = await create(server, "web", ["entity_alias": "db-1"], token: maker)
        #expect(refused.errors == ["invalid 'entity_alias' value"])
    }

    @Test("accessors and policies are listed page by page")
    func pages() async throws {
        let (server, _) = try await start()
        for _ in 0..<4 { _ = try await server.token(["default"]) }
        let all = await server.send("LIST", "auth/token/accessors").keys
        #expect(all.count == 6)
        var paged: [String] = []
        for _ in 0..<4 {
            let query = "limit=2" + (paged.last.map { "&after=\($0)" } ?? "")
            let page = await server.send("LIST", "auth/token/accessors", query: query)
            if page.status == 404 { break }
            #expect(page.keys.count == 2)
            paged += page.keys
        }
        #expect(paged == all)
        #expect(await server.send("LIST", "sys/policies/acl").keys == ["default", "maker", "root"])
        let policies = await server.send("LIST", "sys/policies/acl", query: "after=default&limit=1")
        #expect(policies.keys == ["maker"])
        #expect(await server.send("LIST", "sys/policies/acl", query: "limit=some").status == 400)
    }

    @Test("tidy removes what names no token, and nothing else")
    func tidy() async throws {
        let (server, maker) = try await start()
        let record = JSON.object(["accessor": "x", "key": "none"]).serialized()
        try await server.change([
            "sys/token/accessor/none": .put(record), "sys/token/parent/none/gone": .put([]),
        ])
        #expect(await server.send("POST", "auth/token/tidy").status == 202)
        let left = try await server.storage.scan("sys/token/parent/none/", after: nil, limit: 10)
        #expect(left.isEmpty)
        #expect(await server.send("LIST", "auth/token/accessors").keys.count == 2)
        #expect(await server.send("GET", "auth/token/lookup-self", token: maker).status == 200)
    }
}
