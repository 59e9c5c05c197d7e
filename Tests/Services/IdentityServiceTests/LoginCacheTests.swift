import CofferFramework
import HTTPClient
import IdentityService
import MemoryStorage
import TestSupport
import Testing

@Suite struct LoginCacheTests {
    private func login(_ metadata: [String: String] = [:], groups: [String] = []) -> LoginAlias {
        LoginAlias(
            name: "anna", mountAccessor: "auth_userpass_1", isLocal: false, metadata: metadata, groupNames: groups)
    }

    // Each login made the rules of the caller anew, and thousands of them stayed in memory.
    @Test("a login that changes nothing leaves what is known of the caller, one that changes something does not")
    func again() async throws {
        let identities = Identities(
            storage: try await PlainStore(MemoryStorage()), clock: ManualClock(), random: .seeded(7),
            web: { (_, _) async throws(HTTPFailure) in throw .unreachable })
        let store = identities.store(in: .root)
        let id = try await store.login(login()).entityID
        let first = try #require(try await store.caller(entityID: id))
        #expect(try await store.login(login()).entityID == id)
        #expect(try await store.caller(entityID: id) === first)
        _ = try await store.login(login(["team": "web"]))
        let second = try #require(try await store.caller(entityID: id))
        #expect(second.view.aliases.first?.metadata == ["team": "web"])
        try await store.refreshGroups(ofEntity: id, [], at: "auth_userpass_1")
        #expect(try await store.caller(entityID: id) === second)
    }
}
