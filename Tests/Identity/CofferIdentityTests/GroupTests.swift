import CofferJSON
import ServerHarness
import Testing

@Suite struct GroupTests {
    @Test("a group is created, read by id and by name, changed, listed and deleted")
    func life() async throws {
        let identity = try await IdentityServer.start()
        let entity = try await identity.made("entity", ["name": "bob"])
        let id = try await identity.made(
            "group",
            ["name": "Ops", "policies": "b,a", "member_entity_ids": .strings([entity]), "metadata": ["k": "v"]])
        let read = await identity.get("group/id/" + id)
        #expect(read.data?["type"] == "internal")
        #expect(read.data?["policies"] == ["a", "b"])
        #expect(read.strings("member_entity_ids") == [entity])
        #expect(read.data?["member_group_ids"] == .null)
        #expect(read.data?["parent_group_ids"] == .null)
        #expect(read.data?["alias"] == [:])
        #expect(read.data?["modify_index"] == 1)
        #expect(await identity.get("group/name/OPS").data?["id"]?.stringValue == id)
        #expect(await identity.post("group/name/ops", ["member_entity_ids": []]).status == 204)
        #expect(await identity.get("entity/id/" + entity).data?["group_ids"] == [])
        #expect(await identity.post("group/id/" + id, ["name": "Dev"]).status == 204)
        #expect(await identity.get("group/name/ops").status == 404)
        let listed = await identity.list("group/name")
        #expect(listed.keys == ["Dev"])
        #expect(listed.data?["key_info"]?[id]?["num_member_entities"] == 0)
        #expect(await identity.post("lookup/group", ["name": "dev"]).data?["id"]?.stringValue == id)
        #expect(await identity.delete("group/id/" + id).status == 204)
        #expect(await identity.list("group/id").status == 404)
    }

    @Test("policies of a group and of those above it reach its members, as long as they are members")
    func nested() async throws {
        let identity = try await IdentityServer.start()
        let login = await identity.login("bob")
        let entity = login.entityID ?? ""
        let inner = try await identity.made(
            "group", ["name": "inner", "policies": "p-inner", "member_entity_ids": .strings([entity])])
        let outer = try await identity.made(
            "group", ["name": "outer", "policies": "p-outer", "member_group_ids": .strings([inner])])
        let read = await identity.get("entity/id/" + entity)
        #expect(read.strings("direct_group_ids") == [inner])
        #expect(read.strings("inherited_group_ids") == [outer])
        let shown = await identity.server.send("GET", "auth/token/lookup-self", token: login.clientToken)
        #expect(shown.strings("identity_policies") == ["p-inner", "p-outer"])
        #expect(await identity.get("group/id/" + inner).strings("parent_group_ids") == [outer])
        _ = await identity.delete("group/name/outer")
        let later = await identity.server.send("GET", "auth/token/lookup-self", token: login.clientToken)
        #expect(later.strings("identity_policies") == ["p-inner"])
        #expect(await identity.get("group/id/" + inner).data?["parent_group_ids"] == .null)
    }

    @Test("groups never contain themselves, directly or around a circle")
    func cycles() async throws {
        let identity = try await IdentityServer.start()
        let a = try await identity.made("group", ["name": "a"])
        let b = try await identity.made("group", ["name": "b", "member_group_ids": .strings([a])])
        let c = try await identity.made("group", ["name": "c", "member_group_ids": .strings([b])])
        for member in [a, b, c] {
            let answer = await identity.post("group/id/" + a, ["member_group_ids": .strings([member])])
            #expect(answer.status == 400)
            #expect(answer.errors.first?.hasPrefix("cyclic relationship detected for member group ID") == true)
        }
    }

    /// N03: CVE-2025-64761.
    @Test(
        "root in any spelling is never a policy of a group",
        arguments: ["root", "ROOT", "Root", " root", "root ", "root\t"])
    func noRoot(spelling: String) async throws {
        let identity = try await IdentityServer.start()
        let login = await identity.login("bob")
        let members: JSON = .strings([login.entityID ?? ""])
        let id = try await identity.made("group", ["name": "ops", "member_entity_ids": members])
        let outside = try await identity.made("group", ["name": "ext", "type": "external"])
        let body: JSON = ["policies": .strings([spelling])]
        for path in ["group", "group/id/" + id, "group/name/ops", "group/name/new", "group/id/" + outside] {
            #expect(await identity.post(path, body).status == 400, "\(path)")
        }
        let external: JSON = ["type": "external", "policies": .strings([spelling])]
        #expect(await identity.post("group", external).status == 400)
        #expect(await identity.may(login.clientToken, "GET", "sys/mounts") == false)
    }

    @Test("an external group has an alias, and no members by hand")
    func external() async throws {
        let identity = try await IdentityServer.start()
        let id = try await identity.made("group", ["name": "ext", "type": "external"])
        let byHand = await identity.post("group/id/" + id, ["member_entity_ids": ["x"]])
        #expect(byHand.errors == ["member entities can't be set manually for external groups"])
        let nested = await identity.post("group/id/" + id, ["member_group_ids": ["x"]])
        #expect(nested.errors == ["member groups can't be set for external groups"])
        let changed = await identity.post("group/id/" + id, ["type": "internal"])
        #expect(changed.errors == ["group type cannot be changed"])
        let alias: JSON = [
            "name": "Admins", "mount_accessor": .string(identity.one), "canonical_id": .string(id),
        ]
        let aliasID = try await identity.made("group-alias", alias)
        let read = await identity.get("group-alias/id/" + aliasID)
        #expect(read.data?["name"] == "Admins")
        #expect(read.data?["canonical_id"]?.stringValue == id)
        #expect(await identity.get("group/id/" + id).data?["alias"]?["id"]?.stringValue == aliasID)
        let taken = await identity.post(
            "group-alias", ["name": "ADMINS", "mount_accessor": .string(identity.one)])
        #expect(taken.errors == ["combination of mount and group alias name is already in use"])
        #expect(await identity.list("group-alias/id").keys == [aliasID])
        #expect(await identity.delete("group-alias/id/" + aliasID).status == 204)
        #expect(await identity.get("group/id/" + id).data?["alias"] == [:])
    }

    @Test("a group alias without a group makes one, and moves between external groups")
    func groupAlias() async throws {
        let identity = try await IdentityServer.start()
        let made = await identity.post("group-alias", ["name": "a", "mount_accessor": .string(identity.one)])
        let group = try #require(made.data?["canonical_id"]?.stringValue)
        let alias = try #require(made.data?["id"]?.stringValue)
        #expect(await identity.get("group/id/" + group).data?["type"] == "external")
        let other = try await identity.made("group", ["name": "other", "type": "external"])
        let change: JSON = ["name": "b", "mount_accessor": .string(identity.two), "canonical_id": .string(other)]
        #expect(await identity.post("group-alias/id/" + alias, change).status == 200)
        #expect(await identity.get("group/id/" + group).data?["alias"] == [:])
        #expect(await identity.get("group/id/" + other).data?["alias"]?["name"] == "b")
        let found = await identity.post(
            "lookup/group", ["alias_name": "B", "alias_mount_accessor": .string(identity.two)])
        #expect(found.data?["id"]?.stringValue == other)
        let inside = try await identity.made("group", ["name": "inside"])
        let wrong: JSON = ["name": "c", "mount_accessor": .string(identity.two), "canonical_id": .string(inside)]
        #expect(await identity.post("group-alias", wrong).errors == ["alias can't be set on an internal group"])
    }
}
