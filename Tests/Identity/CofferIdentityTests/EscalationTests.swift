import CofferBarrier
import CofferBase
import CofferCore
import CofferJSON
import CofferStorage
import ServerHarness
import TestSupport
import Testing

/// Published flaws by which an operator of identities became root.
@Suite struct EscalationTests {
    /// N04: CVE-2024-9180.
    @Test("whoever may write all of identity comes to the root policy by no route")
    func routes() async throws {
        let identity = try await IdentityServer.start()
        try await identity.server.policy(
            "people", #"path "identity/*" { capabilities = ["create", "update", "read", "delete", "list", "patch"] }"#)
        let login = await identity.login("bob")
        let id = try #require(login.entityID)
        #expect(await identity.post("entity/id/" + id, ["policies": ["people"]]).status == 204)
        let own = try #require(login.clientToken)
        let other = try await identity.made("entity", ["name": "eve"])
        let group = try await identity.made("group", ["name": "ops", "member_entity_ids": .strings([id])])
        let alias = try #require(await identity.list("entity-alias/id").keys.first)
        let root: JSON = ["root"]
        let routes: [(String, JSON)] = [
            ("entity", ["name": "bob", "policies": root]), ("entity/id/" + id, ["policies": root]),
            ("entity/name/bob", ["policies": root]), ("group/id/" + group, ["policies": root]),
            ("group/name/ops", ["policies": root]),
            ("group", ["name": "new", "policies": root, "member_entity_ids": .strings([id])]),
            ("entity-alias/id/" + alias, ["custom_metadata": ["policies": "root"], "policies": root]),
            ("persona/id/" + alias, ["metadata": ["policies": "root"], "policies": root]),
            ("entity/merge", ["from_entity_ids": .strings([other]), "to_entity_id": .string(id), "policies": root]),
            ("entity/batch-delete", ["entity_ids": .strings([other]), "policies": root]),
        ]
        for (path, body) in routes {
            _ = await identity.post(path, body, token: own)
            #expect(await identity.may(own, "GET", "sys/mounts") == false, "\(path)")
            #expect(await identity.login("bob").authStrings("policies")?.contains("root") == false, "\(path)")
        }
        let stored = try #require(
            try await identity.server.core.barrier.get(StorageKey("identity/root/entity/id/" + id)))
        #expect(try JSON.parse(stored.value)["policies"]?.arrayValue?.contains("root") == false)
    }

    /// N04: also a record that was written around the API gives nothing.
    @Test("a stored entity with the root policy is no root")
    func stored() async throws {
        let identity = try await IdentityServer.start()
        let login = await identity.login("bob")
        let key = StorageKey("identity/root/entity/id/" + (login.entityID ?? ""))
        let entry = try #require(try await identity.server.core.barrier.get(key))
        var record = try #require(try JSON.parse(entry.value).objectValue)
        record["policies"] = ["root"]
        try await identity.server.change([key: .put(JSON.object(record).serialized())])
        try await identity.server.reopen()
        #expect(await identity.may(login.clientToken, "GET", "sys/mounts") == false)
        #expect(await identity.login("bob").authStrings("policies")?.contains("root") == false)
    }
}
