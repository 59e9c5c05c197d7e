import CofferCore
import CofferFramework
import CofferJSON
import CofferSystem
import ServerHarness
import Testing

@Suite struct ServerStateTests {
    @Test("the declarations of sys/ are sound")
    func declarations() throws {
        let server = ServerHarness()
        #expect(PathTableValidator.findings(in: SystemEngine(core: server.core).paths, named: "sys") == [])
    }

    @Test("the version that opened the storage is in its history")
    func history() async throws {
        let server = try await ServerHarness.unsealed()
        let answer = try await server.ok("LIST", "sys/version-history")
        #expect(answer.keys == ["1.21.1"])
        #expect(answer.data?["key_info"]?["1.21.1"]?["previous_version"]?.isNull == true)
        #expect(answer.data?["key_info"]?["1.21.1"]?["timestamp_installed"]?.stringValue?.hasSuffix("Z") == true)
    }

    @Test("a request sees itself in flight, and is gone when it is answered")
    func inFlight() async throws {
        let server = try await ServerHarness.unsealed()
        let answer = try await server.ok("GET", "sys/in-flight-req")
        let entries = answer.json?.objectValue?.members ?? []
        #expect(entries.count == 1)
        #expect(entries.first?.value["request_path"]?.stringValue == "/v1/sys/in-flight-req")
        #expect(entries.first?.value["request_method"]?.stringValue == "GET")
        #expect(server.core.inFlight.count == 0)
        #expect(await server.send("GET", "sys/in-flight-req", token: nil).status == 403)
    }

    @Test("the machine tells its processors, memory and name")
    func host() async throws {
        let server = try await ServerHarness.unsealed()
        let data = try await server.ok("GET", "sys/host-info").data
        #expect((data?["cpu_times"]?.arrayValue?.count ?? 0) > 0)
        #expect((data?["memory"]?["total"]?.intValue ?? 0) > 0)
        #expect(data?["host"]?["os"]?.stringValue == "linux")
        #expect(data?["timestamp"]?.stringValue?.hasSuffix("Z") == true)
    }

    @Test("levels of the log are changed, one or all, and go back")
    func loggers() async throws {
        let server = try await ServerHarness.unsealed()
        #expect(try await server.ok("GET", "sys/loggers").data?["core"]?.stringValue == "info")
        #expect(await server.send("POST", "sys/loggers", ["level": "debug"]).status == 204)
        #expect(try await server.ok("GET", "sys/loggers/core").data?["core"]?.stringValue == "debug")
        #expect(await server.send("POST", "sys/loggers/core", ["level": "err"]).status == 204)
        #expect(try await server.ok("GET", "sys/loggers").data?["core"]?.stringValue == "error")
        #expect(await server.send("DELETE", "sys/loggers/core").status == 204)
        #expect(try await server.ok("GET", "sys/loggers").data?["core"]?.stringValue == "info")
        #expect(await server.send("POST", "sys/loggers/core", ["level": "canary"]).status == 400)
        #expect(await server.send("GET", "sys/loggers/nosuch").status == 400)
    }

    @Test("tokens are counted; what nobody counts says so")
    func counters() async throws {
        let server = try await ServerHarness.unsealed()
        _ = try await server.token(["default"])
        let tokens = try await server.ok("GET", "sys/internal/counters/tokens")
        #expect(tokens.data?["counters"]?["service_tokens"]?["total"]?.intValue == 2)
        let entities = try await server.ok("GET", "sys/internal/counters/entities")
        #expect(entities.data?["counters"]?["entities"]?["total"]?.intValue == 0)
        #expect(await server.send("GET", "sys/internal/counters/requests").status == 404)
        #expect(await server.send("GET", "sys/internal/counters/activity").status == 204)
        #expect(await server.send("POST", "sys/internal/counters/config", ["retention_months": 24]).status == 204)
        let settings = try await server.ok("GET", "sys/internal/counters/config").data
        #expect(settings?["retention_months"]?.intValue == 24)
        #expect(settings?["enabled"]?.stringValue == "default-disabled")
    }

    @Test("reloading by name, and a name that nothing has")
    func reload() async throws {
        let server = try await ServerHarness.unsealed()
        #expect(await server.send("POST", "sys/config/reload/license").status == 204)
        #expect(await server.send("POST", "sys/config/reload/canary").status == 400)
    }

    @Test("a single node answers what a cluster is asked")
    func raft() async throws {
        let server = try await ServerHarness.unsealed()
        let servers = try await server.ok("GET", "sys/storage/raft/configuration").data?["config"]?["servers"]
        #expect(servers?.arrayValue?.count == 1)
        #expect(servers?.arrayValue?.first?["protocol_version"]?.stringValue == "\u{3}")
        #expect(servers?.arrayValue?.first?["voter"]?.boolValue == true)
        let state = try await server.ok("GET", "sys/storage/raft/autopilot/state").data
        #expect(state?["healthy"]?.boolValue == true)
        #expect(state?["voters"]?.arrayValue?.count == 1)
        #expect(state?["non_voters"]?.isNull == true)
        let path = "sys/storage/raft/autopilot/configuration"
        let settings = try await server.ok("GET", path).data
        #expect(settings?["last_contact_threshold"]?.stringValue == "10s")
        #expect(settings?["dead_server_last_contact_threshold"]?.stringValue == "24h0m0s")
        #expect(settings?["max_trailing_logs"]?.intValue == 1000)
        #expect(await server.send("POST", path, ["dead_server_last_contact_threshold": "59s"]).status == 400)
        try await server.ok("POST", path, ["last_contact_threshold": "20s"])
        #expect(try await server.ok("GET", path).data?["last_contact_threshold"]?.stringValue == "20s")
        for name in ["join", "remove-peer", "bootstrap", "bootstrap/challenge", "bootstrap/answer"] {
            #expect(
                await server.send("POST", "sys/storage/raft/" + name, [:]).errors == ["raft storage is not in use"])
        }
    }
}
