import CofferJSON
import ServerHarness
import Testing

@Suite struct EntityTests {
    @Test("an entity is created, read by id and by name, changed, listed and deleted")
    func life() async throws {
        let identity = try await IdentityServer.start()
        let fields: JSON = ["name": "Bob", "policies": "web,app", "metadata": ["team": "red"]]
        let made = await identity.post("entity", fields)
        #expect(made.data?["name"] == "Bob")
        #expect(made.data?["aliases"] == .null)
        let id = try #require(made.data?["id"]?.stringValue)
        let read = await identity.get("entity/id/" + id)
        #expect(read.data?["policies"] == ["app", "web"])
        #expect(read.data?["metadata"] == ["team": "red"])
        #expect(read.data?["disabled"] == false)
        #expect(read.data?["namespace_id"] == "root")
        #expect(read.data?["merged_entity_ids"] == .null)
        #expect(read.data?["group_ids"] == [])
        #expect(await identity.get("entity/name/BOB").data?["id"]?.stringValue == id)
        #expect(await identity.post("entity/name/bob", ["disabled": true]).status == 204)
        #expect(await identity.post("entity/id/" + id, ["name": "Robert", "metadata": ["a": "b"]]).status == 204)
        #expect(await identity.get("entity/name/bob").status == 404)
        let changed = await identity.get("entity/name/robert")
        #expect(changed.data?["disabled"] == true)
        #expect(changed.data?["metadata"] == ["a": "b"])
        #expect(await identity.list("entity/id").keys == [id])
        #expect(await identity.list("entity/name").data?["key_info"]?[id]?["name"] == "Robert")
        #expect(await identity.delete("entity/name/robert").status == 204)
        #expect(await identity.get("entity/id/" + id).status == 404)
        #expect(await identity.list("entity/id").status == 404)
    }

    @Test("an entity without a name is called entity_ and eight digits")
    func unnamed() async throws {
        let identity = try await IdentityServer.start()
        let name = await identity.post("entity", [:]).data?["name"]?.stringValue ?? ""
        #expect(name.hasPrefix("entity_"))
        #expect(name.utf8.count == 15)
        #expect(await identity.get("entity/name/" + name).status == 200)
    }

    @Test("a name belongs to one entity, however it is written")
    func names() async throws {
        let identity = try await IdentityServer.start()
        let bob = try await identity.made("entity", ["name": "bob"])
        let eve = try await identity.made("entity", ["name": "eve"])
        #expect(await identity.post("entity", ["name": "BOB ", "metadata": ["k": "v"]]).status == 204)
        #expect(await identity.get("entity/id/" + bob).data?["metadata"]?["k"] == "v")
        let taken = await identity.post("entity/id/" + eve, ["name": "Bob"])
        #expect(taken.errors == ["entity name is already in use"])
        #expect(await identity.post("entity", ["id": "none", "name": "x"]).errors == ["entity not found from id"])
        #expect(await identity.post("entity", ["name": "bo\u{a0}b"]).status == 400)
        #expect(await identity.list("entity/name").keys == ["BOB", "eve"])
    }

    /// N03 and N04: CVE-2025-64761, CVE-2024-9180.
    @Test(
        "root in any spelling is never a policy of an entity",
        arguments: ["root", "ROOT", "Root", " root", "root ", "root\t", "r\u{3bf}ot", "ｒｏｏｔ"])
    func noRoot(spelling: String) async throws {
        let identity = try await IdentityServer.start()
        let id = try await identity.made("entity", ["name": "bob", "policies": ["web"]])
        let body: JSON = ["policies": .strings(["web", spelling])]
        for path in ["entity/id/" + id, "entity/name/bob", "entity/name/new", "entity"] {
            #expect(await identity.post(path, body).status == 400, "\(path)")
        }
        #expect(await identity.get("entity/id/" + id).data?["policies"] == ["web"])
        #expect(await identity.list("entity/name").keys == ["bob"])
    }

    @Test("metadata has at most 64 pairs of 128 and 512 bytes")
    func metadata() async throws {
        let identity = try await IdentityServer.start()
        var pairs = JSONObject()
        for index in 0..<65 { pairs["k\(index)"] = "v" }
        #expect(await identity.post("entity", ["metadata": .object(pairs)]).status == 400)
        let long = String(repeating: "a", count: 513)
        #expect(await identity.post("entity", ["metadata": ["k": .string(long)]]).status == 400)
        #expect(await identity.post("entity", ["metadata": ["k": .string(String(long.dropLast()))]]).status == 200)
        #expect(await identity.post("entity", ["metadata": "nonsense"]).status == 400)
    }

    @Test("several entities are deleted at once, unknown ids ignored")
    func batchDelete() async throws {
        let identity = try await IdentityServer.start()
        let first = try await identity.made("entity", ["name": "a"])
        let second = try await identity.made("entity", ["name": "b"])
        _ = try await identity.made("entity", ["name": "c"])
        let body: JSON = ["entity_ids": .strings([first, second, "none"])]
        #expect(await identity.post("entity/batch-delete", body).status == 204)
        #expect(await identity.list("entity/name").keys == ["c"])
        #expect(await identity.post("entity/batch-delete", [:]).errors == ["missing entity ids to delete"])
    }

    @Test("entities are listed page by page")
    func pages() async throws {
        let identity = try await IdentityServer.start()
        for name in ["Ann", "bob", "Cid", "dan"] { _ = try await identity.made("entity", ["name": .string(name)]) }
        let page = await identity.server.send("LIST", "identity/entity/name", query: "after=Ann&limit=2")
        #expect(page.keys == ["bob", "Cid"])
    }

    @Test("an entity is found by id, name, alias id, or alias name and mount")
    func lookup() async throws {
        let identity = try await IdentityServer.start()
        let id = try await identity.made("entity", ["name": "bob"])
        let alias = try await identity.made(
            "entity-alias", ["name": "b", "mount_accessor": .string(identity.one), "canonical_id": .string(id)])
        let queries: [JSON] = [
            ["id": .string(id)], ["name": "BOB"], ["alias_id": .string(alias)],
            ["alias_name": "B", "alias_mount_accessor": .string(identity.one)],
        ]
        for query in queries {
            #expect(await identity.post("lookup/entity", query).data?["id"]?.stringValue == id, "\(query)")
        }
        #expect(await identity.post("lookup/entity", ["name": "none"]).status == 204)
        #expect(await identity.post("lookup/entity", [:]).errors == ["query parameter not supplied"])
        let half = await identity.post("lookup/entity", ["alias_name": "b"])
        #expect(half.errors == ["both 'alias_name' and 'alias_mount_accessor' needs to be set"])
        let both = await identity.post("lookup/entity", ["id": .string(id), "name": "bob"])
        #expect(both.errors == ["query parameter conflict; please supply distinct set of query parameters"])
    }
}
