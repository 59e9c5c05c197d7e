import CofferCore
import CofferFramework
import CofferHTTP
import CofferJSON
import ServerHarness
import Testing

/// `redact_*` of a listener.
@Suite struct RedactionTests {
    private static func ask(_ server: ServerHarness, _ path: String, _ limits: RequestReader.Limits) async -> JSON? {
        let handler = APIHandler(core: server.core, limits: limits)
        let request = HTTPRequest(
            method: "GET", path: "/v1/" + path, query: nil, fields: HTTPFields(), connection: ConnectionInfo(),
            body: HTTPBody(received: []))
        return try? JSON.parse(await handler.handle(request).body)
    }

    @Test(
        "version and cluster are kept from whoever asks without a token", arguments: ["sys/health", "sys/seal-status"])
    func redacted(path: String) async throws {
        let server = try await ServerHarness.unsealed()
        var limits = RequestReader.Limits()
        let shown = await Self.ask(server, path, limits)
        #expect(shown?["version"] == "1.21.1")
        #expect(shown?["cluster_name"]?.stringValue?.hasPrefix("vault-cluster-") == true)
        limits.redactions = [.version, .clusterName, .addresses]
        let redacted = await Self.ask(server, path, limits)
        #expect(redacted?["version"] == "")
        #expect(redacted?["coffer_version"] == nil)
        #expect(redacted?["cluster_name"] == nil)
        #expect((redacted?["build_date"] ?? "") == "")
        #expect(redacted?["initialized"] == true)
    }
}
