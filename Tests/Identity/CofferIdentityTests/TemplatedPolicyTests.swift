import CofferJSON
import ServerHarness
import Testing

@Suite struct TemplatedPolicyTests {
    private func rule(_ path: String, _ capability: String = "read") -> String {
        "path \"\(path)\" { capabilities = [\"\(capability)\"] }\n"
    }

    /// A server with this policy, and a token of `bob` that has it.
    private func start(_ text: (IdentityServer) -> String, _ metadata: JSON = [:]) async throws -> (
        IdentityServer, token: String?, entity: String
    ) {
        let identity = try await IdentityServer.start()
        try await identity.server.policy("templated", text(identity))
        let login = await identity.login("bob", ["policies": ["templated"]])
        let entity = login.entityID ?? ""
        _ = await identity.post("entity/id/" + entity, ["metadata": metadata])
        return (identity, login.clientToken, entity)
    }

    @Test("the default policy lets an entity read itself and nobody else")
    func own() async throws {
        let identity = try await IdentityServer.start()
        let bob = await identity.login("bob")
        let eve = await identity.login("eve")
        let own = "entity/id/" + (bob.entityID ?? "")
        #expect(await identity.get(own, token: bob.clientToken).status == 200)
        #expect(await identity.get(own, token: eve.clientToken).status == 403)
    }

    /// N07: CVE-2021-43998.
    @Test("a template means the alias of the mount that it names, not the first one")
    func aliases() async throws {
        let (identity, token, entity) = try await start {
            rule("secret/data/{{identity.entity.aliases.\($0.two).name}}/*")
        }
        let alias: JSON = [
            "name": "robert", "mount_accessor": .string(identity.two), "canonical_id": .string(entity),
        ]
        #expect(await identity.may(token, "GET", "secret/data/robert/x") == false)
        #expect(await identity.post("entity-alias", alias).status == 200)
        #expect(await identity.may(token, "GET", "secret/data/robert/x"))
        #expect(await identity.may(token, "GET", "secret/data/bob/x") == false)
    }

    @Test("groups and metadata fill templates, and a change of them counts at once")
    func changes() async throws {
        let (identity, token, entity) = try await start(
            { _ in
                rule("secret/data/{{identity.entity.metadata.team}}/*")
                    + rule("secret/data/{{identity.groups.names.ops.metadata.area}}/*")
            }, ["team": "red"])
        #expect(await identity.may(token, "GET", "secret/data/red/x"))
        #expect(await identity.may(token, "GET", "secret/data/north/x") == false)
        _ = await identity.post(
            "group", ["name": "ops", "metadata": ["area": "north"], "member_entity_ids": .strings([entity])])
        #expect(await identity.may(token, "GET", "secret/data/north/x"))
        _ = await identity.post("entity/id/" + entity, ["metadata": ["team": "blue"]])
        #expect(await identity.may(token, "GET", "secret/data/red/x") == false)
        #expect(await identity.may(token, "GET", "secret/data/blue/x"))
        _ = await identity.delete("group/name/ops")
        #expect(await identity.may(token, "GET", "secret/data/north/x") == false)
        let asked = await identity.server.send(
            "POST", "sys/capabilities", ["token": .string(token ?? ""), "paths": ["secret/data/blue/x"]])
        #expect(asked.data?["capabilities"] == ["read"])
    }

    /// P03: GHSA-hr5j-3j78-4vh2.
    @Test(
        "a value that is a path, a wildcard or empty denies everything to its token",
        arguments: ["*", "a*", "+", "a/b", "/", "..", ""], ["read", "deny"])
    func badValues(value: String, capability: String) async throws {
        let (identity, token, _) = try await start(
            { _ in rule("secret/*") + rule("secret/data/{{identity.entity.metadata.team}}/x", capability) },
            ["team": .string(value)])
        #expect(await identity.may(token, "GET", "secret/data/other") == false)
        #expect(await identity.may(token, "GET", "secret/data/a/x") == false)
    }

    @Test("a denial for data that the caller lacks denies everything; a grant is only not given")
    func missing() async throws {
        let (identity, token, _) = try await start { _ in
            rule("secret/*") + rule("secret/data/{{identity.entity.metadata.team}}/x", "deny")
        }
        #expect(await identity.may(token, "GET", "secret/data/other") == false)
        let grants = try await start { _ in
            rule("secret/*") + rule("cubbyhole/{{identity.entity.metadata.team}}/x")
        }
        #expect(await grants.0.may(grants.token, "GET", "secret/data/other"))
    }

    @Test("a denial is filled in like a grant, and wins")
    func denied() async throws {
        let (identity, token, _) = try await start(
            { _ in rule("secret/*") + rule("secret/data/{{identity.entity.metadata.team}}/*", "deny") },
            ["team": "red"])
        #expect(await identity.may(token, "GET", "secret/data/blue/x"))
        #expect(await identity.may(token, "GET", "secret/data/red/x") == false)
    }
}
