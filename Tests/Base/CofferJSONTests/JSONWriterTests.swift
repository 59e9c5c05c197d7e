import CofferBase
import CofferJSON
import Testing

struct JSONWriterTests {
    @Test("a tree is written compactly in its order")
    func compact() {
        let tree: JSON = ["b": [nil, true, false, -1, "x"], "a": ["k": [:]], "c": []]
        #expect(tree.text == #"{"b":[null,true,false,-1,"x"],"a":{"k":{}},"c":[]}"#)
        #expect(tree.serialized() == Array(tree.text.utf8))
    }

    @Test("indented text is as Go prints it")
    func pretty() {
        let tree: JSON = ["a": [1, ["x": "<"], []], "b": [:], "c": nil]
        let wanted = """
            {
              "a": [
                1,
                {
                  "x": "\\u003c"
                },
                []
              ],
              "b": {},
              "c": null
            }
            """
        #expect(tree.prettyText() == wanted)
        #expect(tree.prettyText(indent: 4).contains("\n    \"a\": [\n        1,"))
        #expect(JSON.string("x").prettyText() == "\"x\"")
        #expect(JSON.object([:]).prettyText() == "{}")
        #expect(JSON.array([]).prettyText() == "[]")
        #expect(tree.prettyText(indent: 0) == tree.text)
    }

    @Test(
        "a string is escaped as Go escapes it",
        arguments: [
            ("\"\\/", #"\"\\/"#), ("\u{8}\u{c}\n\r\t", #"\b\f\n\r\t"#), ("\u{0}\u{1}\u{1f}", #"\u0000\u0001\u001f"#),
            ("<a>&", #"\u003ca\u003e\u0026"#), ("\u{2028}x\u{2029}", #"\u2028x\u2029"#),
            ("\u{2027}\u{202a}\u{20a8}", "\u{2027}\u{202a}\u{20a8}"), ("é€𝄞", "é€𝄞"), ("\u{7f}", "\u{7f}"), ("", ""),
            ("plain then \"", #"plain then \""#),
        ])
    func escaping(text: String, wanted: String) {
        #expect(JSON.string(text).text == "\"\(wanted)\"")
        #expect(JSON.object([text: 1]).text == "{\"\(wanted)\":1}")
    }

    @Test("every character up to U+3000 is read back as it was")
    func everyCharacter() throws {
        for value in 0...0x3000 as ClosedRange<UInt32> {
            let scalar = try #require(Unicode.Scalar(value))
            let tree = JSON.string("a\(scalar)b")
            #expect(try JSON.parse(tree.serialized()) == tree)
        }
    }

    /// Texts are looked at in steps of several bytes, the last of which may overlap the one before.
    @Test("what has to be escaped is found at every place of a text of every length", arguments: 0...50)
    func places(length: Int) {
        let plain = [Unicode.Scalar](repeating: "a", count: length)
        #expect(JSON.string(text(plain)).text == "\"\(text(plain))\"")
        let escapes: [(Unicode.Scalar, String)] = [
            ("\"", "\\\""), ("\\", "\\\\"), ("\n", "\\n"), ("\u{0}", "\\u0000"), ("\u{1f}", "\\u001f"),
            ("<", "\\u003c"),
            (">", "\\u003e"), ("&", "\\u0026"), ("\u{2028}", "\\u2028"), ("\u{2029}", "\\u2029"), ("\u{7f}", "\u{7f}"),
            ("é", "é"), ("\u{2030}", "\u{2030}"), (" ", " "), ("!", "!"), ("#", "#"), ("%", "%"), ("'", "'"),
            ("=", "="),
            ("?", "?"), ("[", "["), ("]", "]"), ("𝄞", "𝄞"),
        ]
        for place in 0..<length {
            for (scalar, escaped) in escapes {
                var scalars = plain
                scalars[place] = scalar
                let (before, after) = (text(plain[..<place]), text(plain[(place + 1)...]))
                #expect(JSON.string(text(scalars)).text == "\"\(before)\(escaped)\(after)\"")
            }
        }
    }

    private func text(_ scalars: some Sequence<Unicode.Scalar>) -> String {
        var text = String.UnicodeScalarView()
        text.append(contentsOf: scalars)
        return String(text)
    }

    @Test("numbers and times are written as their texts are", arguments: [0, 1, -1, 9, 10, -10, 99, 100, .max, .min])
    func numbers(number: Int64) {
        let time = Timestamp(nanoseconds: number)
        var writer = JSONWriter(capacity: 1)
        writer.beginArray()
        writer.value(number)
        writer.value(time)
        writer.endArray()
        #expect(String(decoding: writer.bytes, as: UTF8.self) == "[\(number),\"\(time.rfc3339)\"]")
    }

    @Test("members that were written before are put where they belong")
    func written() {
        var first = JSONWriter()
        first.beginObject()
        first.member("a", 1)
        let start = first.count + 1
        first.member("b", "x")
        first.key(plain: "c")
        first.null()
        let shared = first.bytes[start...]
        first.endObject()
        var second = JSONWriter()
        second.beginObject()
        second.members(written: shared)
        second.members(written: [])
        second.member("d", true)
        second.endObject()
        #expect(String(decoding: first.bytes, as: UTF8.self) == #"{"a":1,"b":"x","c":null}"#)
        #expect(String(decoding: second.bytes, as: UTF8.self) == #"{"b":"x","c":null,"d":true}"#)
    }

    @Test("an object can be streamed by hand")
    func streaming() throws {
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("text", "a<b")
        writer.member("number", 7)
        writer.member("flag", true)
        writer.member("tree", ["x": nil])
        writer.key("list")
        writer.beginArray()
        writer.value("x")
        writer.value(JSONNumber(UInt64.max))
        writer.value(JSONNumber(checkedText: "1.50"))
        writer.null()
        writer.beginObject()
        writer.endObject()
        writer.value(["k": [1]] as JSONObject)
        writer.endArray()
        writer.key("last")
        writer.value(false)
        writer.endObject()
        let wanted =
            #"{"text":"a\u003cb","number":7,"flag":true,"tree":{"x":null},"#
            + #""list":["x",18446744073709551615,1.50,null,{},{"k":[1]}],"last":false}"#
        let text = String(decoding: writer.bytes, as: UTF8.self)
        #expect(text == wanted)
    }

    @Test("a streamed object is indented like a tree")
    func streamedIndent() throws {
        var writer = JSONWriter(indent: 2)
        writer.beginObject()
        writer.member("a", 1)
        writer.key("b")
        writer.beginArray()
        writer.endArray()
        writer.endObject()
        let text = String(decoding: writer.bytes, as: UTF8.self)
        #expect(text == "{\n  \"a\": 1,\n  \"b\": []\n}")
    }
}
