import CofferConfig
import Testing

@Suite struct EtcdStanzaTests {
    private func read(_ text: String, environment: [String: String] = [:]) throws -> ServerConfiguration {
        var reader = ConfigurationReader()
        try reader.add(
            Array((text + "\nlistener \"tcp\" { address = \"127.0.0.1:8200\" tls_disable = 1 }").utf8), file: "c.hcl")
        return try reader.finish(environment: environment)
    }

    private func settings(_ configuration: ServerConfiguration) throws -> EtcdStorageSettings {
        guard case .etcd(let settings)? = configuration.storage?.kind else { throw ConfigurationError("not etcd") }
        return settings
    }

    @Test("the keys that Vault has, and their defaults")
    func keys() throws {
        let small = try settings(read("storage \"etcd\" {}"))
        #expect(small.addresses == ["http://127.0.0.1:2379"] && small.path == "/coffer/")
        #expect(!small.isShared && small.synchronizes && small.requestTimeout == .seconds(5))
        let full = try read(
            """
            storage "etcd" {
              address = "https://a:2379, https://b:2379"
              etcd_api = "v3"
              ha_enabled = "true"
              path = "vault/"
              sync = "false"
              username = "u"
              password = "p"
              tls_ca_file = "ca"
              tls_cert_file = "crt"
              tls_key_file = "key"
              request_timeout = "3s"
              lock_timeout = "15s"
              max_entry_size = 4096
            }
            """)
        let found = try settings(full)
        #expect(found.addresses == ["https://a:2379", "https://b:2379"] && found.path == "vault/")
        #expect(found.isShared && !found.synchronizes && found.requestTimeout == .seconds(3))
        #expect(found.username == "u" && found.password == "p")
        #expect(found.authorityFile == "ca" && found.certificateFile == "crt" && found.keyFile == "key")
        #expect(full.storage?.maximumEntrySize == 4096 && full.storage?.isShared == true && full.warnings.isEmpty)
    }

    @Test("what the environment says wins")
    func environment() throws {
        let found = try settings(
            read(
                "storage \"etcd\" { address = \"http://a:1\" username = \"u\" }",
                environment: ["ETCD_ADDR": "http://b:2,http://c:3", "ETCD_USERNAME": "v", "ETCD_PASSWORD": "w"]))
        #expect(found.addresses == ["http://b:2", "http://c:3"] && found.username == "v" && found.password == "w")
    }

    @Test(
        "what is not offered is refused",
        arguments: [
            "discovery_srv = \"example.com\"", "etcd_api = \"v2\"", "address = \"\"", "request_timeout = \"0s\"",
            "max_entry_size = 0",
        ])
    func refusals(_ line: String) {
        #expect(throws: ConfigurationError.self) { try read("storage \"etcd\" {\n\(line)\n}") }
    }

    @Test("ha_storage is the same cluster and path, or refused")
    func sharedStorage() throws {
        let storage = "storage \"etcd\" { address = \"http://a:1,http://b:1\" }\n"
        #expect(
            try settings(read(storage + "ha_storage \"etcd\" { address = \"http://b:1,http://a:1\" }")).isShared)
        for other in [
            "ha_storage \"etcd\" { address = \"http://c:1\" }",
            "ha_storage \"etcd\" { address = \"http://a:1,http://b:1\" path = \"/other/\" }",
            "ha_storage \"postgresql\" { connection_url = \"postgres://b\" }",
        ] {
            #expect(throws: ConfigurationError.self) { try read(storage + other) }
        }
        #expect(throws: ConfigurationError.self) { try read("storage \"inmem\" {}\nha_storage \"etcd\" {}") }
    }
}
