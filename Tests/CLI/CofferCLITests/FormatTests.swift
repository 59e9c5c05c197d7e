internal import CofferJSON
internal import Testing

@testable internal import CofferCLI

@Suite("How values are printed")
struct FormatTests {
    @Test("columns are aligned, trimmed, and empty cells are named")
    func columns() {
        let text = TextTable.table(header: ["Key", "Value"], rows: [["a", " x "], ["longer", ""], ["∞∞", "z"]])
        #expect(text == "Key       Value\n---       -----\na         x\nlonger    n/a\n∞∞        z")
    }

    @Test(
        "Go's text of a value",
        arguments: [
            (#"null"#, "<nil>"), (#"true"#, "true"), (#"12345678901234567890"#, "12345678901234567890"),
            (#"["a",1,null]"#, "[a 1 <nil>]"), (#"{"b":1,"a":{"c":[]}}"#, "map[a:map[c:[]] b:1]"), (#""x y""#, "x y"),
        ])
    func goText(json: String, text: String) throws {
        #expect(GoText.value(try JSON.parse(text: json)) == text)
    }

    @Test(
        "durations have no zero parts",
        arguments: [
            (Int64(0), "0s"), (30, "30s"), (60, "1m"), (3600, "1h"), (5400, "1h30m"), (2_764_800, "768h"),
            (3605, "1h5s"), (3665, "1h1m5s"), (-60, "-1m"),
        ])
    func durations(seconds: Int64, text: String) {
        #expect(GoText.duration(seconds) == text)
    }

    @Test("a number is a duration only where its name says so")
    func named() {
        #expect(GoText.value(3600, named: "creation_ttl") == "1h")
        #expect(GoText.value(3600, named: "num_uses") == "3600")
        #expect(GoText.value(nil, named: "ttl") == "<nil>")
    }

    @Test("headers are as wide as the table below, and never narrower than two signs")
    func headers() {
        #expect(KeyHeader.above(["passcode": "x"], "Data") == "====== Data ======")
        #expect(KeyHeader.above(["custom_metadata": nil], "Metadata") == "======= Metadata =======")
        #expect(KeyHeader.padded("Secret Path", width: "secret/data/creds".count) == "== Secret Path ==")
        #expect(KeyHeader.padded("Secret Path", width: 3) == "== Secret Path ==")
    }
}

@Suite("YAML")
struct YAMLTextTests {
    @Test("keys are sorted, lists stand at the depth of their key")
    func structure() throws {
        let value = try JSON.parse(text: #"{"b":[1,{"z":2,"x":[]}],"a":{"d":null,"c":{}},"e":[["f"]]}"#)
        #expect(
            YAMLText.document(value) == """
                a:
                  c: {}
                  d: null
                b:
                - 1
                - x: []
                  z: 2
                e:
                - - f

                """)
    }

    @Test(
        "a text is quoted where it would be read as something else",
        arguments: [
            ("plain text", "plain text"), ("", "\"\""), ("true", "\"true\""), ("n", "\"n\""), ("12", "\"12\""),
            ("1e3", "\"1e3\""), ("0x1f", "\"0x1f\""), ("2026-11-23T07:25:23Z", "\"2026-11-23T07:25:23Z\""),
            ("1.2.3", "1.2.3"), ("a: b", "'a: b'"), ("it's: x", "'it''s: x'"), ("- x", "'- x'"), ("#x", "'#x'"),
            ("a #b", "'a #b'"), ("a#b", "a#b"), ("[x", "'[x'"), ("x:", "'x:'"), ("a\tb", #""a\tb""#),
        ])
    func quoting(text: String, yaml: String) {
        #expect(YAMLText.document(["k": .string(text)]) == "k: \(yaml)\n")
    }

    @Test("several lines stand in a block")
    func blocks() {
        #expect(YAMLText.document(["k": "a\nb\n"]) == "k: |\n  a\n  b\n")
        #expect(YAMLText.document(["k": "a\n\nb"]) == "k: |-\n  a\n\n  b\n")
    }
}
