import SQLClient
import Testing

@Suite("Statements of an operator")
struct SQLTextTests {
    @Test(
        "semicolons end statements only where they are code",
        arguments: [
            ("a; b ;", ["a", "b"]), ("a", ["a"]), (" ; ;", []),
            ("SELECT ';'; b", ["SELECT ';'", "b"]), ("SELECT 'it''s;'; b", ["SELECT 'it''s;'", "b"]),
            ("SELECT \"a;b\"; c", ["SELECT \"a;b\"", "c"]), ("DO $$ a; b; $$; c", ["DO $$ a; b; $$", "c"]),
            ("DO $x$ a; $$; $x$; c", ["DO $x$ a; $$; $x$", "c"]), ("a -- b; c\n; d", ["a -- b; c", "d"]),
            ("a /* ; */ ; b", ["a /* ; */", "b"]), ("SELECT E'\\';'; b", ["SELECT E'\\';'", "b"]),
            ("SELECT '\\'; b", ["SELECT '\\'", "b"]), ("f$1; g", ["f$1", "g"]), ("'open; b", ["'open; b"]),
        ])
    func splitting(text: String, expected: [String]) {
        #expect(SQLText.statements(text, .postgres) == expected)
    }

    @Test("MariaDB's backslashes, backticks and comments count in MariaDB")
    func mariadbSplitting() {
        #expect(
            SQLText.statements("SELECT '\\'; b'; c # ; d\n; `e;f`", .mariadb) == [
                "SELECT '\\'; b'", "c # ; d", "`e;f`",
            ])
    }

    @Test(
        "a value is escaped for the quotes that it stands in",
        arguments: [
            ("'{{v}}'", "it's", "'it''s'"), ("\"{{v}}\"", "a\"b", "\"a\"\"b\""), ("'{{v}}'", "a\\b", "'a\\b'"),
            ("E'{{v}}'", "a\\'b", "E'a\\\\''b'"), ("{{v}}", "plain-name_1", "plain-name_1"),
            ("$${{v}}$$", "plain name", "$$plain name$$"), ("'{{other}}'", "x", "'{{other}}'"),
            ("'{{v}}' {{ v }}", "x", "'x' {{ v }}"),
            ("'x' '{{v}}'", "'; DROP TABLE t; --", "'x' '''; DROP TABLE t; --'"),
        ])
    func filling(text: String, value: String, expected: String) throws {
        #expect(try SQLText.filled(text, ["v": value], .postgres) == expected)
    }

    @Test("MariaDB's texts have their backslashes doubled")
    func mariadbFilling() throws {
        #expect(
            try SQLText.filled("'{{v}}' \"{{v}}\" `{{v}}`", ["v": "a\\b'\"`"], .mariadb)
                == "'a\\\\b''\"`' \"a\\\\b'\"\"`\" `a\\b'\"```")
    }

    @Test(
        "a value that could be code is refused outside of quotes",
        arguments: ["{{v}}", "$${{v}}$$", "-- {{v}}", "/* {{v}} */", "$x$ '{{v}}' $x$"],
        ["a;b", "a'b", "$$", "a\nb", "*/"])
    func unsafe(text: String, value: String) {
        #expect(throws: SQLText.Unsafe.self) { try SQLText.filled(text, ["v": value], .postgres) }
    }

    @Test(
        "a value that could become the letter before a quote is refused",
        arguments: ["{{v}}'a\\'", "{{v}}\"a\"", "{{v}}$$a$$"])
    func beforeQuotes(text: String) {
        #expect(throws: SQLText.Unsafe.self) { try SQLText.filled(text, ["v": "E"], .postgres) }
    }

    @Test("a NUL is refused everywhere")
    func nul() {
        #expect(throws: SQLText.Unsafe.self) { try SQLText.filled("'{{v}}'", ["v": "a\0b"], .postgres) }
    }

    @Test("identifiers and literals stay one")
    func quoting() {
        #expect(SQLDialect.postgres.identifier("a\"; drop") == "\"a\"\"; drop\"")
        #expect(SQLDialect.mariadb.identifier("a`b") == "`a``b`")
        #expect(SQLDialect.mariadb.literal("a'\\") == "'a''\\\\'")
        #expect(SQLDialect.postgres.literal("a'\\") == "'a''\\'")
    }
}
