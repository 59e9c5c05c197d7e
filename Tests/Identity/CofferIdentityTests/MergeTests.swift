import CofferJSON
import ServerHarness
import Testing

@Suite struct MergeTests {
    private func merge(_ identity: IdentityServer, _ from: [String], _ to: String, keep: [String] = []) async
        -> ServerAnswer
    {
        await identity.post(
            "entity/merge",
            [
                "from_entity_ids": .strings(from), "to_entity_id": .string(to),
                "conflicting_alias_ids_to_keep": .strings(keep),
            ])
    }

    private func aliasID(_ identity: IdentityServer, _ entity: String) async -> String {
        await identity.get("entity/id/" + entity).data?["aliases"]?.arrayValue?.first?["id"]?.stringValue ?? ""
    }

    @Test("aliases, policies and memberships move to the entity that stays, and tokens live on")
    func merged() async throws {
        let identity = try await IdentityServer.start()
        let first = await identity.login("bob", at: "one")
        let second = await identity.login("robert", at: "two")
        let from = try #require(first.entityID)
        let to = try #require(second.entityID)
        _ = await identity.post("entity/id/" + from, ["policies": "from"])
        _ = await identity.post("entity/id/" + to, ["policies": "to"])
        let group = try await identity.made("group", ["name": "g", "member_entity_ids": .strings([from])])
        #expect(await merge(identity, [from], to).status == 204)
        let entity = await identity.get("entity/id/" + to)
        #expect(entity.data?["policies"] == ["from", "to"])
        #expect(entity.data?["merged_entity_ids"] == .strings([from]))
        #expect(entity.data?["aliases"]?.arrayValue?.count == 2)
        #expect(entity.data?["direct_group_ids"] == .strings([group]))
        #expect(await identity.get("group/id/" + group).strings("member_entity_ids") == [to])
        #expect(await identity.get("entity/id/" + from).status == 404)
        #expect(await identity.login("bob", at: "one").entityID == to)
        let old = await identity.server.send("GET", "auth/token/lookup-self", token: first.clientToken)
        #expect(old.status == 200)
        #expect(old.strings("identity_policies") == ["from", "to"])
    }

    @Test("two aliases at one mount need a choice")
    func clashes() async throws {
        let identity = try await IdentityServer.start()
        let from = try #require(await identity.login("bob").entityID)
        let to = try #require(await identity.login("robert").entityID)
        let clash = await merge(identity, [from], to)
        #expect(clash.status == 400)
        #expect(clash.errors.first?.contains("have aliases with the same mount accessor") == true)
        #expect(await identity.get("entity/id/" + from).status == 200)
        let none = await merge(identity, [from], to, keep: ["none"])
        #expect(none.errors.first?.hasPrefix("conflicting mount accessors in following alias IDs") == true)
        let kept = await aliasID(identity, from)
        #expect(await merge(identity, [from], to, keep: [kept]).status == 204)
        #expect(await aliasID(identity, to) == kept)
        #expect(await identity.login("bob").entityID == to)
        // The name that was dropped is a stranger from then on.
        #expect(await identity.login("robert").entityID != to)
    }

    @Test("a merge that makes no sense is refused and changes nothing")
    func refused() async throws {
        let identity = try await IdentityServer.start()
        let a = try await identity.made("entity", ["name": "a"])
        #expect(await merge(identity, [a], "").errors == ["missing entity id to merge to"])
        #expect(await merge(identity, [], a).errors == ["missing entity ids to merge from"])
        #expect(await merge(identity, [a], "none").errors == ["entity id to merge to is invalid"])
        #expect(await merge(identity, ["none"], a).errors == ["entity id to merge from is invalid"])
        let itself = await merge(identity, [a], a)
        #expect(itself.errors == ["to_entity_id should not be present in from_entity_ids"])
        #expect(await identity.get("entity/id/" + a).status == 200)
    }

    @Test("merging a disabled entity does not enable it, and a chain of merges keeps every id")
    func disabled() async throws {
        let identity = try await IdentityServer.start()
        let first = await identity.login("bob", at: "one")
        let second = await identity.login("robert", at: "two")
        let third = try await identity.made("entity", ["name": "last"])
        let (a, b) = (first.entityID ?? "", second.entityID ?? "")
        #expect(await merge(identity, [a], b).status == 204)
        #expect(await merge(identity, [b], third).status == 204)
        #expect(await identity.may(first.clientToken, "GET", "auth/token/lookup-self"))
        let blocked = try await identity.made("entity", ["name": "blocked", "disabled": true])
        #expect(await merge(identity, [blocked], third).status == 204)
        #expect(await identity.may(first.clientToken, "GET", "auth/token/lookup-self") == false)
        #expect(await identity.may(second.clientToken, "GET", "auth/token/lookup-self") == false)
    }
}
