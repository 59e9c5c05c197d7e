import CofferJSON
import Testing

struct MergePatchTests {
    @Test(
        "the examples of RFC 7396 appendix A",
        arguments: [
            (#"{"a":"b"}"#, #"{"a":"c"}"#, #"{"a":"c"}"#),
            (#"{"a":"b"}"#, #"{"b":"c"}"#, #"{"a":"b","b":"c"}"#),
            (#"{"a":"b"}"#, #"{"a":null}"#, "{}"),
            (#"{"a":"b","b":"c"}"#, #"{"a":null}"#, #"{"b":"c"}"#),
            (#"{"a":["b"]}"#, #"{"a":"c"}"#, #"{"a":"c"}"#),
            (#"{"a":"c"}"#, #"{"a":["b"]}"#, #"{"a":["b"]}"#),
            (#"{"a":{"b":"c"}}"#, #"{"a":{"b":"d","c":null}}"#, #"{"a":{"b":"d"}}"#),
            (#"{"a":[{"b":"c"}]}"#, #"{"a":[1]}"#, #"{"a":[1]}"#),
            (#"["a","b"]"#, #"["c","d"]"#, #"["c","d"]"#),
            (#"{"a":"b"}"#, #"["c"]"#, #"["c"]"#),
            (#"{"a":"foo"}"#, "null", "null"),
            (#"{"a":"foo"}"#, #""bar""#, #""bar""#),
            (#"{"e":null}"#, #"{"a":1}"#, #"{"e":null,"a":1}"#),
            ("[1,2]", #"{"a":"b","c":null}"#, #"{"a":"b"}"#),
            ("{}", #"{"a":{"bb":{"ccc":null}}}"#, #"{"a":{"bb":{}}}"#),
        ])
    func appendixA(target: String, patch: String, wanted: String) throws {
        let result = try JSON.parse(text: target).mergePatched(with: try JSON.parse(text: patch))
        #expect(result.text == wanted)
    }

    @Test("removed, replaced and new members keep the order of the rest")
    func order() {
        let object: JSONObject = ["a": 1, "b": 2, "c": 3]
        let merged = object.mergePatched(with: ["b": nil, "x": 9, "c": 4, "absent": nil])
        #expect(JSON.object(merged).text == #"{"a":1,"c":4,"x":9}"#)
    }

    @Test("keys are compared by their bytes")
    func bytewise() {
        let merged = (["\u{e9}": 1] as JSONObject).mergePatched(with: ["e\u{301}": nil, "\u{e9}": 2])
        #expect(merged == ["\u{e9}": 2])
    }

    @Test("ten thousand members merge with ten thousand")
    func large() {
        let numbers = 0..<10_000
        let object = JSONObject(uniqueMembers: numbers.map { .init(key: "k\($0)", value: .int($0)) })
        let patch = JSONObject(uniqueMembers: numbers.map { .init(key: "k\($0)", value: $0 % 2 == 0 ? nil : "new") })
        let merged = object.mergePatched(with: patch)
        #expect(merged.count == 5_000)
        #expect(merged.members.allSatisfy { $0.value == "new" })
    }
}
