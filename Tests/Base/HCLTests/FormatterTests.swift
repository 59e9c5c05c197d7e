import HCL
import Testing

/// Expected layouts are those of HCL 1's own printer, with two spaces for each level.
@Suite struct FormatterTests {
    private func expectLayout(
        _ text: String, _ expected: String, sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let formatted = try HCLFormatter.format(text)
        #expect(formatted == expected, sourceLocation: sourceLocation)
        #expect(try HCLFormatter.format(formatted) == formatted, "not stable", sourceLocation: sourceLocation)
        #expect(try shape(of: formatted) == shape(of: text), "another meaning", sourceLocation: sourceLocation)
    }

    @Test("a policy on crowded lines becomes one block for each path")
    func policy() throws {
        try expectLayout(
            """
            path "secret/*" {capabilities=["read","list"]}
            path   "sys/health"
            {
               capabilities = [ "read" ,]
                 min_wrapping_ttl="1s"


            }
            """,
            """
            path "secret/*" {
              capabilities = ["read", "list"]
            }

            path "sys/health" {
              capabilities     = ["read"]
              min_wrapping_ttl = "1s"
            }

            """)
    }

    @Test("neighbours share the column of their =, items apart do not")
    func alignment() throws {
        try expectLayout(
            """
            a {
            b = 1
            long_name = 2

            c = 3
            ü = 4 # four
            dd = "five" // five
            }
            """,
            """
            a {
              b         = 1
              long_name = 2

              c  = 3
              ü  = 4      # four
              dd = "five" // five
            }

            """)
    }

    @Test("what takes several lines stands apart and is aligned with nothing")
    func blocksInBlocks() throws {
        try expectLayout(
            """
            a {
              bb = 1
              c = {
              d = 1 }
              e = 2
              f {
              }
              g {}
              h = {}
            }
            """,
            """
            a {
              bb = 1

              c = {
                d = 1
              }

              e = 2

              f {}
              g {}

              h = {}
            }

            """)
    }

    @Test("assignments outside of blocks, and blocks with content, are a blank line apart")
    func topLevel() throws {
        try expectLayout(
            "b = 1\nlong = 2\nc {}\nd {}\n\n\n\ne {}\nf { g = 1 }",
            "b = 1\n\nlong = 2\n\nc {}\nd {}\n\ne {}\n\nf {\n  g = 1\n}\n")
    }

    @Test("comments keep their places: alone, above an item, behind it, at the end")
    func comments() throws {
        try expectLayout(
            """
            // alone


            # above
              /* and this */
            path "a" { # inside
                 # above key
            k = 1// behind
            # above other
            other = 2

               # alone inside

               x = 1
               # last
            } # behind the block

            /* two
                 lines */
            # the end
            """,
            """
            // alone

            # above
            /* and this */
            path "a" {
              # inside
              # above key
              k = 1 // behind

              # above other
              other = 2

              # alone inside

              x = 1

              # last
            } # behind the block

            /* two
                 lines */
            # the end

            """)
    }

    @Test("comments between a key and its value move above the item")
    func innerComments() throws {
        try expectLayout("a = # one\n/* two */ 1", "# one\n/* two */\na = 1\n")
        try expectLayout("a /* one */ \"b\" /* two */ {}", "/* one */\n/* two */\na \"b\" {}\n")
    }

    @Test("a list stays on one line if it was on one and is simple, and gets a line for each element otherwise")
    func lists() throws {
        try expectLayout("a = [1,2 , 3,]", "a = [1, 2, 3]\n")
        try expectLayout("a = [\n]", "a = []\n")
        try expectLayout("a = [1,\n2]", "a = [\n  1,\n  2,\n]\n")
        try expectLayout("a = [\n1, 2]", "a = [\n  1,\n  2,\n]\n")
        try expectLayout(
            "a = [{b = 1, c = 2}, [1]]",
            "a = [\n  {\n    b = 1\n    c = 2\n  },\n  [1],\n]\n")
    }

    @Test("comments in lists are aligned behind the commas or stand above their element")
    func listComments() throws {
        try expectLayout(
            """
            a = [ # first
              "x", # one
              "longer" // two
              , # three
              # above
              "y",
              "z"
              # last
            ]
            """,
            """
            a = [
              # first
              "x",      # one

              "longer", // two # three

              # above
              "y",

              "z",
              # last
            ]

            """)
    }

    @Test("strings, numbers and keys are printed as they were written")
    func literals() throws {
        try expectLayout(
            #"a {"# + "\n" + #""key" = "\u00e9\x41${f("x")}""# + "\nn = 0x1F\no = 0644\nf = 1.50\nb = true\n}",
            "a {\n  \"key\" = " + #""\u00e9\x41${f("x")}""#
                + "\n  n     = 0x1F\n  o     = 0644\n  f     = 1.50\n  b     = true\n}\n")
    }

    @Test("the lines of heredocs and of strings with line breaks are not moved")
    func multiLineText() throws {
        try expectLayout(
            "a {\n b = <<EOF\nx\n  y\nEOF\n c = <<-E\n\t\tx\n\t\tE\n d = \"${\n  e}\"\n f = [<<EOF\nz\nEOF\n, 1]\n}",
            """
            a {
              b = <<EOF
            x
              y
            EOF

              c = <<-E
            \t\tx
            \t\tE

              d = "${
              e}"

              f = [
                <<EOF
            z
            EOF
                ,
                1,
              ]
            }

            """)
    }

    @Test("line breaks of the other kind become plain ones")
    func carriageReturns() throws {
        #expect(try HCLFormatter.format("a {\r\n  b = 1 # x\r\n}\r\n") == "a {\n  b = 1 # x\n}\n")
    }

    @Test("an empty text stays empty, and one of comments keeps them")
    func withoutItems() throws {
        try expectLayout("", "")
        try expectLayout(" \n\n", "")
        try expectLayout("# one\n# two\n\n\n# three", "# one\n# two\n\n# three\n")
        try expectLayout("a {\n# only\n}", "a {\n  # only\n}\n")
    }

    @Test("an invalid text is refused with its place, and so is JSON")
    func refused() {
        #expect(throws: HCLError(line: 2, column: 1, reason: "object expected: IDENT | STRING got: RBRACE")) {
            try HCLFormatter.format("a {}\n}")
        }
        #expect(throws: HCLError.self) { try HCLFormatter.format("{\"path\": {}}") }
        #expect(throws: HCLError.self) { try HCLFormatter.format(String(repeating: "a {", count: 10_000)) }
    }

    @Test("every beginning of a text that parses keeps its meaning and its layout")
    func prefixes() throws {
        let text = """
            # c
            path "a" { /* x */ b = ["r", <<E
            x
            E
            , {c = 1}] # y
            d = {}, e = 1.5 }
            f "g" {}
            h = [ [1], # z
            2 ]
            """
        var formatted = 0
        for length in 0...text.utf8.count {
            let prefix = String(decoding: text.utf8.prefix(length), as: UTF8.self)
            guard let meaning = try? shape(of: prefix) else { continue }
            let layout = try HCLFormatter.format(prefix)
            #expect(try shape(of: layout) == meaning)
            #expect(try HCLFormatter.format(layout) == layout)
            formatted += 1
        }
        #expect(formatted > 5)
    }
}
