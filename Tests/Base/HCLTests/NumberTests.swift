import HCL
import Testing

@Suite struct NumberTests {
    @Test(
        "a number keeps its literal text",
        arguments: [
            "0", "7", "-1", "0644", "0x1F", "0X1f", "1.5", "-0.5", "1e3", "1E-3", "1.5e+10",
            "12345678901234567890123",
        ])
    func literals(text: String) throws {
        let value = try HCLDocument.parse(text: "a = " + text).body.value(named: "a")
        guard case .number(let kept)? = value else {
            Issue.record("\(text) is no number")
            return
        }
        #expect(kept == text)
    }

    @Test(
        "integers are read by their prefix, from numbers and from strings",
        arguments: [
            ("7", 7), ("-7", -7), ("0", 0), ("-0", 0), ("0644", 0o644), ("-010", -8), ("0x1F", 31), ("-0x10", -16),
            ("9223372036854775807", Int64.max), ("-9223372036854775808", Int64.min),
        ])
    func integers(text: String, expected: Int64) {
        #expect(HCLValue.number(text).intValue == expected)
        #expect(HCLValue.string(text).intValue == expected)
    }

    @Test(
        "what is no integer of 64 bits is none",
        arguments: ["", "-", "1.5", "1e3", "9223372036854775808", "0x", "0x-1", "0x+1", "08", "+1", " 1", "1 ", "--1"])
    func noIntegers(text: String) {
        #expect(HCLValue.string(text).intValue == nil)
    }

    @Test(
        "a malformed number is refused, never cut in two",
        arguments: ["10s", "1.", "1.2.3", "0x", "0xg", "08", "1e", "1e+", "-", "- 1", "-a", "1_000", "0x1g", "1é"])
    func refused(text: String) throws {
        let error = try #require(refusal(of: "a = " + text))
        #expect(error.line == 1)
        #expect(error.column >= 5)
    }
}
