import Testing

@testable internal import AuditService

@Suite struct LinearPatternTests {
    @Test(
        "what is found",
        arguments: [
            ("", ""), ("", "x"), ("b", "abc"), ("^a", "abc"), ("c$", "abc"), ("^abc$", "abc"), ("a.c", "abc"),
            ("ab*c", "ac"), ("ab*c", "abbbc"), ("ab+c", "abbc"), ("ab?c", "ac"), ("a(bc)*d", "abcbcd"),
            ("(?:x|y)z", "yz"), ("^(a|b|cd)+$", "abcdba"), ("[a-c]{2}", "xbc"), ("^[^/]+$", "name"),
            ("^a{2,3}$", "aaa"),
            ("a{2,}", "aaaa"), ("\\d+", "v12"), ("^\\w+$", "a_1"), ("\\s", "a b"), ("\\.", "a.b"), ("[.]", "a.b"),
            ("[]a]", "]"), ("[a-]", "-"), ("[\\d]x", "5x"), ("^(a*)*$", "aaa"), ("\\Aab\\z", "ab"), ("ab|cd", "xcd"),
            ("a*?b", "aab"), ("é", "café"), ("^(|x)$", "x"), ("[\\W]", "-"),
        ])
    func found(_ pattern: String, _ text: String) throws {
        #expect(try #require(LinearPattern(pattern)).isFound(in: text))
    }

    @Test(
        "what is not found",
        arguments: [
            ("^b", "abc"), ("b$", "abc"), ("a.c", "a\nc"), ("ab+c", "ac"), ("^[^/]+$", "a/b"), ("^a{2,3}$", "aaaa"),
            ("^a{2}$", "a"), ("\\d", "abc"), ("\\.", "ab"), ("^(ab|cd)$", "ad"), ("[a-c]", "d"), ("A", "a"),
        ])
    func notFound(_ pattern: String, _ text: String) throws {
        #expect(try !#require(LinearPattern(pattern)).isFound(in: text))
    }

    @Test("nothing, repeated in many layers, is read at once", .timeLimit(.minutes(1)))
    func layersOfNothing() throws {
        let pattern = String(repeating: "(", count: 40) + String(repeating: "){1000}", count: 40)
        #expect(try #require(LinearPattern(pattern + "a")).isFound(in: "a"))
    }

    @Test(
        "what is refused",
        arguments: [
            "(", ")", "(a", "[a", "*", "a**", "a{", "a{2", "a{3,2}", "a{99999}", "\\", "\\q", "(?i)a", "[z-a]",
            "a{1,2}{3}",
            "((((a{1000}){1000}){1000}){1000})",
            String(repeating: "(", count: 100) + String(repeating: ")", count: 100),
        ])
    func refused(_ pattern: String) {
        #expect(LinearPattern(pattern) == nil)
    }

    @Test("a pattern made to explode does not", .timeLimit(.minutes(1)))
    func linear() throws {
        let pattern = try #require(LinearPattern("^(a+)+(a|aa)*b$"))
        #expect(!pattern.isFound(in: String(repeating: "a", count: 20_000)))
    }
}
