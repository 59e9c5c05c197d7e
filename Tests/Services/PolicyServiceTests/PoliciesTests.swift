import CofferJSON
import CofferStorage
import MemoryStorage
import PolicyService
import TestSupport
import Testing

@Suite struct PoliciesTests {
    private let memory = MemoryStorage()

    private func policies() async throws -> Policies { Policies(storage: try await PlainStore(memory)) }

    @Test("a policy is stored under its lower-case name and comes back as written")
    func writing() async throws {
        let policies = try await policies()
        let text = "# mine\n" + path("a", "read")
        try await policies.write(name: "Team", text: text)
        #expect(try await policies.policy(named: "TEAM")?.text == text)
        #expect(try await policies.policy(named: "team")?.name == "team")
        let stored = try #require(try await memory.get("sys/policy/team"))
        #expect(try JSON.parse(stored.value)["text"]?.stringValue == text)
        #expect(try await policies.policy(named: "other") == nil)
    }

    @Test("a text that is no policy is refused and changes nothing")
    func invalid() async throws {
        let policies = try await policies()
        try await policies.write(name: "p", text: path("a", "read"))
        await #expect(throws: PolicyError.self) { try await policies.write(name: "p", text: "path \"a\" {") }
        #expect(try await policies.acl(for: ["p"]).capabilities("a") == ["read"])
    }

    @Test("names are sorted, and root is one of them")
    func names() async throws {
        let policies = try await policies()
        #expect(try await policies.names() == ["root"])
        for name in ["zeta", "alpha", "Default"] { try await policies.write(name: name, text: "") }
        #expect(try await policies.names() == ["alpha", "default", "root", "zeta"])
    }

    @Test("the next decision after a write or a deletion knows of it")
    func changes() async throws {
        let policies = try await policies()
        try await policies.write(name: "p", text: path("a", "read"))
        let names = ["p", "unknown"]
        #expect(try await policies.acl(for: names).capabilities("a") == ["read"])
        let generation = policies.generation
        try await policies.write(name: "p", text: path("a", "list"))
        #expect(policies.generation > generation)
        #expect(try await policies.acl(for: names).capabilities("a") == ["list"])
        try await policies.write(name: "unknown", text: path("b", "read"))
        #expect(try await policies.acl(for: names).capabilities("b") == ["read"])
        try await policies.delete(name: "P")
        #expect(try await policies.acl(for: names).capabilities("a") == ["deny"])
        #expect(try await policies.policy(named: "p") == nil)
        try await policies.delete(name: "p")
    }

    @Test("what is known is not read again")
    func caching() async throws {
        let policies = try await policies()
        try await policies.write(name: "p", text: path("a", "read"))
        _ = try await policies.acl(for: ["p", "missing"])
        memory.faults.fail(operation: 1, with: .broken("not to be asked"))
        #expect(try await policies.acl(for: ["p", "missing"]).capabilities("a") == ["read"])
        #expect(try await policies.policy(named: "p") != nil)
        #expect(try await policies.policy(named: "missing") == nil)
    }

    @Test("a read that a write overtakes is not remembered")
    func overtaken() async throws {
        let policies = try await policies()
        try await policies.write(name: "p", text: path("a", "read"))
        memory.faults.hold()
        async let slow = policies.acl(for: ["p"])
        await memory.faults.waitUntilHeld(1)
        async let writing = policies.write(name: "p", text: path("a", "list"))
        await memory.faults.waitUntilHeld(2)
        memory.faults.release()
        _ = try await slow
        _ = try await writing
        #expect(try await policies.acl(for: ["p"]).capabilities("a") == ["list"])
    }

    @Test("a stored policy that cannot be read fails the decision: nothing is granted or skipped")
    func unreadable() async throws {
        let store = try await PlainStore(memory)
        let policies = Policies(storage: store)
        var batch = WriteBatch(epoch: store.epoch)
        batch.changes["sys/policy/p"] = .put(Array("{\"text\":\"path \\\"a\\\" {\"}".utf8))
        try await memory.commit(batch)
        await #expect(throws: PolicyError.self) { try await policies.acl(for: ["p"]) }
        batch.changes["sys/policy/p"] = .put([0xff])
        try await memory.commit(batch)
        await #expect(throws: (any Error).self) { try await policies.acl(for: ["p"]) }
        memory.faults.fail(operation: 1, with: .unavailable("gone"))
        await #expect(throws: StorageError.unavailable("gone")) { try await policies.acl(for: ["q"]) }
    }

    @Test("root among the names makes root, whatever else is there")
    func root() async throws {
        let policies = try await policies()
        #expect(try await policies.acl(for: ["default", "root"]).isRoot)
        #expect(try await !policies.acl(for: ["default", "Root", "root "]).isRoot)
        #expect(try await policies.policy(named: "root") == nil)
    }

    @Test("the default policy is written once and then belongs to the operator")
    func ensureDefault() async throws {
        let policies = try await policies()
        try await policies.ensureDefault()
        #expect(try await policies.policy(named: "default")?.text == DefaultPolicies.defaultText)
        try await policies.write(name: "default", text: "# mine")
        try await policies.ensureDefault()
        #expect(try await policies.policy(named: "default")?.text == "# mine")
    }

    @Test("the default policy grants exactly what the contract lists")
    func defaultPolicy() throws {
        let update: Set<Capability> = [.update]
        let expected: [String: Set<Capability>] = [
            "auth/token/lookup-self": [.read], "auth/token/renew-self": update, "auth/token/revoke-self": update,
            "sys/capabilities-self": update, "identity/entity/id/{{identity.entity.id}}": [.read],
            "identity/entity/name/{{identity.entity.name}}": [.read], "sys/internal/ui/resultant-acl": [.read],
            "sys/renew": update, "sys/leases/renew": update, "sys/leases/lookup": update,
            "cubbyhole/*": [.create, .read, .update, .delete, .list], "sys/wrapping/wrap": update,
            "sys/wrapping/lookup": update, "sys/wrapping/unwrap": update, "sys/tools/hash": update,
            "sys/tools/hash/*": update, "sys/control-group/request": update,
            "identity/oidc/provider/+/authorize": [.read, .update],
        ]
        let rules = try Policy.parse(name: "default", namespace: "root", text: DefaultPolicies.defaultText).rules
        #expect(rules.count == expected.count)
        for rule in rules { #expect(rule.capabilities == expected[rule.pattern]) }
    }

    @Test(
        "the fixed policies are there without storage, under any case, and cannot be shadowed",
        arguments: [
            ("response-wrapping", ["cubbyhole/response": [.create, .read], "sys/wrapping/unwrap": [.update]]),
            (
                "control-group",
                ["cubbyhole/control-group": [.update, .create, .read], "sys/wrapping/unwrap": [.update]]
            ),
        ] as [(String, [String: Set<Capability>])])
    func fixedPolicies(name: String, expected: [String: Set<Capability>]) async throws {
        let policies = try await policies()
        try await policies.write(name: name, text: path("everything", "sudo"))
        for spelling in [name, name.uppercased()] {
            let rules = try #require(try await policies.policy(named: spelling)).rules
            #expect(Dictionary(uniqueKeysWithValues: rules.map { ($0.pattern, $0.capabilities) }) == expected)
        }
        #expect(DefaultPolicies.immutable.contains(name) && DefaultPolicies.unassignable.contains(name))
        #expect(DefaultPolicies.immutable.contains("root"))
    }
}
