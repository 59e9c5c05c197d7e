import CofferBase
import CofferFramework
import CofferJSON
import CofferStorage
import Synchronization
import TestSupport
import Testing

@Suite("Configured databases")
struct ConnectionTests {
    @Test("the path table is sound")
    func soundTable() async throws {
        let harness = try await DatabaseHarness()
        #expect(PathTableValidator.findings(in: harness.engine.engine.paths, named: "database").isEmpty)
    }

    @Test("a configuration is read back without its secrets")
    func secretsAreHidden() async throws {
        let harness = try await DatabaseHarness.configured([
            "private_key": "the key", "connection_url": "x://{{username}}:{{password}}@host/db",
            "max_open_connections": 7,
        ])
        let data = try #require(try await harness.engine.read("config/main").data)
        #expect(data["plugin_name"]?.stringValue == "fake-database-plugin")
        let details = try #require(data["connection_details"]?.objectValue)
        #expect(details.keys.sorted() == ["connection_url", "max_open_connections", "username"])
        #expect(details["connection_url"]?.stringValue == "x://{{username}}:{{password}}@host/db")
        #expect(try await harness.engine.list("config").keys == ["main"])
    }

    @Test(
        "a password inside a URL is warned of, and hidden",
        arguments: [
            ("postgresql://root:first@host:5432/db", "postgresql://root:xxxxx@host:5432/db"),
            ("root:first@tcp(host:3306)/", "root:xxxxx@tcp(host:3306)/"),
            ("host=h user=root password=first dbname=d", "host=h user=root password=xxxxx dbname=d"),
            ("host=h password = 'first and\\' more' dbname=d", "host=h password = xxxxx dbname=d"),
            ("host=h password=fi\\ rst sslpassword=second", "host=h password=xxxxx sslpassword=xxxxx"),
            ("root:fir/st@tcp(host:3306)/", "root:xxxxx@tcp(host:3306)/"),
            ("root:first@tcp(host:3306)/db?proxy=http://x", "root:xxxxx@tcp(host:3306)/db?proxy=http://x"),
            ("postgresql://root:fir/st@host/db", "postgresql://root:xxxxx@host/db"),
        ])
    func passwordInURL(url: String, shown: String) async throws {
        let harness = try await DatabaseHarness.configured()
        let reply = try await harness.engine.write(
            "config/other",
            [
                "plugin_name": "fake-database-plugin", "connection_url": .string(url), "username": "root",
                "password": "first",
            ])
        #expect(reply.warnings.first?.hasPrefix("Password found in connection_url") == true)
        let data = try await harness.engine.read("config/other").data
        #expect(data?["connection_details"]?.objectValue?["connection_url"]?.stringValue == shown)
    }

    @Test("what cannot connect is not stored, and its error holds no password")
    func verification() async throws {
        let harness = try await DatabaseHarness()
        let fields: JSONObject = ["plugin_name": "fake-database-plugin", "username": "root", "password": "canary"]
        let error = await #expect(throws: EngineError.self) { try await harness.engine.write("config/main", fields) }
        #expect(error?.kind == .badRequest)
        #expect(error?.texts.joined().contains("canary") == false)
        #expect(error?.texts.joined().hasPrefix("error creating database object: error verifying connection") == true)
        await #expect(throws: EngineError.notFound) { try await harness.engine.read("config/main") }
        var unverified = fields
        unverified["verify_connection"] = false
        #expect(try await harness.engine.write("config/main", unverified).isEmpty)
    }

    @Test("no secret of a configuration or a role is ever read back (L10)")
    func readBack() async throws {
        let harness = try await DatabaseHarness(FakeDatabase(knowsKeys: true))
        harness.database.set { $0.passwords["root"] = "canary-password" }
        try await harness.configure([
            "password": "canary-password", "private_key": "canary-key",
            "connection_url": "postgresql://root:canary-url@host/db",
        ])
        try await harness.engine.write(
            "roles/certified",
            [
                "db_name": "main", "credential_type": "client_certificate",
                "credential_config": [
                    "ca_cert": .string(TestAuthority.certificate), "ca_private_key": .string(TestAuthority.key),
                    "common_name_template": "x", "key_type": "ec",
                ],
            ])
        harness.database.set { $0.passwords["account"] = "canary-static" }
        try await harness.engine.write(
            "static-roles/account",
            [
                "db_name": "main", "username": "account", "rotation_period": "1h", "password": "canary-static",
                "skip_import_rotation": true,
            ])
        for path in ["config/main", "roles/certified", "static-roles/account"] {
            let text = JSON.object(try #require(try await harness.engine.read(path).data)).serialized()
            let read = String(decoding: text, as: UTF8.self)
            #expect(!read.contains("canary"), "\(path)")
            #expect(!read.contains("PRIVATE KEY"), "\(path)")
        }
    }

    @Test("plugins that are not there are refused")
    func unknownPlugin() async throws {
        let harness = try await DatabaseHarness()
        for fields in [["plugin_name": "oracle-database-plugin"], [:]] as [JSONObject] {
            let error = await #expect(throws: EngineError.self) { try await harness.engine.write("config/x", fields) }
            #expect(error?.kind == .badRequest)
        }
    }

    @Test("a write changes only the fields that it gives")
    func merge() async throws {
        let harness = try await DatabaseHarness.configured()
        try await harness.engine.write("config/main", ["allowed_roles": "one,two"])
        let data = try await harness.engine.read("config/main").data
        #expect(data?["allowed_roles"]?.arrayValue?.compactMap(\.stringValue) == ["one", "two"])
        #expect(data?["connection_details"]?.objectValue?["username"]?.stringValue == "root")
    }

    @Test("a username template that cannot be read is refused")
    func badTemplate() async throws {
        let harness = try await DatabaseHarness.configured()
        await #expect(throws: EngineError.self) {
            try await harness.engine.write("config/main", ["username_template": "{{.DisplayName"])
        }
    }

    @Test("reload and reset make connections anew, and name those that are not there")
    func reset() async throws {
        let harness = try await DatabaseHarness.configured()
        #expect(try await harness.engine.write("reset/main").isEmpty)
        await #expect(throws: EngineError.internal("failed to find entry for connection with name: \"none\"")) {
            try await harness.engine.write("reset/none")
        }
        let data = try await harness.engine.write("reload/fake-database-plugin").data
        #expect(data?["count"]?.intValue == 1)
    }
}
