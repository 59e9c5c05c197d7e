import CofferJSON
import ServerHarness
import Testing

@Suite struct LoginTests {
    @Test("the first login makes the entity, later ones find it, and the audit tells which it was")
    func entity() async throws {
        let identity = try await IdentityServer.start()
        try await identity.server.ok("PUT", "sys/audit/recording", ["type": "recording"])
        let first = await identity.login("bob", ["metadata": ["uid": "1"]])
        let id = try #require(first.entityID)
        #expect(await identity.login("bob").entityID == id)
        let entity = await identity.get("entity/id/" + id)
        #expect(entity.data?["name"]?.stringValue?.hasPrefix("entity_") == true)
        #expect(entity.data?["aliases"]?.arrayValue?.count == 1)
        let created = identity.server.audit.entries.filter { $0["type"] == "response" }
            .compactMap { $0["response"]?["auth"]?["entity_created"] }
        #expect(created.count == 1)
    }

    /// N02: CVE-2025-6013.
    @Test("case and spaces never make a second entity, and look-alikes none at all")
    func spellings() async throws {
        let identity = try await IdentityServer.start()
        let id = await identity.login("bob").entityID
        for spelling in ["BOB", "Bob", " bob", "bob ", "  bOb "] {
            #expect(await identity.login(spelling).entityID == id, "\(spelling)")
        }
        for spelling in ["bob\u{a0}", "\u{3000}bob", "b\u{43e}b", "bob\u{200b}", "ｂob"] {
            #expect(await identity.login(spelling).status == 400, "\(spelling)")
        }
        #expect(await identity.list("entity/id").keys.count == 1)
    }

    /// N08: CVE-2022-40186.
    @Test("aliases of one name at two mounts keep their own metadata")
    func metadata() async throws {
        let identity = try await IdentityServer.start()
        let one = await identity.login("bob", at: "one", ["metadata": ["from": "one"]]).entityID ?? ""
        let two = await identity.login("bob", at: "two", ["metadata": ["from": "two"]]).entityID ?? ""
        #expect(one != two)
        let merge: JSON = ["from_entity_ids": .strings([two]), "to_entity_id": .string(one)]
        #expect(await identity.post("entity/merge", merge).status == 204)
        _ = await identity.login("bob", at: "two", ["metadata": ["from": "new"]])
        let aliases = await identity.get("entity/id/" + one).data?["aliases"]?.arrayValue ?? []
        var found: [String: String] = [:]
        for alias in aliases {
            found[alias["mount_accessor"]?.stringValue ?? ""] = alias["metadata"]?["from"]?.stringValue
        }
        #expect(found == [identity.one: "one", identity.two: "new"])
    }

    @Test("a token has the policies of its entity from the next request on, and loses them the same way")
    func policies() async throws {
        let identity = try await IdentityServer.start()
        try await identity.server.policy("mounts", "path \"sys/mounts\" { capabilities = [\"read\"] }")
        let login = await identity.login("bob")
        let id = login.entityID ?? ""
        #expect(login.auth?["identity_policies"] == nil)
        #expect(await identity.may(login.clientToken, "GET", "sys/mounts") == false)
        #expect(await identity.post("entity/id/" + id, ["policies": "mounts"]).status == 204)
        #expect(await identity.may(login.clientToken, "GET", "sys/mounts"))
        let again = await identity.login("bob")
        #expect(again.authStrings("policies") == ["default", "mounts"])
        #expect(again.authStrings("token_policies") == ["default"])
        #expect(again.authStrings("identity_policies") == ["mounts"])
        let shown = await identity.server.send("GET", "auth/token/lookup-self", token: login.clientToken)
        #expect(shown.strings("policies") == ["default"])
        #expect(shown.strings("identity_policies") == ["mounts"])
        let renewed = await identity.server.send("POST", "auth/token/renew-self", token: login.clientToken)
        #expect(renewed.authStrings("identity_policies") == ["mounts"])
        #expect(await identity.post("entity/id/" + id, ["policies": []]).status == 204)
        #expect(await identity.may(login.clientToken, "GET", "sys/mounts") == false)
    }

    @Test("a disabled entity uses no token and gets none", arguments: ["service", "batch"])
    func disabled(type: String) async throws {
        let identity = try await IdentityServer.start()
        let login = await identity.login("bob", ["type": .string(type)])
        let path = "entity/id/" + (login.entityID ?? "")
        #expect(await identity.may(login.clientToken, "GET", "auth/token/lookup-self"))
        #expect(await identity.post(path, ["disabled": true]).status == 204)
        let refused = await identity.server.send("GET", "auth/token/lookup-self", token: login.clientToken)
        #expect(refused.status == 403)
        #expect(refused.errors == ["1 error occurred:\n\t* permission denied\n\n"])
        #expect(await identity.login("bob").status == 403)
        #expect(await identity.post(path, ["disabled": false]).status == 204)
        #expect(await identity.may(login.clientToken, "GET", "auth/token/lookup-self"))
    }

    @Test("tokens of a deleted entity are refused, and a new login is a new entity")
    func deleted() async throws {
        let identity = try await IdentityServer.start()
        let login = await identity.login("bob")
        #expect(await identity.delete("entity/id/" + (login.entityID ?? "")).status == 204)
        #expect(await identity.may(login.clientToken, "GET", "auth/token/lookup-self") == false)
        let next = await identity.login("bob")
        #expect(next.status == 200)
        #expect(next.entityID != login.entityID)
    }

    @Test("external groups follow what the method says at each login, of their own mount only")
    func externalGroups() async throws {
        let identity = try await IdentityServer.start()
        for (name, accessor) in [("one", identity.one), ("two", identity.two)] {
            let group = try await identity.made(
                "group", ["name": .string("g-" + name), "type": "external", "policies": .string("p-" + name)])
            _ = try await identity.made(
                "group-alias",
                ["name": "Admins", "mount_accessor": .string(accessor), "canonical_id": .string(group)])
        }
        let login = await identity.login("bob", ["groups": ["ADMINS", "others"]])
        #expect(login.authStrings("identity_policies") == ["p-one"])
        let entity = login.entityID ?? ""
        #expect(await identity.get("group/name/g-one").strings("member_entity_ids") == [entity])
        #expect(await identity.get("group/name/g-two").strings("member_entity_ids") == [])
        #expect(await identity.login("bob").auth?["identity_policies"] == nil)
        // The older token is no better off: it is the same entity.
        let shown = await identity.server.send("GET", "auth/token/lookup-self", token: login.clientToken)
        #expect(shown.data?["identity_policies"] == nil)
        #expect(await identity.get("group/name/g-one").strings("member_entity_ids") == [])
    }

    @Test("logins at the same time make one entity")
    func together() async throws {
        let identity = try await IdentityServer.start()
        let ids = await withTaskGroup(of: String?.self) { tasks in
            for _ in 0..<8 { tasks.addTask { await identity.login("bob").entityID } }
            var ids: Set<String?> = []
            for await id in tasks { ids.insert(id) }
            return ids
        }
        #expect(ids.count == 1)
        #expect(await identity.list("entity/id").keys.count == 1)
    }

    @Test("a token role that allows an entity alias ties its tokens to that alias")
    func entityAlias() async throws {
        let identity = try await IdentityServer.start()
        let role: JSON = ["allowed_policies": "default", "allowed_entity_aliases": "web-*"]
        try await identity.server.ok("POST", "auth/token/roles/web", role)
        let first = await identity.server.send("POST", "auth/token/create/web", ["entity_alias": "web-1"])
        let entity = try #require(first.entityID)
        #expect(!entity.isEmpty)
        let again = await identity.server.send("POST", "auth/token/create/web", ["entity_alias": "WEB-1"])
        #expect(again.entityID == entity)
        let alias = await identity.get("entity/id/" + entity).data?["aliases"]?.arrayValue?.first
        #expect(alias?["mount_path"] == "auth/token/")
        #expect(alias?["name"] == "web-1")
    }

    @Test("child tokens keep the entity, orphans do not")
    func children() async throws {
        let identity = try await IdentityServer.start()
        try await identity.server.policy(
            "maker", "path \"auth/token/create*\" { capabilities = [\"update\", \"sudo\"] }")
        let login = await identity.login("bob", ["policies": ["maker"]])
        let child = await identity.server.send("POST", "auth/token/create", [:], token: login.clientToken)
        #expect(child.entityID == login.entityID)
        let orphan = await identity.server.send("POST", "auth/token/create-orphan", [:], token: login.clientToken)
        #expect(orphan.entityID == "")
    }
}
