import CofferJSON
import Testing

struct JSONParserTests {
    @Test("every kind of value is read")
    func kinds() throws {
        let tree = try JSON.parse(text: #" {"a":[null,true,false,-1.5e3,"x"],"b":{},"c":[]} "#)
        #expect(tree["a"]?.arrayValue?.count == 5)
        #expect(tree["a"]?.arrayValue?[3] == .number(JSONNumber(checkedText: "-1.5e3")))
        #expect(tree["b"] == [:])
        #expect(tree["c"] == [])
        #expect(tree.objectValue?.keys == ["a", "b", "c"])
    }

    @Test("arrays, slices, other collections and raw memory give the same value")
    func inputs() throws {
        let bytes = Array(#"xx{"k":[1]}yy"#.utf8)
        let wanted: JSON = ["k": [1]]
        #expect(try JSON.parse(bytes[2..<11]) == wanted)
        #expect(try JSON.parse(Array(bytes[2..<11])) == wanted)
        #expect(try JSON.parse(bytes.reversed().dropFirst(2).reversed().dropFirst(2)) == wanted)
        #expect(try bytes[2..<11].withUnsafeBytes { try JSON.parse($0) } == wanted)
        #expect(try bytes[2..<11].withUnsafeBytes { try JSON.parseObject($0) } == ["k": [1]])
        #expect(throws: JSONError(.unexpectedEnd, at: 0)) {
            try JSON.parse(UnsafeRawBufferPointer(start: nil, count: 0))
        }
    }

    @Test("escapes are decoded")
    func escapes() throws {
        let text = try JSON.parse(text: #""a\"\\\/\b\f\n\r\t\u00e9\u20AC\ud834\udd1ez""#).stringValue
        #expect(text == "a\"\\/\u{8}\u{c}\n\r\t\u{e9}\u{20ac}\u{1d11e}z")
    }

    @Test(
        "half of a surrogate pair becomes U+FFFD and what follows stays",
        arguments: [
            (#""\ud834""#, "\u{FFFD}"), (#""\udd1e""#, "\u{FFFD}"), (#""\ud834x""#, "\u{FFFD}x"),
            (#""\ud834\n""#, "\u{FFFD}\n"), (#""\ud834\u0041""#, "\u{FFFD}A"),
            (#""\ud834\ud834\udd1e""#, "\u{FFFD}\u{1d11e}"), (#""\udd1e\ud834""#, "\u{FFFD}\u{FFFD}"),
        ])
    func surrogates(document: String, wanted: String) throws {
        let text = try #require(try JSON.parse(text: document).stringValue)
        #expect(sameBytes(text, wanted))
    }

    @Test("text of every length around a word is read whole", arguments: 0...40)
    func lengths(count: Int) throws {
        let plain = String(repeating: "x", count: count)
        #expect(try JSON.parse(text: "[\"\(plain)\"]") == [.string(plain)])
        #expect(try JSON.parse(text: "[\"\(plain)é\"]") == [.string(plain + "é")])
        #expect(try JSON.parse(text: "[\"\(plain)\\n\(plain)\"]") == [.string(plain + "\n" + plain)])
    }

    @Test("the last of repeated keys wins and keeps the first place", arguments: [2, 15, 16, 17, 18, 100])
    func duplicates(count: Int) throws {
        let names = (0..<count).map { "\"k\($0)\":\($0)" }.joined(separator: ",")
        let object = try JSON.parseObject(Array("{\(names),\"k1\":{\"k1\":[7]},\"new\":1}".utf8))
        #expect(object.keys == (0..<count).map { "k\($0)" } + ["new"])
        #expect(object["k1"] == ["k1": [7]])
        #expect(object["k0"] == 0)
    }

    @Test("a key repeated ten thousand times is one member")
    func manyDuplicates() throws {
        let text = "{" + Array(repeating: #""\u0061":1"#, count: 9_999).joined(separator: ",") + #","a":2}"#
        #expect(try JSON.parse(text: text) == ["a": 2])
    }

    @Test("composed and decomposed keys are two members", arguments: [0, 20])
    func bytewiseKeys(others: Int) throws {
        let padding = (0..<others).map { "\"k\($0)\":0," }.joined()
        let object = try JSON.parse(text: "{\(padding)\"\u{e9}\":1,\"e\u{301}\":2}").objectValue
        #expect(object?.count == others + 2)
        #expect(object?["\u{e9}"] == 1)
        #expect(object?["e\u{301}"] == 2)
    }

    @Test("an object is asked for and another kind refused", arguments: ["[]", "1", "null", "\"{}\""])
    func notAnObject(text: String) {
        #expect(throws: JSONError(.notAnObject, at: 0)) { try JSON.parseObject(Array(text.utf8)) }
    }

    @Test(
        "an error says what and where",
        arguments: [
            ("", JSONError(.unexpectedEnd, at: 0)), ("[1, x]", JSONError(.syntax, at: 4)),
            ("{\"a\" 1}", JSONError(.syntax, at: 5)), ("[1] 2", JSONError(.syntax, at: 4)),
            ("[012]", JSONError(.syntax, at: 2)), ("\"abc", JSONError(.unexpectedEnd, at: 4)),
            ("[\"a\u{1}\"]", JSONError(.syntax, at: 3)), ("[1", JSONError(.unexpectedEnd, at: 2)),
            ("tru", JSONError(.unexpectedEnd, at: 3)), ("-", JSONError(.unexpectedEnd, at: 1)),
        ])
    func positions(text: String, wanted: JSONError) {
        #expect(throws: wanted) { try JSON.parse(text: text) }
    }

    @Test("no error text holds any of the document")
    func errorTexts() {
        let reasons: [JSONError.Reason] = [
            .syntax, .unexpectedEnd, .invalidUTF8, .exceeds(.depth), .exceeds(.tokens), .notAnObject,
        ]
        let texts = reasons.map { JSONError($0, at: 7).description }
        #expect(
            texts == [
                "invalid JSON at byte 7", "unexpected end of JSON input", "invalid UTF-8 in JSON at byte 7",
                "JSON exceeds the limit depth at byte 7", "JSON exceeds the limit tokens at byte 7",
                "JSON is not an object",
            ])
        #expect(throws: JSONError(.invalidUTF8, at: 1)) { try JSON.parse([0x22, 0xff, 0x22]) }
    }
}
