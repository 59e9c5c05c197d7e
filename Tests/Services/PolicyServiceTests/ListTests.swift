import PolicyService
import Testing

@Suite struct ListTests {
    @Test(
        "a list is allowed by a rule with the final slash, without it, or with a wildcard",
        arguments: [
            "a/b/", "a/b", "a/*", "a/b*", "a/b/*", "a/+", "a/+/", "+/b", "+/+/", "+/*",
        ])
    func spellings(pattern: String) throws {
        let list = try acl(path(pattern, "list"))
        #expect(list.allows(.list, "a/b/"))
        #expect(!list.allows(.scan, "a/b/"))
        let scan = try acl(path(pattern, "scan"))
        #expect(scan.allows(.scan, "a/b/"))
        #expect(!scan.allows(.list, "a/b/"))
        let other = try acl(path(pattern, "read"))
        #expect(!other.allows(.list, "a/b/"))
    }

    @Test("the exact rule with the slash comes before the one without, and both before wildcards")
    func exactFirst() throws {
        #expect(try acl(path("a/b/", "list") + path("a/b", "deny")).allows(.list, "a/b/"))
        #expect(try !acl(path("a/b/", "deny") + path("a/b", "list")).allows(.list, "a/b/"))
        #expect(try acl(path("a/b", "list") + path("a/*", "read")).allows(.list, "a/b/"))
        #expect(try !acl(path("a/b", "deny") + path("a/*", "list")).allows(.list, "a/b/"))
        #expect(try !acl(path("a/b", "read") + path("a/*", "list")).allows(.list, "a/b/"))
    }

    @Test("a denial below a folder also denies its list (CVE-2026-12624)")
    func denialStands() throws {
        let acl = try acl(
            path("foo/metadata/*", "list", "scan") + path("foo/metadata/private/*", "deny")
                + path("foo/metadata/private/granted/*", "list", "scan"))
        for operation in [PolicyOperation.list, .scan] {
            #expect(acl.decision(operation, "foo/metadata/private/").reason == .explicitDeny)
            #expect(acl.allows(operation, "foo/metadata/private/granted/"))
            #expect(acl.allows(operation, "foo/metadata/"))
            #expect(!acl.allows(operation, "foo/metadata/private/x/"))
        }
    }

    @Test("of the wildcards that match either spelling the one with the highest priority decides")
    func priorityOverSpellings() throws {
        #expect(try !acl(path("a/*", "list") + path("a/+", "deny")).allows(.list, "a/b/"))
        #expect(try !acl(path("a/+", "list") + path("a/b/*", "deny")).allows(.list, "a/b/"))
        #expect(try acl(path("a/+", "list") + path("a/*", "deny")).allows(.list, "a/b/"))
        #expect(try acl(path("a/+", "list") + path("a/*", "read")).allows(.list, "a/b/"))
        #expect(try !acl(path("a/+", "list") + path("a/b/*", "read")).allows(.list, "a/b/"))
    }

    @Test("reading with a final slash is not reading without it")
    func onlyLists() throws {
        let acl = try acl(path("a/b", "read", "delete", "update", "list"))
        #expect(!acl.allows(.read, "a/b/"))
        #expect(!acl.allows(.delete, "a/b/"))
        #expect(acl.allows(.list, "a/b/"))
    }

    @Test("capabilities of a folder are looked up as for a list")
    func capabilities() throws {
        let acl = try acl(path("a/b", "list") + path("a/*", "read"))
        #expect(acl.capabilities("a/b/") == ["list"])
        #expect(acl.capabilities("a/b") == ["list"])
        #expect(acl.capabilities("a/c/") == ["read"])
    }

    @Test(
        "a mount is shown to whoever may do something at or below it",
        arguments: [
            ("secret/foo", true), ("secret/*", true), ("secret/+/x", true), ("+/foo", true), ("s*", true), ("*", true),
            ("+/*", true), ("secret", true), ("secret/", true), ("secrets/foo", false), ("sec", false),
            ("other/*", false),
            ("secretx*", false), ("kv/+/secret", false),
        ])
    func access(pattern: String, isShown: Bool) throws {
        #expect(try acl(path(pattern, "read")).hasAccess(below: "secret/") == isShown)
        #expect(try !acl(path(pattern, "deny")).hasAccess(below: "secret/"))
        #expect(try !acl(path(pattern)).hasAccess(below: "secret/"))
    }

    @Test(
        "a mount of several segments is found by patterns of any length",
        arguments: [
            ("a/b/c", true), ("a/*", true), ("a/+/c", true), ("a/b*", true), ("a/bc*", false), ("a/x/*", false),
            ("a", false),
        ])
    func deepMounts(pattern: String, isShown: Bool) throws {
        #expect(try acl(path(pattern, "list")).hasAccess(below: "a/b/") == isShown)
    }
}
