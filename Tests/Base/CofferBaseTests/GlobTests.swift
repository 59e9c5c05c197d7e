import CofferBase
import Testing

@Suite struct GlobTests {
    @Test(
        "a star stands for any characters",
        arguments: [
            ("web", "web", true), ("web", "webs", false), ("web", "we", false), ("", "", true), ("", "a", false),
            ("*", "", true), ("*", "anything", true), ("web-*", "web-", true), ("web-*", "web-a*", true),
            ("*-admin", "db-admin", true), ("*-admin", "admin", false), ("a*b*c", "axxbyyc", true),
            ("a*b*c", "acb", false), ("a*a", "a", false), ("a*a", "aa", true), ("*ab*ab", "abab", true),
            ("*ab*ab", "ab", false), ("**", "x", true),
        ])
    func star(pattern: String, text: String, isMatch: Bool) {
        #expect(Glob(pattern).matches(text) == isMatch)
    }

    @Test("many stars take no more time than the lengths allow")
    func manyStars() {
        let pattern = Glob(String(repeating: "*a", count: 200) + "*b")
        #expect(!pattern.matches(String(repeating: "a", count: 4000)))
    }
}
