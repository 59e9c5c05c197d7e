import CofferJSON
import PolicyService
import Testing

@Suite struct CapabilityTests {
    private static let pairs: [(PolicyOperation, String)] = [
        (.create, "create"), (.read, "read"), (.update, "update"), (.patch, "patch"), (.delete, "delete"),
        (.list, "list"), (.scan, "scan"),
    ]

    @Test("each operation needs its own capability and no other", arguments: pairs)
    func operations(operation: PolicyOperation, capability: String) throws {
        let given = try acl(path("a", capability))
        for (other, _) in Self.pairs { #expect(given.allows(other, "a") == (other == operation)) }
        let rest = Self.pairs.map(\.1).filter { $0 != capability }.map { "\"\($0)\"" }.joined(separator: ",")
        let withheld = try acl("path \"a\" { capabilities = [\(rest)] }")
        #expect(
            withheld.decision(operation, "a").reason == .missingCapability(Capability(rawValue: capability) ?? .deny))
    }

    @Test("deny takes precedence over everything beside it, sudo included, in whichever policy it stands")
    func denyWins() throws {
        let all = path("a", "create", "read", "update", "patch", "delete", "list", "scan", "sudo")
        let acls = [
            try acl(path("a", "read", "list", "update", "create", "patch", "delete", "scan", "sudo", "deny")),
            try acl(all, path("a", "deny")), try acl(path("a", "deny"), all), try acl(all + path("a", "deny")),
            try acl(all, "path \"a\" { policy = \"deny\" }"),
        ]
        for acl in acls {
            for (operation, _) in Self.pairs { #expect(acl.decision(operation, "a").reason == .explicitDeny) }
            #expect(!acl.allows(.read, "a", sudo: true))
            #expect(!acl.allows(.help, "a"))
            #expect(acl.capabilities("a") == ["deny"])
        }
    }

    @Test("the same pattern in several policies gives the union of their capabilities")
    func union() throws {
        let acl = try acl(path("a", "read"), path("a", "update", "read"), path("b", "list"))
        #expect(acl.capabilities("a") == ["read", "update"])
        #expect(acl.allows(.read, "a") && acl.allows(.update, "a") && !acl.allows(.list, "a"))
        #expect(acl.capabilities("b") == ["list"])
    }

    @Test("an audit record names the policies that gave the capability, and only those")
    func grantingPolicies() throws {
        let acl = try acl(path("a", "read") + path("a", "read"), path("a", "update", "read"), path("a", "list"))
        #expect(acl.decision(.read, "a").grantingPolicies.map(\.name) == ["p1", "p2"])
        #expect(acl.decision(.update, "a").grantingPolicies.map(\.name) == ["p2"])
        #expect(acl.decision(.help, "a").grantingPolicies.map(\.name) == ["p1", "p2", "p3"])
        #expect(acl.decision(.delete, "a").grantingPolicies.isEmpty)
    }

    @Test("a protected path needs sudo beside the capability, and sudo alone gives nothing")
    func sudo() throws {
        let acl = try acl(path("a", "read") + path("b", "read", "sudo") + path("c", "sudo"))
        #expect(acl.decision(.read, "a", sudo: true).reason == .missingSudo)
        #expect(acl.allows(.read, "a"))
        #expect(acl.allows(.read, "b", sudo: true))
        #expect(acl.decision(.read, "c", sudo: true).reason == .missingCapability(.read))
        #expect(acl.decision(.update, "b", sudo: true).reason == .missingCapability(.update))
    }

    @Test(
        "the old words stand for capabilities",
        arguments: [
            ("deny", ["deny"]), ("read", ["list", "read"]), ("write", ["create", "delete", "list", "read", "update"]),
            ("sudo", ["create", "delete", "list", "read", "sudo", "update"]),
        ])
    func oldPolicies(word: String, capabilities: [String]) throws {
        #expect(try acl("path \"a\" { policy = \"\(word)\" }").capabilities("a") == capabilities)
    }

    @Test("an old word and capabilities add up")
    func oldAndNew() throws {
        #expect(try acl(path("a", "sudo", and: "policy = \"read\"")).capabilities("a") == ["list", "read", "sudo"])
    }

    @Test("capabilities are listed sorted; what is not given, or given as nothing, is deny")
    func listing() throws {
        let acl = try acl(path("a", "update", "read", "list", "create", "delete", "patch", "sudo", "scan") + path("b"))
        #expect(acl.capabilities("a") == ["create", "delete", "list", "patch", "read", "scan", "sudo", "update"])
        #expect(acl.capabilities("b") == ["deny"])
        #expect(acl.capabilities("c") == ["deny"])
        #expect(acl.decision(.read, "b").reason == .missingCapability(.read))
        #expect(acl.decision(.help, "b").reason == .noMatchingRule)
    }

    @Test("root may do everything and says so")
    func root() throws {
        let acl = ACL(policies: [try Policy.parse(name: "p", namespace: "root", text: path("a", "deny"))], isRoot: true)
        for (operation, _) in Self.pairs {
            let decision = acl.decision(operation, "a", ["x": 1], sudo: true)
            #expect(decision.allowed && decision.isRoot)
            #expect(decision.grantingPolicies.map(\.name) == ["root"])
        }
        #expect(acl.capabilities("a") == ["root"])
        #expect(acl.hasAccess(below: "nowhere/"))
    }

    @Test("help needs some capability on the path")
    func help() throws {
        let acl = try acl(path("a", "list"))
        #expect(acl.allows(.help, "a"))
        #expect(!acl.allows(.help, "b"))
    }
}
