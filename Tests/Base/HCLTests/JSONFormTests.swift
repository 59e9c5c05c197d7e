import HCL
import Testing

@Suite struct JSONFormTests {
    @Test(
        "the JSON form becomes the tree it says",
        arguments: [
            ("{}", ""),
            (" \n{\"a\": 1}", "a=1"),
            ("{\"a\": \"x\", \"b\": true, \"c\": 1.50, \"d\": [1, \"2\", []]}", "a=\"x\" b=true c=1.50 d=[1,\"2\",[]]"),
            ("{\"a\": {\"b\": {\"c\": 1}}}", "a={b={c=1}}"),
            ("{\"a\": null, \"b\": 1}", "b=1"),
            ("{\"a\": \"\\u00e9\\n\\/\"}", "a=\"é\n/\""),
            ("{\"n\": 12345678901234567890}", "n=12345678901234567890"),
        ])
    func trees(text: String, expected: String) throws {
        #expect(try shape(of: text) == expected)
    }

    @Test("labels and repeated blocks read alike in every way to write them")
    func blocks() throws {
        let spellings = [
            "listener \"tcp\" { address = \"1\" }\nlistener \"unix\" { address = \"2\" }",
            "listener = [{ tcp = { address = \"1\" } }, { unix = { address = \"2\" } }]",
            "listener { tcp { address = \"1\" } }\nlistener { unix { address = \"2\" } }",
            "{\"listener\": [{\"tcp\": {\"address\": \"1\"}}, {\"unix\": {\"address\": \"2\"}}]}",
            "{\"listener\": {\"tcp\": {\"address\": \"1\"}, \"unix\": {\"address\": \"2\"}}}",
            "{\"listener\": [{\"tcp\": [{\"address\": \"1\"}]}, {\"unix\": [{\"address\": \"2\"}]}]}",
        ]
        for spelling in spellings {
            let blocks = try #require(try HCLDocument.parse(text: spelling).body.blocks(named: "listener", labels: 1))
            #expect(blocks.map(\.labels) == [["tcp"], ["unix"]])
            #expect(blocks.map { $0.body.value(named: "address")?.stringValue } == ["1", "2"])
        }
    }

    @Test("a block keeps the place it was written at; in JSON there is none")
    func positions() throws {
        let native = try HCLDocument.parse(text: "\n  a \"x\" {}").body.blocks(named: "a", labels: 1)
        #expect(native?.first?.position == HCLPosition(line: 2, column: 3))
        let json = try HCLDocument.parse(text: "{\"a\": {\"x\": {\"k\": 1}}}").body.blocks(named: "a", labels: 1)
        #expect(json?.first?.position == .unknown)
        #expect(HCLPosition.unknown.isKnown == false)
    }

    @Test("too few labels give a block with fewer, too many a block inside the block")
    func labelCounts() throws {
        let few = try HCLDocument.parse(text: "a { k = 1 }").body.blocks(named: "a", labels: 1)
        #expect(few?.map(\.labels) == [[]])
        let many = try HCLDocument.parse(text: "a \"x\" \"y\" { k = 1 }").body.blocks(named: "a", labels: 1)
        #expect(many?.map(\.labels) == [["x"]])
        #expect(many?.map { shape($0.body) } == ["y{k=1}"])
    }

    @Test("what is no object is no block", arguments: ["a = 1", "a = [1]", "a = [{}, 1]", "{\"a\": \"x\"}"])
    func noBlocks(text: String) throws {
        #expect(try HCLDocument.parse(text: text).body.blocks(named: "a", labels: 1) == nil)
    }

    @Test(
        "a refusal names the line and the column of the mistake",
        arguments: [
            ("{", 1, 2), ("{\"a\" 1}", 1, 6), ("{\n \"é\": x}", 2, 7), ("{\"a\": 1} 2", 1, 10), ("{a: 1}", 1, 2),
        ])
    func places(text: String, line: Int, column: Int) throws {
        let error = try #require(refusal(of: text))
        #expect(error.line == line)
        #expect(error.column == column)
    }

    @Test(
        "a repeated key is refused: the first value must not vanish unseen",
        arguments: [
            "{\"a\": 1, \"a\": 2}", "{\"b\": {\"a\": 1, \"c\": [{}, \"a\"], \"a\": 2}}", "{\"a\": 1, \"\\u0061\": 2}",
            "{\"x\": [{\"a\": 1, \"a\": 1}]}", "{\"a\\\"\": 1, \"a\\\"\": 2}", "{\"\": 1, \"\": 2}",
        ])
    func repeatedKeys(text: String) throws {
        #expect(try #require(refusal(of: text)).reason == "a key is repeated in the same object")
    }

    @Test(
        "the same key in different objects is no repetition",
        arguments: [
            "{\"a\": {\"a\": {\"a\": \"a\"}}}", "{\"a\": [{\"a\": 1}, {\"a\": 2}], \"b\": {\"a\": 1}}",
            "{\"a\": \"b\", \"b\": \"a\", \"c\": [\"a\", \"a\"], \"d\": \"\\\"a\\\": 1\"}",
        ])
    func keysOfOtherObjects(text: String) {
        #expect(refusal(of: text) == nil)
    }

    @Test("a null in a list is refused: without it the list would mean something else")
    func nullInList() {
        #expect(refusal(of: "{\"a\": [null]}") != nil)
        #expect(refusal(of: "{\"a\": [1, [null, 2]]}") != nil)
    }
}
