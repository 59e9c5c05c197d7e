import CofferJSON
import Testing

struct JSONLimitsTests {
    @Test("the defaults are those of the listener")
    func defaults() {
        let limits = JSONLimits()
        #expect(limits.depth == 500)
        #expect(limits.stringBytes == 1_048_576)
        #expect(limits.objectEntries == 10_000)
        #expect(limits.arrayElements == 10_000)
        #expect(limits.tokens == 500_000)
    }

    @Test("depth is allowed at the limit and refused above it", arguments: ["[", "{\"a\":"])
    func depth(opening: String) throws {
        let closing = opening == "[" ? "]" : "}"
        func nested(_ depth: Int) -> String {
            String(repeating: opening, count: depth - 1) + (opening == "[" ? "[]" : "{}")
                + String(repeating: closing, count: depth - 1)
        }
        #expect(throws: Never.self) { try JSON.parse(text: nested(500)) }
        #expect { try JSON.parse(text: nested(501)) } throws: { exceeds($0, .depth) }
        #expect { try JSON.parse(text: "[[]]", limits: JSONLimits(depth: 1)) } throws: { exceeds($0, .depth) }
        #expect { try JSON.parse(text: "[]", limits: JSONLimits(depth: 0)) } throws: { exceeds($0, .depth) }
        #expect(throws: Never.self) { try JSON.parse(text: "1", limits: JSONLimits(depth: 0)) }
    }

    @Test("no setting allows more than the deepest depth")
    func deepest() throws {
        func nested(_ depth: Int) -> String {
            String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        }
        for limits in [JSONLimits.trusted, JSONLimits(depth: .max)] {
            #expect(throws: Never.self) { try JSON.parse(text: nested(JSONLimits.deepest), limits: limits) }
            #expect {
                try JSON.parse(text: nested(JSONLimits.deepest + 1), limits: limits)
            } throws: { exceeds($0, .depth) }
        }
    }

    // CVE-2025-6203: depth.
    @Test("a hundred thousand opening brackets are refused at the first too deep")
    func deepBomb() {
        let bytes = [UInt8](repeating: UInt8(ascii: "["), count: 100_000)
        #expect(throws: JSONError(.exceeds(.depth), at: 500)) { try JSON.parse(bytes) }
        #expect(throws: JSONError(.exceeds(.depth), at: JSONLimits.deepest)) {
            try JSON.parse(bytes, limits: .trusted)
        }
    }

    @Test("strings, keys and numbers are allowed at the limit and refused above it")
    func stringBytes() throws {
        let limits = JSONLimits(stringBytes: 8)
        for text in [#""12345678""#, #"{"12345678":1}"#, "12345678", #""123456é""#, #""\u0041\u0041345678""#] {
            #expect(throws: Never.self) { try JSON.parse(text: text, limits: limits) }
        }
        for text in [
            #""123456789""#, #"{"123456789":1}"#, "123456789", #""1234567é""#, #""\u0041\u00413456789""#,
            #""1234567\u00e9""#, #""123456789\n""#, #""12345678\n""#,
        ] {
            #expect { try JSON.parse(text: text, limits: limits) } throws: { exceeds($0, .stringBytes) }
        }
    }

    @Test("the default length of a string is a mebibyte")
    func longString() {
        let plain = [UInt8](repeating: UInt8(ascii: "x"), count: 1 << 20)
        let quote = [UInt8(ascii: "\"")]
        #expect(throws: Never.self) { try JSON.parse(quote + plain + quote) }
        #expect { try JSON.parse(quote + plain + [0x78] + quote) } throws: { exceeds($0, .stringBytes) }
    }

    @Test("members are allowed at the limit and refused above it, repeated keys included")
    func objectEntries() {
        func object(_ count: Int, _ name: (Int) -> Int) -> String {
            "{" + (0..<count).map { "\"\(name($0))\":0" }.joined(separator: ",") + "}"
        }
        for name in [{ $0 }, { _ in 1 }] as [(Int) -> Int] {
            #expect(throws: Never.self) { try JSON.parse(text: object(10_000, name)) }
            #expect { try JSON.parse(text: object(10_001, name)) } throws: { exceeds($0, .objectEntries) }
        }
    }

    @Test("elements are allowed at the limit and refused above it")
    func arrayElements() {
        func array(_ count: Int) -> String { "[" + Array(repeating: "0", count: count).joined(separator: ",") + "]" }
        #expect(throws: Never.self) { try JSON.parse(text: array(10_000)) }
        #expect { try JSON.parse(text: array(10_001)) } throws: { exceeds($0, .arrayElements) }
        #expect(throws: Never.self) { try JSON.parse(text: array(10_001), limits: .trusted) }
    }

    @Test("tokens are brackets, braces, keys and scalars")
    func tokens() {
        let text = #"{"a":[1,"x",true,null,{}]}"#
        #expect(throws: Never.self) { try JSON.parse(text: text, limits: JSONLimits(tokens: 11)) }
        for allowed in 0...10 {
            #expect { try JSON.parse(text: text, limits: JSONLimits(tokens: allowed)) } throws: { exceeds($0, .tokens) }
        }
    }

    @Test("half a million tokens are allowed and one more refused")
    func defaultTokens() {
        // 100 rows of 2 + 4,997 tokens, the outer brackets, and 98 loose ones.
        func rows(_ loose: Int) -> String {
            let row = "[" + Array(repeating: "0", count: 4_997).joined(separator: ",") + "]"
            return "["
                + (Array(repeating: row, count: 100) + Array(repeating: "0", count: loose)).joined(separator: ",")
                + "]"
        }
        #expect(throws: Never.self) { try JSON.parse(text: rows(98)) }
        #expect { try JSON.parse(text: rows(99)) } throws: { exceeds($0, .tokens) }
    }

    // CVE-2025-6203, CVE-2025-59043: a small body grew many times in memory.
    @Test("three megabytes of empty objects are refused at the ten thousand and first")
    func wideBomb() {
        let bytes = Array(("[" + String(repeating: "{},", count: 1_000_000) + "{}]").utf8)
        #expect(throws: JSONError(.exceeds(.arrayElements), at: 30_001)) { try JSON.parse(bytes) }
    }

    private func exceeds(_ error: any Error, _ limit: JSONError.Limit) -> Bool {
        (error as? JSONError)?.reason == .exceeds(limit)
    }
}
