import HCL
import Testing

@Suite struct NativeFormTests {
    @Test(
        "the native form becomes the tree it says",
        arguments: [
            ("", ""),
            (" \t\r\n", ""),
            ("a = 1", "a=1"),
            ("a = true b = false", "a=true b=false"),
            ("a = \"x\", b = \"y\",", "a=\"x\" b=\"y\""),
            ("\"quoted key\" = 1", "quoted key=1"),
            ("a-b.c_1 = 1", "a-b.c_1=1"),
            ("größe = 1", "größe=1"),
            ("a {}", "a{}"),
            ("a = {}", "a={}"),
            (
                "path \"secret/*\" { capabilities = [\"read\", \"list\"] }",
                "path secret/*{capabilities=[\"read\",\"list\"]}"
            ),
            ("a b \"c\" { d = 1 }", "a b c{d=1}"),
            ("a { b { c { } } }", "a{b{c{}}}"),
            ("l = []", "l=[]"),
            ("l = [1, 2,]", "l=[1,2]"),
            ("l = [[1], [], {a = 1}, true]", "l=[[1],[],{a=1},true]"),
            ("l = [\n  \"a\", # first\n  \"b\" // last\n]", "l=[\"a\",\"b\"]"),
            ("truely = 1", "truely=1"),
        ])
    func trees(text: String, expected: String) throws {
        #expect(try shape(of: text) == expected)
    }

    @Test(
        "comments of all three kinds are skipped wherever blanks may stand",
        arguments: [
            "# one\na = 1", "// one\na = 1", "/* one */ a = 1", "a /* one */ = /* two */ 1", "a = 1 # one",
            "a = 1 // one", "/* one\n two */ a = 1 /**/", "a = 1 #", "/* # // \" */ a = 1", "# é /* \n a = 1\r\n",
        ])
    func comments(text: String) throws {
        #expect(try shape(of: text) == "a=1")
    }

    @Test(
        "escapes stand for their characters, everything else for itself",
        arguments: [
            (#""\"\\""#, "\"\\"),
            (#""\a\b\f\n\r\t\v""#, "\u{7}\u{8}\u{c}\n\r\t\u{b}"),
            (#""\101\x41\u0041\U00000041""#, "AAAA"),
            (#""\u00e9\U0001F511""#, "é🔑"),
            (#""é🔑""#, "é🔑"),
            ("\"# // /* {}[]=,\"", "# // /* {}[]=,"),
        ])
    func escapes(literal: String, expected: String) throws {
        let body = try HCLDocument.parse(text: "a = " + literal).body
        #expect(body.value(named: "a")?.stringValue == expected)
    }

    @Test(
        "an interpolation is copied as it stands, with its quotes and line breaks",
        arguments: [
            #"${var.a}"#, #"x ${f("y")} z"#, #"${ {"a" = {}} }"#, "${a\n}", "$ {", #"a$$b"#, #"${"\n"}"#,
        ])
    func interpolations(text: String) throws {
        let body = try HCLDocument.parse(text: "a = \"" + text + "\"").body
        #expect(body.value(named: "a")?.stringValue == text)
    }

    @Test("a later assignment of a key wins, and a repeated one can be found")
    func repeatedAssignments() throws {
        let body = try HCLDocument.parse(text: "a = 1\nb { c = 1 }\nb { c = 2 }\na = 2").body
        #expect(body.value(named: "a")?.intValue == 2)
        #expect(body.items(named: "b").count == 2)
        let repeated = try #require(body.firstRepeatedAssignment)
        #expect(repeated.name == "a")
        #expect(repeated.position == HCLPosition(line: 4, column: 1))
        #expect(try HCLDocument.parse(text: "a = 1\nb {}\nb {}").body.firstRepeatedAssignment == nil)
    }

    @Test("two spellings of one character are two keys")
    func keysAreBytes() throws {
        let body = try HCLDocument.parse(text: "\"\\u00e9\" = 1\n\"e\\u0301\" = 2").body
        #expect(body.value(named: "\u{e9}")?.intValue == 1)
        #expect(body.value(named: "e\u{301}")?.intValue == 2)
        #expect(body.firstRepeatedAssignment == nil)
    }

    @Test("every item knows its line and its column, counted in characters")
    func positions() throws {
        let body = try HCLDocument.parse(text: "é = 1, b = 2\n\n  c {\n\td = 1 }").body
        #expect(
            body.items.map(\.position) == [
                HCLPosition(line: 1, column: 1), HCLPosition(line: 1, column: 8), HCLPosition(line: 3, column: 3),
            ])
        let inner = try #require(body.items.last?.value.objectValue?.items.first)
        #expect(inner.position == HCLPosition(line: 4, column: 2))
    }
}
