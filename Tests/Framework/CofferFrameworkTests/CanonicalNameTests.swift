import CofferFramework
import Testing

@Suite struct CanonicalNameTests {
    private func refusal(_ name: String) -> CanonicalName.Refusal? {
        do throws(CanonicalName.Refusal) {
            _ = try CanonicalName(name)
            return nil
        } catch {
            return error
        }
    }

    @Test(
        "case and spaces at the ends never make a second name",
        arguments: ["bob", "BOB", "Bob", " bob", "bob ", "  boB  "])
    func oneName(spelling: String) throws {
        #expect(try CanonicalName(spelling).text == "bob")
        #expect(try CanonicalName(spelling) == CanonicalName("bob"))
    }

    @Test("a name is shown as it was written")
    func shown() throws {
        #expect(try CanonicalName("  Domain Admins ").shown == "Domain Admins")
    }

    @Test(
        "letters of other languages are names, in one case",
        arguments: [
            ("Müller", "müller"), ("STRASSE", "strasse"), ("Straße", "strasse"), ("Иван Petrov", "иван petrov"),
            ("ΟΔΟΣ", "οδοσ"), ("田中", "田中"), ("ひらがな", "ひらがな"), ("हिन्दी", "हिन्दी"), ("محمد", "محمد"), ("서울", "서울"),
        ])
    func languages(name: String, folded: String) throws {
        #expect(try CanonicalName(name).text.utf8.elementsEqual(folded.utf8))
    }

    @Test(
        "what could pass for another name is refused",
        arguments: [
            "bob\u{a0}", "\u{a0}bob", "bob\u{3000}", "bo\u{2009}b", "b\u{200b}ob", "bob\u{202e}", "ｂｏｂ", "bo\u{301}b",
            "b\u{43e}b", "r\u{3bf}ot", "root\t", "ro\u{0}ot", "ﬁle", "Ⅳ", "bob\u{2028}", "か\u{3099}",
            "\u{1112}\u{1161}",
        ])
    func lookAlikes(name: String) { #expect(refusal(name) == .ambiguous) }

    @Test("a name is not empty and not longer than 512 bytes")
    func length() {
        #expect(refusal("") == .empty)
        #expect(refusal("   ") == .empty)
        #expect(refusal(String(repeating: "a", count: 512)) == nil)
        #expect(refusal(String(repeating: "a", count: 513)) == .tooLong)
    }

    @Test("folding a folded name changes nothing")
    func idempotent() throws {
        for name in ["Bob", "Straße", "ΟΔΟΣ", "Иван", "a/b", "x.y@z"] {
            let once = try CanonicalName(name).text
            #expect(try CanonicalName(once).text == once)
        }
    }

    @Test("an error tells whose name it is, never the name")
    func errors() {
        let error = #expect(throws: EngineError.self) { try CanonicalName("secret\u{200b}", of: "entity name") }
        #expect(error?.kind == .badRequest)
        #expect(error?.texts == ["the entity name has characters that could be taken for others"])
    }
}
