import CofferJSON
import PolicyService
import Testing

@Suite struct ParsingTests {
    @Test("native form and JSON form give the same rules")
    func forms() throws {
        let native = """
            name = "ignored"
            # comment
            path "/secret/*" {
              comment = "for the team"
              capabilities = ["read", "list"]
              allowed_parameters = { "a" = ["1"] }
              min_wrapping_ttl = "1m"
            }
            path "sys/health" { capabilities = ["deny"] }
            """
        let json = """
            {"name": "ignored", "path": {
              "/secret/*": {"comment": "x", "capabilities": ["read", "list"], "allowed_parameters": {"a": ["1"]},
                "min_wrapping_ttl": "1m"},
              "sys/health": {"capabilities": ["deny"]}}}
            """
        let list = """
            {"path": [{"/secret/*": {"capabilities": ["read", "list"], "allowed_parameters": {"a": "1"},
            "min_wrapping_ttl": 60}}, {"sys/health": {"capabilities": "deny"}}]}
            """
        for text in [native, json, list] {
            let policy = try Policy.parse(name: "Team", namespace: "root", text: text)
            #expect(policy.name == "team")
            #expect(policy.text == text)
            #expect(policy.rules.map(\.pattern) == ["secret/*", "sys/health"])
            #expect(policy.rules.map(\.capabilities) == [[.read, .list], [.deny]])
            #expect(policy.rules.first?.minimumWrappingTTL == .seconds(60))
            #expect(policy.rules.first?.allowedParameters?.keys.sorted() == ["a"])
        }
    }

    @Test("an empty text is a policy that gives nothing", arguments: ["", " \n", "# nothing", "{}", "name = \"x\""])
    func empty(text: String) throws {
        #expect(try Policy.parse(name: "p", namespace: "root", text: text).rules.isEmpty)
    }

    @Test(
        "what is wrong is refused with its line and column",
        arguments: [
            ("paths \"a\" {}", 1, 1), ("path \"a\" {}\n  capabilities = [\"read\"]", 2, 3),
            ("path = \"a\"", 1, 1), ("path \"a\" {}\n path = [\"b\"]", 2, 2),
            ("path \"a\" {\n capability = [\"read\"]\n}", 2, 2), ("path \"a\" {\n Capabilities = [\"read\"]\n}", 2, 2),
            ("path \"a\" { capabilities = [\"raed\"] }", 1, 12),
            ("path \"a\" { capabilities = [\"read\", \"\"] }", 1, 12),
            ("path \"a\" { capabilities = [\"READ\"] }", 1, 12), ("path \"a\" { capabilities = [[\"read\"]] }", 1, 12),
            ("path \"a\" { capabilities { read = true } }", 1, 12), ("path \"a\" { policy = \"root\" }", 1, 12),
            ("path \"a\" { policy = [\"read\"] }", 1, 12), ("path \"a/+*\" { capabilities = [\"read\"] }", 1, 1),
            ("path { capabilities = [\"read\"] }", 1, 1), ("path \"a\" \"b\" { capabilities = [\"read\"] }", 1, 1),
            ("path \"a\" { min_wrapping_ttl = \"x\" }", 1, 12), ("path \"a\" { max_wrapping_ttl = \"-5s\" }", 1, 12),
            ("path \"a\" { min_wrapping_ttl = [1] }", 1, 12),
            ("\npath \"a\" { min_wrapping_ttl = 10, max_wrapping_ttl = 5 }", 2, 1),
            ("path \"a\" { allowed_parameters = [\"x\"] }", 1, 12), ("path \"a\" { denied_parameters = \"x\" }", 1, 12),
            ("path \"a\" { denied_parameters = {\n \"x\" = [{}] } }", 2, 2),
            ("path \"a\" { required_parameters = [\"x\", {}] }", 1, 12),
            ("path \"a\" { required_parameters { x = 1 } }", 1, 12),
            ("path \"a\" {\n capabilities = [\"read\"", 2, 17), ("path \"a\" {", 1, 10), ("path \"a", 1, 6),
            ("path", 1, 5),
        ])
    func places(text: String, line: Int, column: Int) throws {
        let error = try #require(refusal(of: text))
        #expect(error.hasPrefix("failed to parse policy: At \(line):\(column): "))
    }

    @Test(
        "a repeated key is refused: one of the two would be lost",
        arguments: [
            "path \"a\" { capabilities = [\"deny\"]\n capabilities = [\"read\"] }",
            "path \"a\" { denied_parameters = { x = [] }\n denied_parameters = { y = [] } }",
            "path \"a\" { denied_parameters { x = [] }\n denied_parameters { y = [] } }",
            "path \"a\" { allowed_parameters = { x = [\"1\"]\n X = [] } }",
            "{\"path\": {\"a\": {\"capabilities\": [\"deny\"], \"capabilities\": [\"read\"]}}}",
            "{\"path\": {\"a\": {\"capabilities\": [\"deny\"]}, \"a\": {\"capabilities\": [\"read\"]}}}",
            "{\"path\": {\"a\": {\"capabilities\": [\"deny\"]}}, \"path\": {\"b\": {\"capabilities\": [\"read\"]}}}",
        ])
    func repetition(text: String) throws {
        #expect(try #require(refusal(of: text)).contains("repeated"))
    }

    @Test("the same path in two blocks of one policy is joined, and deny wins")
    func repeatedPaths() throws {
        #expect(try acl(path("a", "read") + path("a", "list")).capabilities("a") == ["list", "read"])
        #expect(try acl(path("a", "deny") + path("a", "list")).capabilities("a") == ["deny"])
    }

    @Test("a null never loosens a rule")
    func nulls() throws {
        #expect(refusal(of: "{\"path\": {\"a\": {\"capabilities\": [null]}}}") != nil)
        #expect(refusal(of: "{\"path\": {\"a\": {\"allowed_parameters\": {\"x\": [null]}}}}") != nil)
        let text =
            "{\"path\": {\"a\": {\"capabilities\": [\"update\"], \"allowed_parameters\": {\"x\": null, \"y\": []}}}}"
        #expect(try !acl(text).allows(.update, "a", ["x": 1]))
        #expect(try acl("{\"path\": {\"a\": {\"capabilities\": null}}}").capabilities("a") == ["deny"])
    }

    @Test("a refusal repeats no value of the text")
    func quotesNothing() throws {
        for text in ["path \"a\" { capabilities = [\"hunter2\"] }", "path \"a\" { min_wrapping_ttl = \"hunter2\" }"] {
            #expect(try !#require(refusal(of: text)).contains("hunter2"))
        }
    }

    @Test("every beginning of a policy is refused or gives no more than the whole")
    func prefixes() throws {
        let text = """
            path "a/*" { capabilities = ["read", "deny"] }
            path "b" {
              capabilities = ["update"]
              denied_parameters = { "x" = [], "y" = ["1"] }
              required_parameters = ["z"]
            }
            """
        var whole = 0
        for length in 0...text.utf8.count {
            let prefix = String(decoding: text.utf8.prefix(length), as: UTF8.self)
            guard let policy = try? Policy.parse(name: "p", namespace: "root", text: prefix) else { continue }
            let acl = ACL(policies: [policy], isRoot: false)
            #expect(!acl.allows(.read, "a/x"))
            #expect(!acl.allows(.update, "b", ["x": 1, "z": 1]))
            #expect(!acl.allows(.update, "b"))
            whole += 1
        }
        #expect(whole > 1)
    }

    @Test("a policy as large as storage takes is read, a larger one refused")
    func size() {
        let block = path("secret/data/some/where", "read")
        let fits = String(repeating: block, count: (1 << 20) / block.utf8.count)
        #expect(refusal(of: fits) == nil)
        #expect(refusal(of: fits + block) != nil)
    }
}
