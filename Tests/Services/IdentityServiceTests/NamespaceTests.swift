import CofferBase
import CofferFramework
import HTTPClient
import IdentityService
import MemoryStorage
import TestSupport
import Testing

@Suite struct NamespaceTests {
    private static let one = NamespaceReference(id: "aaaaa", path: "ns1/")
    private static let two = NamespaceReference(id: "bbbbb", path: "ns2/")

    private func identities() async throws -> Identities {
        Identities(
            storage: try await PlainStore(MemoryStorage()), clock: ManualClock(), random: .seeded(7),
            web: { (_, _) async throws(HTTPFailure) in throw .unreachable })
    }

    private func named(_ name: String) -> EntityChange {
        var change = EntityChange()
        change.name = name
        return change
    }

    /// N11: CVE-2026-14886.
    @Test("an id of another namespace means nothing")
    func ids() async throws {
        let identities = try await identities()
        let (ours, theirs) = (identities.store(in: Self.one), identities.store(in: Self.two))
        let entity = try await theirs.write(named("bob"), id: "").entity
        _ = try await theirs.caller(entityID: entity.id)
        try await ours.deleteEntity(id: entity.id)
        #expect(try await theirs.entity(id: entity.id)?.name == "bob")
        #expect(try await ours.entity(id: entity.id) == nil)
        #expect(try await ours.caller(entityID: entity.id) == nil)
        await #expect(throws: EngineError.self) { try await ours.write(named("x"), id: entity.id) }
        var group = GroupChange()
        group.memberEntityIDs = [entity.id]
        let wrong = group
        await #expect(throws: EngineError.self) { try await ours.write(wrong, to: .name("g")) }
        var merge = EntityMerge()
        merge.target = try await ours.write(named("eve"), id: "").entity.id
        merge.sources = [entity.id]
        let foreign = merge
        await #expect(throws: EngineError.self) { try await ours.merge(foreign) }
        #expect(try await theirs.entity(id: entity.id)?.name == "bob")
    }

    @Test("the same name is free in every namespace")
    func names() async throws {
        let identities = try await identities()
        let first = try await identities.store(in: Self.one).write(named("bob"), id: "").entity
        let second = try await identities.store(in: Self.two).write(named("bob"), id: "").entity
        #expect(first.id != second.id)
        #expect(try await identities.store(in: Self.one).entity(name: "BOB")?.id == first.id)
    }

    @Test("what is kept for one namespace is never served in another")
    func cache() async throws {
        let identities = try await identities()
        let store = identities.store(in: Self.one)
        var change = named("bob")
        change.policies = ["web"]
        let entity = try await store.write(change, id: "").entity
        #expect(try await store.caller(entityID: entity.id)?.policies == ["web"])
        #expect(try await store.caller(entityID: entity.id)?.policies == ["web"])
        #expect(try await identities.store(in: Self.two).caller(entityID: entity.id) == nil)
    }
}
