import CofferBase
import CofferFramework
import CofferHTTP
import CofferJSON
import ServerHarness
import Testing

/// What a listener takes from a request before it is served.
@Suite struct ForwardedAddressTests {
    private func ask(
        _ server: ServerHarness, _ token: String, _ limits: RequestReader.Limits, _ fields: [(String, String)]
    ) async -> (status: Int, text: String) {
        var (list, connection) = (HTTPFields(), ConnectionInfo())
        for (name, value) in fields + [("X-Vault-Token", token)] { list.add(name, value) }
        connection.remoteAddress = "10.0.0.1"
        let response = await APIHandler(core: server.core, limits: limits).handle(
            HTTPRequest(
                method: "GET", path: "/v1/auth/token/lookup-self", query: nil, fields: list, connection: connection,
                body: HTTPBody(received: [])))
        return (response.status, String(decoding: response.body, as: UTF8.self))
    }

    @Test("the address that a listed proxy tells is the one that tokens are bound to and that is audited")
    func bound() async throws {
        let server = try await ServerHarness.unsealed()
        try await server.ok("POST", "sys/audit/rec", ["type": "recording"])
        // One that never ends would be bound to nothing.
        try await server.ok(
            "POST", "auth/token/roles/near",
            ["token_bound_cidrs": "203.0.113.0/24", "allowed_policies": "default"])
        let made = await server.send("POST", "auth/token/create/near")
        let token = try #require(made.json?["auth"]?.objectValue?["client_token"]?.stringValue)
        var limits = RequestReader.Limits()
        #expect(await ask(server, token, limits, [("X-Forwarded-For", "203.0.113.7")]).status == 403)
        limits.forwardedFor = ForwardedFor(authorized: [try #require(CIDR("10.0.0.0/8"))])
        #expect(await ask(server, token, limits, [("X-Forwarded-For", "203.0.113.7")]).status == 200)
        #expect(server.audit.text.contains("\"remote_address\":\"203.0.113.7\""))
        #expect(await ask(server, token, limits, [("X-Forwarded-For", "192.0.2.1")]).status == 403)
        let missing = await ask(server, token, limits, [])
        #expect(missing.status == 400 && missing.text.contains("missing x-forwarded-for header"))
    }

    @Test("a listener that wants the request header answers nobody who does not send it")
    func requestHeader() async throws {
        let server = try await ServerHarness.unsealed()
        var limits = RequestReader.Limits()
        #expect(await ask(server, "root", limits, []).status == 200)
        limits.requiresRequestHeader = true
        for fields in [[], [("X-Vault-Request", "false")], [("X-Vault-Request", "")]] {
            let answer = await ask(server, "root", limits, fields)
            #expect(answer.status == 412)
            #expect(answer.text == "{\"errors\":[\"missing \\\"X-Vault-Request\\\" header\"]}\n")
        }
        #expect(await ask(server, "root", limits, [("x-vault-request", "true")]).status == 200)
    }
}
