import CofferHTTP
import CofferJSON
import ServerHarness
import Testing

@Suite struct CORSTests {
    @Test("off by default: an origin changes nothing")
    func off() async throws {
        let server = try await ServerHarness.unsealed()
        let read = try await server.ok("GET", "sys/config/cors")
        #expect(read["enabled"]?.boolValue == false)
        #expect(read.data?["enabled"]?.boolValue == false)
        let answer = await server.send("GET", "sys/health", headers: [("Origin", "https://a.example")])
        #expect(answer.status == 200)
        #expect(answer.fields["access-control-allow-origin"] == nil)
    }

    @Test("allowed origins are told so, others are refused")
    func origins() async throws {
        let server = try await ServerHarness.unsealed()
        let settings: JSON = ["enable": true, "allowed_origins": "https://a.example", "allowed_headers": ["X-Own"]]
        #expect(await server.send("POST", "sys/config/cors", settings).status == 204)
        let good = await server.send("GET", "sys/health", headers: [("Origin", "https://a.example")])
        #expect(good.fields["access-control-allow-origin"] == "https://a.example")
        #expect(good.fields["vary"] == "Origin")
        let bad = await server.send("GET", "sys/health", headers: [("Origin", "https://b.example")])
        #expect(bad.status == 403)
        #expect(bad.errors == ["origin not allowed"])
        let preflight = await server.send("OPTIONS", "sys/health", headers: [("Origin", "https://a.example")])
        #expect(preflight.status == 204)
        #expect(preflight.fields["access-control-allow-methods"] == "DELETE,GET,OPTIONS,POST,PUT,LIST")
        #expect(preflight.fields["access-control-max-age"] == "300")
        #expect(preflight.fields["access-control-allow-headers"]?.hasSuffix("X-Vault-Token,X-Own") == true)
        #expect(await server.send("DELETE", "sys/config/cors").status == 204)
        let after = await server.send("GET", "sys/health", headers: [("Origin", "https://b.example")])
        #expect(after.status == 200)
    }

    @Test("settings that contradict themselves are refused")
    func refusals() async throws {
        let server = try await ServerHarness.unsealed()
        #expect(await server.send("POST", "sys/config/cors", ["enable": true]).status == 400)
        #expect(
            await server.send("POST", "sys/config/cors", ["allowed_origins": ["*", "https://a.example"]]).status == 400)
    }

    @Test("headers of the user interface are kept; the server's own cannot be set")
    func uiHeaders() async throws {
        let server = try await ServerHarness.unsealed()
        #expect(await server.send("POST", "sys/config/ui/headers/X-One", ["values": ["a", "b"]]).status == 204)
        #expect(try await server.ok("LIST", "sys/config/ui/headers").keys == ["x-one"])
        #expect(try await server.ok("GET", "sys/config/ui/headers/x-one").data?["value"]?.stringValue == "a")
        let all = await server.send("GET", "sys/config/ui/headers/X-One", query: "multivalue=true")
        #expect(all.data?["values"]?.arrayValue?.compactMap(\.stringValue) == ["a", "b"])
        #expect(await server.send("POST", "sys/config/ui/headers/X-Vault-A", ["values": "a"]).status == 400)
        #expect(await server.send("POST", "sys/config/ui/headers/x-two", ["values": ["a\r\nb"]]).status == 400)
        #expect(await server.send("DELETE", "sys/config/ui/headers/X-One").status == 204)
        #expect(await server.send("LIST", "sys/config/ui/headers").status == 404)
    }
}
