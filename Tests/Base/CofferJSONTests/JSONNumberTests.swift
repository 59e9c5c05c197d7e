import CofferJSON
import Testing

struct JSONNumberTests {
    @Test(
        "a number comes back as the text it came in as",
        arguments: [
            "12345678901234567890", "1e400", "-0", "0.1000", "1E+2", "9007199254740993", "-1.50e-7", "0",
            "3.141592653589793238462643383279502884197",
        ])
    func exactText(text: String) throws {
        let tree = try JSON.parse(text: "{\"n\":\(text)}")
        #expect(tree.text == "{\"n\":\(text)}")
    }

    @Test("integers are exact or nil")
    func integers() throws {
        #expect(try JSON.parse(text: "9223372036854775807").intValue == .max)
        #expect(try JSON.parse(text: "-9223372036854775808").intValue == .min)
        #expect(try JSON.parse(text: "9223372036854775808").intValue == nil)
        #expect(try JSON.parse(text: "1.0").intValue == nil)
        #expect(try JSON.parse(text: "1e2").intValue == nil)
        #expect(try JSON.parse(text: "-0").intValue == 0)
        #expect(JSON.string("1").intValue == nil)
    }

    @Test("doubles are the nearest value")
    func doubles() {
        #expect(JSONNumber(checkedText: "1e400").double == .infinity)
        #expect(JSONNumber(checkedText: "0.1000").double == 0.1)
        #expect(JSONNumber(UInt64.max).text == "18446744073709551615")
    }

    @Test("numbers are equal by their text")
    func equality() {
        #expect(JSON.number(JSONNumber(checkedText: "1")) == 1)
        #expect(JSON.number(JSONNumber(checkedText: "1.0")) != 1)
    }
}
