import PolicyService
import Testing

@Suite struct PriorityTests {
    /// The examples of the documentation and one for each of its five rules.
    @Test(
        "of two patterns that match the one with the documented priority decides",
        arguments: [
            // Exact before any wildcard.
            ("a/b", "a/*", "a/b"), ("a/b", "a/+", "a/b"), ("a/b", "+/b", "a/b"), ("a/b", "a/b*", "a/b"),
            // 1: the first wildcard occurs later.
            ("a/b*", "a/*", "a/bc"), ("a/b/*", "a/+/c", "a/b/c"), ("a/+/c", "+/b/c", "a/b/c"),
            ("secret/foo*", "secret/*", "secret/foobar"), ("a/b*", "a/+", "a/bc"),
            // 2: no * at the end.
            ("a/+", "a/*", "a/b"), ("a/+/c", "a/*", "a/b/c"), ("a/+/c", "a/+/*", "a/b/c"),
            // 3: fewer + segments.
            ("secret/*", "secret/+/+/foo/*", "secret/x/y/foo/z"), ("a/+/c/d", "a/+/+/d", "a/b/c/d"),
            // 4: longer.
            ("a/+/bar/ba*", "a/+/bar/b*", "a/x/bar/baz"),
            // 5 decides between patterns of equal length only, which then are one pattern or do not both match.
            ("a/+/+/x", "+/+/+/x", "a/b/c/x"),
        ])
    func order(winner: String, loser: String, asked: String) throws {
        for (first, second) in [(winner, loser), (loser, winner)] {
            let acl = try acl(path(first, "read"), path(second, "read"))
            #expect(acl.decision(.read, asked).pattern == winner)
        }
        // The loser alone does match: the order was really asked for.
        #expect(try acl(path(loser, "read")).allows(.read, asked))
    }

    @Test(
        "a pattern matches what the documentation says",
        arguments: [
            ("secret/foo", "secret/foo", true), ("secret/foo", "secret/foo/", false),
            ("secret/foo", "secret/fo", false),
            ("/secret/foo", "secret/foo", true), ("secret/foo", "Secret/foo", false),
            ("secret/bar/*", "secret/bar/zip", true), ("secret/bar/*", "secret/bar/zip/zap", true),
            ("secret/bar/*", "secret/bar/", true), ("secret/bar/*", "secret/bar", false),
            ("secret/bar/*", "secret/bars/zip", false),
            ("secret/zip-*", "secret/zip-zap", true), ("secret/zip-*", "secret/zip-zap/zong", true),
            ("secret/zip-*", "secret/zip/zap", false),
            ("secret/+/teamb", "secret/x/teamb", true), ("secret/+/teamb", "secret/x/y/teamb", false),
            ("secret/+/teamb", "secret/x/teambs", false), ("secret/+/teamb", "secret//teamb", true),
            ("secret/+/+/teamb", "secret/foo/bar/teamb", true), ("secret/+/+/teamb", "secret/foo/teamb", false),
            ("secret/+", "secret/foo", true), ("secret/+", "secret/foo/bar", false), ("secret/+", "secret", false),
            ("secret/+/*", "secret/foo/bar/baz", true), ("secret/+/*", "secret/foo/", true),
            ("secret/+/*", "secret/foo", false),
            ("secret/+/b*", "secret/foo/bar/baz", true), ("secret/+/b*", "secret/foo/cab", false),
            ("+/foo", "secret/foo", true), ("+", "secret", true), ("+", "secret/foo", false),
            ("*", "anything/at/all", true), ("*", "", true),
            // A * elsewhere and a + beside other letters are plain letters.
            ("secret/*/foo", "secret/x/foo", false), ("secret/*/foo", "secret/*/foo", true),
            ("secret/+x", "secret/yx", false), ("secret/+x", "secret/+x", true), ("secret/x+", "secret/xy", false),
            ("sécret/*", "se\u{301}cret/x", false), ("", "", true), ("", "a", false),
        ])
    func matching(pattern: String, asked: String, isMatch: Bool) throws {
        #expect(try acl(path(pattern, "read")).allows(.read, asked) == isMatch)
    }

    @Test("only the winning pattern counts: nothing is added from the others")
    func noUnionOfPatterns() throws {
        let acl = try acl(path("a/*", "read", "update", "sudo") + path("a/b", "list") + path("a/+/c", "deny"))
        #expect(!acl.allows(.read, "a/b"))
        #expect(acl.decision(.read, "a/b").reason == .missingCapability(.read))
        #expect(acl.allows(.read, "a/x"))
        #expect(!acl.allows(.read, "a/x/c"))
        #expect(acl.allows(.read, "a/x/d"))
    }

    @Test("a narrower grant opens what a wider denial closes, and the other way round")
    func denialsHavePriorityToo() throws {
        let acl = try acl(path("a/*", "deny") + path("a/b/*", "read") + path("a/b/c", "deny"))
        #expect(!acl.allows(.read, "a/x"))
        #expect(acl.allows(.read, "a/b/x"))
        #expect(!acl.allows(.read, "a/b/c"))
    }

    // Swift takes the Malayalam letter and the byte that follows it for one character.
    @Test("a letter that joins its neighbour hides no wildcard", arguments: ["secret/\u{d4e}*", "secret/\u{d4e}/+"])
    func joiningLetters(pattern: String) throws {
        let acl = try acl(path("secret/*", "read") + path(pattern, "deny"))
        #expect(acl.decision(.read, "secret/\u{d4e}/x").reason == .explicitDeny)
        #expect(acl.allows(.read, "secret/x"))
    }

    @Test("without a matching pattern, and without policies, nothing is allowed")
    func defaultIsDenial() throws {
        for acl in [try acl(), try acl(""), try acl(path("b", "read"))] {
            for operation in [PolicyOperation.create, .read, .update, .patch, .delete, .list, .scan, .help] {
                #expect(acl.decision(operation, "a").reason == .noMatchingRule)
            }
        }
    }

    // CVE-2023-5954 and its class: what a decision costs grows with the rules, and never faster.
    @Test("a policy made to explode is decided in linear time", .timeLimit(.minutes(1)))
    func manyWildcards() throws {
        let deep = String(repeating: "+/", count: 10_000)
        let rules = (0..<10).map { path(deep + "x\($0)", "read") }.joined()
        let acl = try acl(rules)
        let asked = String(repeating: "a/", count: 10_000)
        let start = ContinuousClock.now
        for _ in 0..<3 { #expect(!acl.allows(.read, asked + "y")) }
        #expect(acl.allows(.read, asked + "x7"))
        // Some thirty milliseconds each in a debug build; a search that goes back would never end.
        #expect(ContinuousClock.now - start < .seconds(30))
    }
}
