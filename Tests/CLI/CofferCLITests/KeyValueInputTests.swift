internal import CofferJSON
internal import Testing

@testable internal import CofferCLI

private func values(_ arguments: String..., input: String = "") throws -> JSONObject {
    try KeyValueInput(arguments, input: { Array(input.utf8) }).values
}

@Suite("Data in arguments")
struct KeyValueInputTests {
    @Test("pairs, repeated keys, escapes and empty values")
    func pairs() throws {
        #expect(try values("a=1", "b=x=y", "c=", "") == ["a": "1", "b": "x=y", "c": ""])
        #expect(try values("a=1", "a=2", "a=3") == ["a": ["1", "2", "3"]])
        #expect(try values("a=\\@b") == ["a": "@b"])
    }

    @Test("standard input as a value and as an object, once")
    func input() throws {
        #expect(try values("a=-", input: "text\n") == ["a": "text\n"])
        #expect(try values("a=1", "-", input: #"{"a":2,"n":12345678901234567890}"#).count == 2)
        let error = #expect(throws: KeyValueInput.Malformed.self) { try values("a=-", "b=-") }
        #expect(error?.description == #"invalid key/value pair "b=-": stdin already consumed"#)
    }

    @Test("what was typed as a value is in no error", arguments: ["canary", "-canary"])
    func noValueInErrors(argument: String) {
        let error = #expect(throws: KeyValueInput.Malformed.self) { try values(argument) }
        #expect(error?.description == "invalid key/value pair: format must be key=value")
    }

    @Test("broken JSON is told without its content")
    func brokenJSON() {
        let error = #expect(throws: KeyValueInput.Malformed.self) { try values("-", input: "{canary") }
        #expect(error?.description.contains("canary") == false)
    }

    @Test("texts and query parameters of the values")
    func texts() throws {
        let input = try KeyValueInput(["-", "x=y"], input: { Array(#"{"n":1,"b":true,"l":["p","q"]}"#.utf8) })
        #expect(input.texts == nil)
        #expect(input.parameters.map { "\($0.name)=\($0.value)" } == ["n=1", "b=1", "l=p", "l=q", "x=y"])
    }
}
