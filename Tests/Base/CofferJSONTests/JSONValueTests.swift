import CofferJSON
import Testing

struct JSONValueTests {
    @Test("each accessor answers for its own kind only")
    func accessors() {
        let values: [JSON] = [nil, true, 1, "x", [1], ["k": 2]]
        #expect(values.map(\.isNull) == [true, false, false, false, false, false])
        #expect(values.map(\.boolValue) == [nil, true, nil, nil, nil, nil])
        #expect(values.map(\.intValue) == [nil, nil, 1, nil, nil, nil])
        #expect(values.map(\.stringValue) == [nil, nil, nil, "x", nil, nil])
        #expect(values.map(\.arrayValue) == [nil, nil, nil, nil, [1], nil])
        #expect(values.map(\.objectValue) == [nil, nil, nil, nil, nil, ["k": 2]])
        #expect(values.map { $0["k"] } == [nil, nil, nil, nil, nil, 2])
        #expect(JSON.strings(["a", "b"]) == ["a", "b"])
        #expect(JSON.int(UInt8(7)) == 7)
    }

    @Test("setting adds, replaces in place and removes")
    func subscripts() {
        var object: JSONObject = ["a": 1, "b": 2, "a": 3]
        #expect(object.members.map(\.value) == [3, 2])
        object["c"] = "new"
        object["b"] = nil
        object["absent"] = nil
        object.append("d", nil)
        #expect(object.keys == ["a", "c", "d"])
        #expect(object.count == 3)
        #expect(!object.isEmpty)
        #expect(JSONObject().isEmpty)
    }

    @Test("keys sort by their bytes")
    func sorting() {
        let object: JSONObject = ["é": 1, "z": 2, "Z": 3, "e\u{301}": 4, "": 5]
        #expect(object.sortedByKey.keys == ["", "Z", "e\u{301}", "z", "é"])
    }

    @Test("the order of members is no part of the value")
    func orderFreeEquality() {
        let left: JSON = ["a": 1, "b": ["c": 2, "d": [3]]]
        #expect(left == ["b": ["d": [3], "c": 2], "a": 1])
        #expect(left != ["b": ["d": [3], "c": 4], "a": 1])
        #expect(left != ["b": ["d": [3], "c": 2]])
        #expect(left != ["b": ["d": [3], "c": 2], "x": 1])
        #expect(JSON.array([1, 2]) != [2, 1])
    }

    @Test("canonically equivalent strings and keys are different")
    func bytewiseEquality() {
        #expect(JSON.string("\u{e9}") != .string("e\u{301}"))
        #expect(JSON.object(["\u{e9}": 1]) != .object(["e\u{301}": 1]))
        #expect(!sameBytes("\u{e9}", "e\u{301}"))
        #expect(!sameBytes("\u{212b}", "\u{e5}"))
        #expect(sameBytes("", "") && sameBytes("a", "a") && !sameBytes("a", "b") && !sameBytes("a", ""))
    }
}
