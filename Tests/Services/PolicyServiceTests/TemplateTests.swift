import PolicyService
import Testing

@Suite struct TemplateTests {
    private let text = path("secret/{{identity.entity.id}}/*", "read") + path("other", "read")

    @Test("a templated path is filled from what the caller's identity gives")
    func filled() throws {
        let acl = try acl(text, fill: { $0 == "secret/{{identity.entity.id}}/*" ? .filled("secret/e1/*") : .missing })
        #expect(acl.allows(.read, "secret/e1/x"))
        #expect(!acl.allows(.read, "secret/e2/x"))
        #expect(!acl.allows(.read, "secret/{{identity.entity.id}}/x"))
    }

    @Test("a grant that cannot be filled is not given, and the others are")
    func unfilledGrant() throws {
        let acl = try acl(text)
        #expect(acl.allows(.read, "other"))
        #expect(acl.decision(.read, "secret/{{identity.entity.id}}/x").reason == .noMatchingRule)
    }

    // GHSA-hr5j-3j78-4vh2: a denial whose template failed was dropped.
    @Test("a denial that cannot be filled denies everything")
    func unfilledDenial() throws {
        let acl = try acl(text, path("secret/{{identity.entity.name}}", "deny"))
        #expect(acl.decision(.read, "other").reason == .templateFailed)
        #expect(acl.capabilities("other") == ["deny"])
        #expect(!acl.hasAccess(below: "other/"))
    }

    @Test("a value that must not stand in a path refuses everything, whatever the rule gives")
    func refusedValue() throws {
        let acl = try acl(text, fill: { _ in .refused })
        #expect(acl.decision(.read, "other").reason == .templateFailed)
        #expect(acl.capabilities("other") == ["deny"])
    }

    @Test("the text of a policy keeps its templates")
    func kept() throws {
        let policy = try Policy.parse(name: "p", namespace: "root", text: text)
        #expect(policy.rules.map(\.pattern) == ["secret/{{identity.entity.id}}/*", "other"])
        #expect(policy.rules.map(\.isTemplated) == [true, false])
        #expect(policy.text == text)
    }
}
