import CofferCore
import CofferHTTP
import CofferJSON
import CofferMetrics
import ServerHarness
import TestSupport
import Testing

/// `sys/metrics`, as dashboards for Vault read it.
@Suite struct MetricsTests {
    private static func prometheus(_ server: ServerHarness) async -> String {
        await server.send("GET", "sys/metrics", query: "format=prometheus").text
    }

    @Test("the series that dashboards for Vault need are there after a few requests")
    func names() async throws {
        let server = try await ServerHarness.unsealed(engines: [LoginEngine.kind])
        try await server.ok("POST", "sys/auth/open", ["type": "open"])
        try await server.ok("POST", "secret/data/x", ["data": ["a": "b"]])
        try await server.ok("GET", "secret/data/x")
        try await server.ok("POST", "auth/open/login/bob", token: nil)
        let text = await Self.prometheus(server)
        for name in [
            "vault_core_unsealed{cluster=\"vault-cluster-", "vault_core_active{",
            "vault_token_count{namespace=\"root\"} 2",
            "vault_token_count_by_policy{namespace=\"root\",policy=\"root\"} 1",
            "vault_token_count_by_auth{namespace=\"root\",auth_method=\"open\"} 1", "vault_expire_num_leases 1",
            "vault_expire_num_irrevocable_leases 0", "vault_route_read_secret__count 1",
            "vault_route_create_secret__count 1", "vault_barrier_get_count", "vault_barrier_put_count",
            "vault_core_handle_request_count", "vault_core_handle_login_request_count 1",
            "vault_core_check_token{quantile=\"0.5\"}", "vault_core_fetch_acl_and_token_sum",
            "vault_audit_log_request_count", "vault_audit_log_response_count", "vault_audit_log_request_failure 0",
            "vault_core_in_flight_requests 1", "vault_runtime_alloc_bytes", "vault_runtime_num_goroutines",
            "vault_runtime_sys_bytes", "vault_inmem_put_count", "vault_token_create_count 1",
            "vault_token_creation{auth_method=\"open\",creation_ttl=\"+Inf\"", "vault_secret_kv_count{",
            "vault_core_response_status_code{code=\"200\",type=\"2xx\"}", "vault_core_mount_table_num_entries{",
            "process_resident_memory_bytes", "process_cpu_seconds_total", "vault_quota_rate_limit_violation 0",
            "# TYPE vault_core_handle_request summary", "# TYPE vault_token_count untyped",
        ] { #expect(text.contains(name), "\(name)") }
    }

    @Test("the form is JSON unless the query or the scraper says otherwise")
    func forms() async throws {
        let server = try await ServerHarness.unsealed()
        let json = await server.send("GET", "sys/metrics")
        #expect(json.fields["content-type"] == "application/json")
        #expect(json["Timestamp"]?.stringValue?.hasSuffix(" +0000 UTC") == true)
        #expect(json["Gauges"]?.arrayValue?.isEmpty == false)
        #expect(json["request_id"] == nil)
        let text = await server.send("GET", "sys/metrics", query: "format=prometheus")
        #expect(text.fields["content-type"]?.hasPrefix("text/plain; version=0.0.4") == true)
        let scraped = await server.send(
            "GET", "sys/metrics", headers: [("Accept", "application/openmetrics-text;version=1.0.0,text/plain;q=0.5")])
        #expect(scraped.text.hasPrefix("# HELP"))
        let unknown = await server.send("GET", "sys/metrics", query: "format=xml")
        #expect(unknown.status == 400)
        #expect(unknown.text == "metric response format \"xml\" unknown")
    }

    @Test("a token is needed, and without a retention time there is no Prometheus")
    func refusals() async throws {
        let server = try await ServerHarness.unsealed { $0.metrics.prometheusRetention = nil }
        #expect(await server.send("GET", "sys/metrics", token: nil).status == 403)
        let text = await server.send("GET", "sys/metrics", query: "format=prometheus")
        #expect(text.status == 400)
        #expect(text.text == "prometheus is not enabled")
    }

    @Test("refusals of quotas are counted by their quota")
    func quotas() async throws {
        let server = try await ServerHarness.unsealed()
        try await server.ok("POST", "sys/quotas/rate-limit/mine", ["rate": 1, "path": "secret"])
        try await server.ok("POST", "sys/quotas/lease-count/few", ["max_leases": 3])
        _ = await server.send("GET", "secret/config")
        #expect(await server.send("GET", "secret/config").status == 429)
        let text = await Self.prometheus(server)
        #expect(text.contains("vault_quota_rate_limit_violation{name=\"mine\"} 1\n"))
        #expect(text.contains("vault_quota_lease_count_max{name=\"few\"} 3\n"))
        #expect(text.contains("vault_quota_lease_count_counter{name=\"few\"} 0\n"))
    }

    @Test("a listener that opens them answers without a token, also of a sealed server, and writes no audit line")
    func opened() async throws {
        let server = try await ServerHarness.unsealed()
        try await server.ok("POST", "sys/audit/rec", ["type": "recording"])
        var limits = RequestReader.Limits()
        limits.openings = ["metrics"]
        let handler = APIHandler(core: server.core, limits: limits)
        func ask(_ path: String) async -> (status: Int, text: String) {
            let request = HTTPRequest(
                method: "GET", path: "/v1/sys/" + path, query: "format=prometheus", fields: HTTPFields(),
                connection: ConnectionInfo(), body: HTTPBody(received: []))
            let response = await handler.handle(request)
            return (response.status, String(decoding: response.body, as: UTF8.self))
        }
        #expect(await ask("metrics").text.contains("vault_core_unsealed{cluster="))
        await server.core.sealNow()
        #expect(await ask("metrics").text.contains("vault_core_unsealed 0\n"))
        #expect(await ask("in-flight-req").status == 503)
        #expect(!server.audit.text.contains("sys/metrics"))
    }
}
