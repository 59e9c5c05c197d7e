internal import Testing

@testable internal import GoFlags

@Suite("Wrapping messages")
struct WrapTextTests {
    /// The message of `vault login`, whose line breaks are known from the public documentation.
    @Test("lines are balanced as in the reference's login message")
    func balanced() {
        let text =
            "Success! You are now authenticated. The token information displayed below is already stored in the "
            + "token helper. You do NOT need to run \"vault login\" again. Future Vault requests will automatically "
            + "use this token."
        #expect(
            wrapText(text) == """
                Success! You are now authenticated. The token information displayed below
                is already stored in the token helper. You do NOT need to run "vault login"
                again. Future Vault requests will automatically use this token.
                """)
    }

    @Test("short text stays on one line, indented")
    func short() {
        #expect(wrapText("one  two\nthree", indent: 2) == "  one two three")
        #expect(wrapText("") == "")
    }

    @Test("a word longer than a line is never broken")
    func longWord() {
        let word = String(repeating: "x", count: 100)
        #expect(wrapText("a \(word) b").split(whereSeparator: { $0 == " " || $0 == "\n" }) == ["a", word[...], "b"])
        #expect(wrapText(word) == word)
    }
}
