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
