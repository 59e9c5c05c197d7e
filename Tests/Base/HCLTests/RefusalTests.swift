import HCL
import Testing

@Suite struct RefusalTests {
    @Test(
        "a refusal names the line and the column of the mistake",
        arguments: [
            ("a", 1, 2), ("a =", 1, 4), ("= 1", 1, 1), ("a = ]", 1, 5), ("a = [1", 1, 5), ("\na = [1 2]", 2, 8),
            ("a {\n b = 1", 1, 3), ("a = {", 1, 5), ("}", 1, 1), ("a = 1 }", 1, 7), ("a b = 1", 1, 5),
            ("a 1", 1, 3), ("é = é", 1, 5), ("a = \"x", 1, 5), ("a = \"x\ny\"", 1, 5), ("a = \"\\q\"", 1, 6),
            ("a = \"\\u12\"", 1, 6), ("a = \"\\ud800\"", 1, 6), ("a = \"\\400\"", 1, 6), ("a = \"\\U00110000\"", 1, 6),
            ("a = \"${x\"", 1, 5), ("a = 1 /* x", 1, 7), ("a = 1 / b", 1, 7), ("a: 1", 1, 2), ("a = 'x'", 1, 5),
            ("[1]", 1, 1), ("\"a\" \"b\"", 1, 8), (",", 1, 1), ("a = \"x\\0\"", 1, 7), ("a = \"\\x00\"", 1, 5),
        ])
    func places(text: String, line: Int, column: Int) throws {
        let error = try #require(refusal(of: text))
        #expect(error.line == line)
        #expect(error.column == column)
        #expect(error.description == "At \(line):\(column): \(error.reason)")
    }

    @Test(
        "a refusal repeats nothing of the text",
        arguments: [
            "password = \"hunter2", "password = hunter2", "hunter2: 1", "a \"hunter2\" = 1", "a = \"hunter2\\q\"",
            "a = 1hunter2", "{\"password\": hunter2}", "{\"password\": \"hunter2}", "a = <<hunter2",
        ])
    func quotesNothing(text: String) throws {
        let error = try #require(refusal(of: text))
        #expect(!error.description.contains("hunter2"))
    }

    @Test("bytes that are no UTF-8 are refused")
    func invalidUTF8() {
        for bytes in [[0x61, 0x3d, 0x22, 0xff, 0x22], [0xc3], [0x61, 0x3d, 0x22, 0xed, 0xa0, 0x80, 0x22]] as [[UInt8]] {
            #expect(throws: HCLError.self) { try HCLDocument.parse(bytes) }
        }
    }

    @Test("objects and lists nest as deep as the limit and no deeper")
    func depth() {
        let limits = HCLLimits(depth: 4)
        for (open, close) in [("a { ", "}"), ("a = { ", "}")] {
            let fits = String(repeating: open, count: 4) + String(repeating: close, count: 4)
            #expect(refusal(of: fits, limits: limits) == nil)
            #expect(refusal(of: open + fits + close, limits: limits) != nil)
        }
        #expect(refusal(of: "a = [[[[]]]]", limits: limits) == nil)
        #expect(refusal(of: "a = [[[[[]]]]]", limits: limits) != nil)
        #expect(refusal(of: "a = [{b = [{}]}]", limits: limits) == nil)
        #expect(refusal(of: "a = [{b = [{c = []}]}]", limits: limits) != nil)
    }

    @Test("no setting lets objects nest deeper than a hundred levels, in either form")
    func depthCeiling() {
        let limits = HCLLimits(depth: 1_000_000)
        #expect(limits.depth == 100)
        let deep = 50_000
        #expect(refusal(of: "a = " + String(repeating: "[", count: deep), limits: limits) != nil)
        #expect(refusal(of: String(repeating: "a {", count: deep), limits: limits) != nil)
        #expect(refusal(of: String(repeating: "{\"a\":", count: deep), limits: limits) != nil)
        #expect(refusal(of: "{\"a\":" + String(repeating: "[", count: deep), limits: limits) != nil)
    }

    @Test("a text may be as long as the limit and no longer")
    func size() {
        let limits = HCLLimits(bytes: 8)
        #expect(refusal(of: "a = 1 # ", limits: limits) == nil)
        #expect(
            refusal(of: "a = 1 # x", limits: limits)
                == HCLError(line: 1, column: 1, reason: "the text is longer than 8 bytes"))
        #expect(refusal(of: "{\"a\":1} ", limits: limits) == nil)
        #expect(refusal(of: "{\"a\":1}  ", limits: limits) != nil)
        #expect(refusal(of: String(repeating: " ", count: (1 << 20) + 1)) != nil)
    }

    private static let native = """
        # comment
        path "secret/${a "b" {c}}/*" { /* x
          y */ capabilities = ["read", "\\u00e9\\x41\\101\\n"], b = {c = [1, -2.5e3, 0x1f, 0644, true,]}
          text = <<-EOF
            one é
              two
            EOF
        }
        größe "a" b { } // end
        """

    private static let json = """
        {"path": {"secret/*": {"capabilities": ["read", "\\u00e9\\ud83d\\udd11"], "n": [1, -2.5e3, true, {}]}},
        "a": ""}
        """

    @Test("every beginning of a text either parses or is refused at a known place", arguments: [native, json])
    func prefixes(text: String) throws {
        let bytes = Array(text.utf8)
        _ = try HCLDocument.parse(bytes)
        var refused = 0
        for length in 0..<bytes.count {
            do throws(HCLError) {
                _ = try HCLDocument.parse(Array(bytes.prefix(length)))
            } catch {
                refused += 1
                #expect(error.line >= 1 && error.column >= 1)
            }
        }
        #expect(refused > bytes.count / 2)
    }

    @Test("any one byte changed still gives a tree or a refusal", arguments: [native, json])
    func mutations(text: String) {
        let bytes = Array(text.utf8)
        var outcomes = 0
        for index in bytes.indices {
            for byte in [0x00, 0x0a, 0x22, 0x24, 0x3c, 0x5b, 0x5c, 0x7b, 0x7d, 0x80, 0xff] as [UInt8] {
                var changed = bytes
                changed[index] = byte
                if (try? HCLDocument.parse(changed)) == nil { outcomes += 1 }
            }
        }
        #expect(outcomes > 0)
    }
}
