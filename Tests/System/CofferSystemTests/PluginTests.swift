import CofferCore
import CofferJSON
import ServerHarness
import Testing

@Suite struct PluginTests {
    @Test("built-in engines are the catalogue")
    func catalogue() async throws {
        let server = try await ServerHarness.unsealed()
        let data = try await server.ok("GET", "sys/plugins/catalog").data
        let secret = data?["secret"]?.arrayValue?.compactMap(\.stringValue) ?? []
        #expect(secret.contains("kv"))
        #expect(!secret.contains("system"))
        let detailed = data?["detailed"]?.arrayValue ?? []
        #expect(detailed.contains { $0["name"]?.stringValue == "kv" && $0["builtin"]?.boolValue == true })
        #expect(try await server.ok("LIST", "sys/plugins/catalog/secret").keys == secret)
        let one = try await server.ok("GET", "sys/plugins/catalog/secret/kv").data
        #expect(one?["builtin"]?.boolValue == true)
        #expect(one?["command"]?.stringValue == "")
        #expect(await server.send("GET", "sys/plugins/catalog/secret/nosuch").status == 404)
    }

    @Test("the database plugins are listed and read under Vault's names")
    func databases() async throws {
        let server = try await ServerHarness.unsealed()
        let names = try await server.ok("LIST", "sys/plugins/catalog/database").keys
        #expect(names.contains("postgresql-database-plugin") && names.contains("redis-database-plugin"))
        #expect(names == names.sorted())
        let all = try await server.ok("GET", "sys/plugins/catalog").data
        #expect(all?["database"]?.arrayValue?.compactMap(\.stringValue) == names)
        #expect(
            all?["detailed"]?.arrayValue?.contains {
                $0["name"]?.stringValue == "mysql-database-plugin" && $0["type"]?.stringValue == "database"
            } == true)
        for name in names {
            let one = try await server.ok("GET", "sys/plugins/catalog/database/\(name)").data
            #expect(one?["name"]?.stringValue == name && one?["builtin"]?.boolValue == true)
        }
        #expect(await server.send("GET", "sys/plugins/catalog/database/kv").status == 404)
        #expect(await server.send("GET", "sys/plugins/catalog/secret/redis-database-plugin").status == 404)
    }

    @Test(
        "nothing can be registered, pinned or given a runtime",
        arguments: [
            "sys/plugins/catalog/secret/evil", "sys/plugins/catalog/evil", "sys/plugins/pins/secret/kv",
            "sys/plugins/runtimes/catalog/container/evil",
        ])
    func registration(path: String) async throws {
        let server = try await ServerHarness.unsealed()
        let answer = await server.send("POST", path, ["command": "canary", "sha256": "00", "version": "v1"])
        #expect(answer.status == 400)
        #expect(answer.errors.first?.hasPrefix("external plugins are not supported") == true)
        #expect(await server.send("GET", path).status == 404)
    }

    @Test("a reload makes engines anew and keeps their data")
    func reload() async throws {
        let server = try await ServerHarness.unsealed()
        try await server.ok("POST", "secret/data/x", ["data": ["k": "v"]])
        let answer = try await server.ok("POST", "sys/plugins/reload/backend", ["plugin": "kv"])
        let id = answer.data?["reload_id"]?.stringValue ?? ""
        #expect(id.count == 36)
        #expect(await server.send("GET", "sys/plugins/reload/backend/status", query: "reload_id=\(id)").status == 200)
        #expect(try await server.ok("GET", "secret/data/x").data?["data"]?["k"]?.stringValue == "v")
        #expect(await server.send("POST", "sys/plugins/reload/backend", [:]).status == 400)
    }

    @Test("the raw storage is not there unless the configuration says so")
    func rawIsOff() async throws {
        let server = try await ServerHarness.unsealed()
        #expect(await server.send("LIST", "sys/raw").status == 404)
        #expect(await server.send("GET", "sys/raw/core/mounts").status == 404)
    }

    @Test("the raw storage reads and writes entries, but no keys")
    func raw() async throws {
        let server = try await ServerHarness.unsealed { $0.hasRawStorageEndpoint = true }
        #expect(try await server.ok("LIST", "sys/raw").keys.contains("core/"))
        try await server.ok("POST", "sys/raw/logical/test", ["value": "hello"])
        #expect(try await server.ok("GET", "sys/raw/logical/test").data?["value"]?.stringValue == "hello")
        let encoded = await server.send("GET", "sys/raw/logical/test", query: "encoding=base64")
        #expect(encoded.data?["value"]?.stringValue == "aGVsbG8=")
        try await server.ok("DELETE", "sys/raw/logical/test")
        #expect(await server.send("GET", "sys/raw/logical/test").status == 404)
        for key in ["core/keyring", "core/hsm/barrier-unseal-keys", "core/seal-config", "core/master"] {
            #expect(await server.send("GET", "sys/raw/" + key).status == 400)
            #expect(await server.send("POST", "sys/raw/" + key, ["value": "x"]).status == 400)
            #expect(await server.send("DELETE", "sys/raw/" + key).status == 400)
        }
        let token = try await server.token(["default"])
        #expect(await server.send("LIST", "sys/raw", token: token).status == 403)
    }
}
