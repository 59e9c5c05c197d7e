import CofferJSON
import ServerHarness
import Testing

@Suite struct AliasTests {
    private func alias(_ name: String, _ accessor: String, of entity: String = "") -> JSON {
        ["name": .string(name), "mount_accessor": .string(accessor), "canonical_id": .string(entity)]
    }

    @Test(
        "an alias is created with its entity, read, changed, listed and deleted", arguments: ["entity-alias", "alias"])
    func life(word: String) async throws {
        let identity = try await IdentityServer.start()
        let made = await identity.post(word, alias("Bob", identity.one))
        let id = try #require(made.data?["id"]?.stringValue)
        let entity = try #require(made.data?["canonical_id"]?.stringValue)
        let read = await identity.get("\(word)/id/\(id)")
        #expect(read.data?["name"] == "Bob")
        #expect(read.data?["mount_path"] == "auth/one/")
        #expect(read.data?["mount_type"] == "alias")
        #expect(read.data?["canonical_id"]?.stringValue == entity)
        #expect(read.data?["local"] == false)
        #expect(await identity.post("\(word)/id/\(id)", ["name": "rob"]).data?["id"]?.stringValue == id)
        #expect(await identity.post("\(word)/id/\(id)", ["name": "rob"]).status == 204)
        #expect(await identity.get("entity/id/" + entity).data?["aliases"]?.arrayValue?.first?["name"] == "rob")
        let info = await identity.list("\(word)/id").data?["key_info"]?[id]
        #expect(info?["canonical_id"]?.stringValue == entity)
        #expect(await identity.delete("\(word)/id/\(id)").status == 204)
        #expect(await identity.get("\(word)/id/\(id)").status == 404)
        #expect(await identity.get("entity/id/" + entity).data?["aliases"] == [])
    }

    @Test("the oldest path takes an entity id and metadata")
    func persona() async throws {
        let identity = try await IdentityServer.start()
        let entity = try await identity.made("entity", ["name": "bob"])
        let body: JSON = [
            "name": "b", "mount_accessor": .string(identity.one), "entity_id": .string(entity), "metadata": ["k": "v"],
        ]
        let id = try await identity.made("persona", body)
        #expect(await identity.get("persona/id/" + id).data?["metadata"] == ["k": "v"])
        #expect(await identity.list("persona/id").keys == [id])
    }

    @Test("custom metadata is kept apart, and changed on its own")
    func customMetadata() async throws {
        let identity = try await IdentityServer.start()
        let id = try await identity.made("entity-alias", alias("bob", identity.one))
        let path = "entity-alias/id/" + id
        #expect(await identity.post(path, ["custom_metadata": ["desk": "7"]]).status == 200)
        _ = await identity.login("bob", ["metadata": ["uid": "1"]])
        let read = await identity.get(path)
        #expect(read.data?["custom_metadata"] == ["desk": "7"])
        #expect(read.data?["metadata"] == ["uid": "1"])
        #expect(read.data?["name"] == "bob")
    }

    @Test("a mount and a name have one alias, and an entity one alias at a mount")
    func unique() async throws {
        let identity = try await IdentityServer.start()
        let first = await identity.post("entity-alias", alias("bob", identity.one))
        let entity = first.data?["canonical_id"]?.stringValue ?? ""
        // The same mount and name: an update of the same alias.
        #expect(await identity.post("entity-alias", alias("bob", identity.one)).status == 204)
        let again = await identity.post("entity-alias", alias("BOB", identity.one))
        #expect(again.data?["id"] == first.data?["id"])
        let second = await identity.post("entity-alias", alias("eve", identity.one, of: entity))
        #expect(second.errors == ["Alias already exists for requested entity and mount accessor"])
        let eve = try await identity.made("entity-alias", alias("eve", identity.one))
        let taken = await identity.post("entity-alias/id/" + eve, ["name": "Bob"])
        #expect(taken.errors == ["alias with combination of mount accessor and name already exists"])
        let moved = await identity.post("entity-alias/id/" + eve, ["canonical_id": .string(entity)])
        #expect(
            moved.errors == ["Alias cannot be updated as the given entity already has an alias for this mount "])
    }

    @Test("an alias moves to another entity, and a login follows it")
    func moves() async throws {
        let identity = try await IdentityServer.start()
        let login = await identity.login("bob")
        let old = try #require(login.entityID)
        let aliases = await identity.get("entity/id/" + old).data?["aliases"]?.arrayValue
        let alias = try #require(aliases?.first?["id"]?.stringValue)
        let new = try await identity.made("entity", ["name": "robert"])
        #expect(await identity.post("entity-alias/id/" + alias, ["canonical_id": .string(new)]).status == 200)
        #expect(await identity.login("bob").entityID == new)
        #expect(await identity.get("entity/id/" + old).data?["aliases"] == [])
        #expect(await identity.list("entity-alias/id").keys == [alias])
    }

    @Test("bad requests are told in Vault's words")
    func refused() async throws {
        let identity = try await IdentityServer.start()
        let needs = ["'id' or 'mount_accessor' and 'name' must be provided"]
        #expect(await identity.post("entity-alias", ["name": "x"]).errors == needs)
        #expect(await identity.post("entity-alias", alias("x", "auth_none_1")).errors == ["invalid mount accessor"])
        let owner = await identity.post("entity-alias", alias("x", identity.one, of: "none"))
        #expect(owner.errors == ["invalid canonical ID"])
        let unknown = await identity.post("entity-alias", ["id": "none", "name": "x"])
        #expect(unknown.errors == ["invalid alias ID provided"])
        #expect(await identity.post("entity-alias", alias("x\u{200b}", identity.one)).status == 400)
        #expect(await identity.list("entity/id").status == 404)
    }
}
