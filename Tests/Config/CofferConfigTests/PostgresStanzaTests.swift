import CofferConfig
import Testing

@Suite struct PostgresStanzaTests {
    private func read(_ text: String, environment: [String: String] = [:]) throws -> ServerConfiguration {
        var reader = ConfigurationReader()
        try reader.add(
            Array((text + "\nlistener \"tcp\" { address = \"127.0.0.1:8200\" tls_disable = 1 }").utf8), file: "c.hcl")
        return try reader.finish(environment: environment)
    }

    private func settings(_ configuration: ServerConfiguration) throws -> PostgresStorageSettings {
        guard case .postgresql(let settings)? = configuration.storage?.kind else {
            throw ConfigurationError("not postgresql")
        }
        return settings
    }

    @Test("the keys that Vault has, and their defaults")
    func keys() throws {
        let small = try settings(read("storage \"postgresql\" { connection_url = \"postgres://a\" }"))
        #expect(small.table == "coffer_kv_store" && small.leaderTable == "coffer_leader")
        #expect(small.createsTables && !small.isShared && !small.acceptsUnsafeServer)
        let full = try read(
            """
            storage "postgresql" {
              connection_url = "postgres://a"
              table = "t"
              ha_table = "l"
              ha_enabled = "true"
              max_parallel = "128"
              max_idle_connections = 3
              max_connect_retries = 7
              skip_create_table = true
              max_entry_size = 4096
            }
            disable_clustering = true
            """)
        let found = try settings(full)
        #expect(found.table == "t" && found.leaderTable == "l" && found.isShared && !found.createsTables)
        #expect(found.parallelReads == 64 && found.connectRetries == 7)
        #expect(full.storage?.maximumEntrySize == 4096)
        #expect(full.disablesClustering && full.warnings.isEmpty)
    }

    @Test("the environment's URL wins, and without any URL nothing starts")
    func urls() throws {
        let text = "storage \"postgresql\" { connection_url = \"postgres://a\" }"
        let environment = ["VAULT_PG_CONNECTION_URL": "postgres://b"]
        #expect(try settings(read(text, environment: environment)).connectionURL == "postgres://b")
        #expect(
            try settings(read("storage \"postgresql\" {}", environment: environment)).connectionURL == "postgres://b")
        #expect(throws: ConfigurationError.self) { try read("storage \"postgresql\" {}") }
    }

    @Test("ha_storage is the same database, or refused")
    func sharedStorage() throws {
        let storage = "storage \"postgresql\" { connection_url = \"postgres://a\" }\n"
        let same = try settings(
            read(storage + "ha_storage \"postgresql\" { connection_url = \"postgres://a\" ha_table = \"l\" }"))
        #expect(same.isShared && same.leaderTable == "l")
        for other in [
            "ha_storage \"postgresql\" { connection_url = \"postgres://b\" }", "ha_storage \"inmem\" {}",
        ] {
            #expect(throws: ConfigurationError.self) { try read(storage + other) }
        }
        #expect(throws: ConfigurationError.self) {
            try read("storage \"inmem\" {}\nha_storage \"postgresql\" { connection_url = \"postgres://a\" }")
        }
    }
}
