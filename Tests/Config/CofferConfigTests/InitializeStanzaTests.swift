import CofferConfig
import CofferJSON
import Testing

@Suite struct InitializeStanzaTests {
    private static let base = """
        storage "inmem" {}
        listener "tcp" { tls_disable = true }

        """

    private func read(_ text: String) throws -> ServerConfiguration {
        var reader = ConfigurationReader()
        try reader.add(Array((Self.base + text).utf8), file: "test.hcl")
        return try reader.finish(environment: [:])
    }

    @Test("stanzas and requests keep their order, values their types")
    func requests() throws {
        let configuration = try read(
            """
            initialize "b" {
              request "one" {
                operation = "update"
                path = "sys/mounts/kv"
                data = {
                  type = "kv"
                  options = { version = "2" }
                  list = ["a", "b"]
                  flag = true
                  number = 7
                  share = 0.5
                }
              }
              request "two" { operation = "read" path = "x" allow_failure = true token = "t" }
            }
            initialize "a" {
              request "one" { operation = "delete" path = "y" }
              keys { folder = "/keys" shares = 3 threshold = 2 }
            }
            """)
        let requests = configuration.initialization.requests
        #expect(requests.map(\.name) == ["b/one", "b/two", "a/one"])
        #expect(
            requests[0].data == [
                "type": "kv", "options": ["version": "2"], "list": ["a", "b"], "flag": true, "number": 7,
                "share": try JSON.parse(Array("0.5".utf8)),
            ])
        #expect(requests[1].allowsFailure && requests[1].token == "t" && requests[2].operation == "delete")
        let keys = try #require(configuration.initialization.keys)
        #expect(keys.folder == "/keys" && keys.shares == 3 && keys.threshold == 2 && !keys.keepsRootToken)
        #expect(configuration.warnings.isEmpty)
    }

    @Test("the JSON form is the same")
    func json() throws {
        var reader = ConfigurationReader()
        let text = """
            {"storage": {"inmem": {}}, "listener": [{"tcp": {"tls_disable": true}}],
             "audit": [{"file": {"main": {"options": {"file_path": "/a/b", "log_raw": true}}}}],
             "initialize": [{"first": {"request": [{"one": {"operation": "update", "path": "p",
               "data": {"a": {"b": [1]}}}}]}}]}
            """
        try reader.add(Array(text.utf8), file: "test.json")
        let configuration = try reader.finish(environment: [:])
        #expect(configuration.initialization.requests.map(\.name) == ["first/one"])
        #expect(configuration.initialization.requests.first?.data == ["a": ["b": [1]]])
        #expect(configuration.auditDevices.first?.options == ["file_path": "/a/b", "log_raw": "true"])
    }

    @Test(
        "what makes no sense is refused with its place",
        arguments: [
            "initialize \"1x\" { request \"a\" { operation = \"read\" path = \"x\" } }",
            "initialize \"x\" { request \"a\" { operation = \"destroy\" path = \"x\" } }",
            "initialize \"x\" { request \"a\" { operation = \"read\" } }",
            "initialize \"x\" { request \"a\" { operation = \"read\" path = \"/x\" } }",
            "initialize \"x\" { secret = \"s\" }",
            "initialize \"x\" { keys { folder = \"relative\" } }",
            "initialize \"x\" { keys { folder = \"/k\" shares = 2 threshold = 1 } }",
            "initialize \"x\" { keys { folder = \"/k\" shares = 2 threshold = 2 pgp_keys = [\"/a\"] } }",
            "initialize \"x\" { keys { folder = \"/a\" } keys { folder = \"/b\" } }",
            "audit \"file\" { options { file_path = \"/a\" } }",
            "audit \"file\" \"a\" { options = \"x\" }",
            "audit_directory = \"relative\"",
        ])
    func refused(_ text: String) {
        #expect(throws: ConfigurationError.self) { try read(text) }
    }

    @Test("two requests or two devices of one name are refused")
    func repeated() {
        let request = "request \"a\" { operation = \"read\" path = \"x\" }"
        #expect(throws: ConfigurationError.self) { try read("initialize \"x\" { \(request) \(request) }") }
        let device = "audit \"file\" \"a\" { options { file_path = \"/a\" } }\n"
        #expect(throws: ConfigurationError.self) { try read(device + device) }
    }
}
