import CofferBase
import PolicyService
import TestSupport
import Testing

@Suite struct PasswordPolicyTests {
    private static let strong = """
        length = 20
        rule "charset" {
          charset = "abcdefghijklmnopqrstuvwxyz"
          min-chars = 1
        }
        rule "charset" {
          charset = "0123456789"
          min-chars = 3
        }
        rule "charset" {
          charset = "!@#"
        }
        """

    @Test("passwords have the length, only the characters, and as many of each as the rules say")
    func passwords() throws {
        let policy = try PasswordPolicy.parse(Self.strong)
        let random = RandomSource.seeded(7)
        var seen: Set<String> = []
        for _ in 0..<200 {
            let password = try policy.password(from: random)
            seen.insert(password)
            #expect(password.count == 20)
            #expect(password.filter { "0123456789".contains($0) }.count >= 3)
            #expect(password.contains { "abcdefghijklmnopqrstuvwxyz".contains($0) })
            #expect(password.allSatisfy { "abcdefghijklmnopqrstuvwxyz0123456789!@#".contains($0) })
        }
        #expect(seen.count == 200)
    }

    @Test("the JSON form is read too")
    func json() throws {
        let policy = try PasswordPolicy.parse(
            "{\"length\": 8, \"rule\": [{\"charset\": {\"charset\": \"ab\", \"min-chars\": 2}}]}")
        #expect(policy.length == 8)
        #expect(policy.rules.map(\.minimum) == [2])
        #expect(try policy.password(from: .seeded(1)).allSatisfy { $0 == "a" || $0 == "b" })
    }

    @Test("a character that is written twice is not drawn more often")
    func repetition() throws {
        let policy = try PasswordPolicy.parse("length = 1000\nrule \"charset\" { charset = \"aaaaaaaaab\" }")
        let password = try policy.password(from: .seeded(3))
        #expect((400...600).contains(password.filter { $0 == "b" }.count))
    }

    @Test(
        "what is no policy is refused, and repeated nowhere",
        arguments: [
            "", "length = 20", "length = 3\nrule \"charset\" { charset = \"canary\" }",
            "length = 100000\nrule \"charset\" { charset = \"canary\" }",
            "length = 20\nrule \"canary\" { charset = \"abc\" }", "length = 20\nrule \"charset\" { charset = \"\" }",
            "length = 4\nrule \"charset\" {\n charset = \"canary\"\n min-chars = 5\n}",
            "length = 20\nrule \"charset\" {\n charset = \"canary\"\n min-chars = -1\n}",
            "length = 20\nrule \"charset\" { charset = \"canary\\n\" }",
            "length = 20\ncanary = 1\nrule \"charset\" { charset = \"abc\" }",
            "length = 20\nrule \"charset\" {\n charset = \"abc\"\n canary = 1\n}",
        ])
    func refusals(text: String) {
        let error = #expect(throws: PolicyError.self) { try PasswordPolicy.parse(text) }
        #expect(error?.text.contains("canary") == false)
    }

    @Test("rules that are met too rarely are an error, not an endless search")
    func impossible() throws {
        let letters = (0x21...0x7e).map { String(UnicodeScalar(UInt8($0))) }.filter { $0 != "\"" && $0 != "\\" }
            .joined()
        let policy = try PasswordPolicy.parse(
            "length = 30\nrule \"charset\" { charset = \"\(letters)\" }\n"
                + "rule \"charset\" {\n charset = \"0\"\n min-chars = 30\n}")
        #expect(throws: PolicyError.self) { try policy.password(from: .seeded(1)) }
    }
}
