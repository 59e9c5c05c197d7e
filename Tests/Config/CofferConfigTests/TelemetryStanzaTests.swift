import CofferConfig
import Testing

@Suite struct TelemetryStanzaTests {
    private func read(_ text: String, listener: String = "") throws(ConfigurationError) -> ServerConfiguration {
        var reader = ConfigurationReader()
        let rest = "storage \"inmem\" {}\nlistener \"tcp\" { tls_disable = 1\n\(listener)\n}\n"
        try reader.add(Array((text + "\n" + rest).utf8), file: "a.hcl")
        return try reader.finish(environment: [:])
    }

    @Test("a stanza as Vault's documentation has it")
    func telemetry() throws {
        let found = try read(
            """
            telemetry {
              prometheus_retention_time = "30s"
              disable_hostname = true
              metrics_prefix = "own"
              usage_gauge_period = "5m"
              statsd_address = "stats.example:8125"
              statsite_address = "127.0.0.1:8126"
              filter_default = false
              prefix_filter = ["+vault.token", "-vault.expire", "+vault.expire.num_leases"]
              maximum_gauge_cardinality = 500
            }
            """)
        #expect(found.warnings.isEmpty)
        let telemetry = found.telemetry
        #expect(telemetry.prometheusRetention == .seconds(30))
        #expect(telemetry.hidesHostName && telemetry.prefix == "own" && !telemetry.filterDefault)
        #expect(telemetry.usagePeriod == .seconds(300))
        #expect(telemetry.statsdAddress?.host == "stats.example" && telemetry.statsdAddress?.port == 8125)
        #expect(telemetry.statsiteAddress?.host == "127.0.0.1" && telemetry.statsiteAddress?.port == 8126)
        #expect(telemetry.filters.map(\.start) == ["vault.token", "vault.expire", "vault.expire.num_leases"])
        #expect(telemetry.filters.map(\.isShown) == [true, false, true])
        #expect(try read("telemetry { usage_gauge_period = \"none\" }").telemetry.usagePeriod == .zero)
    }

    @Test("what cannot be sent anywhere is refused, and what is not offered is named")
    func refusals() throws {
        for text in ["statsd_address = \"nowhere\"", "prefix_filter = [\"vault\"]", "disable_hostname = \"x\""] {
            #expect(throws: ConfigurationError.self) { try read("telemetry { \(text) }") }
        }
        #expect(throws: ConfigurationError.self) { try read("telemetry = 1") }
        let warnings = try read("telemetry { dogstatsd_addr = \"a:1\" }").warnings
        #expect(warnings == ["a.hcl:1:13: telemetry key \"dogstatsd_addr\" has no effect yet"])
    }

    @Test("the log's file, its rotation, and the level of finished requests")
    func log() throws {
        let found = try read(
            """
            log_file = "/var/log/coffer/"
            log_rotate_bytes = 1000
            log_rotate_duration = "1h"
            log_rotate_max_files = 3
            log_requests_level = "Info"
            """)
        var expected = LogSettings()
        expected.file = "/var/log/coffer/"
        expected.rotateBytes = 1000
        expected.rotateDuration = .seconds(3600)
        expected.rotateMaximumFiles = 3
        expected.requestsLevel = "info"
        #expect(found.log == expected)
        #expect(throws: ConfigurationError.self) { try read("log_requests_level = \"loud\"") }
    }

    @Test("a listener's headers, what it leaves out, and how long a request may take")
    func listener() throws {
        let found = try read(
            "default_max_request_duration = \"20s\"",
            listener: """
                max_request_duration = "5s"
                redact_version = true
                redact_addresses = true
                redact_cluster_name = false
                custom_response_headers {
                  "default" = { "X-Own" = ["a", "b"], "Strict-Transport-Security" = "max-age=1" }
                  "2xx" = { "X-Fine" = ["1"] }
                  "404" = { "X-Vault-Mine" = ["1"] }
                }
                """)
        let listener = try #require(found.listeners.first)
        #expect(found.maximumRequestDuration == .seconds(20))
        #expect(listener.maximumRequestDuration == .seconds(5))
        #expect(listener.redactions == ["version", "addresses"])
        #expect(listener.headerRules.map(\.status) == ["default", "2xx", "404"])
        #expect(listener.headerRules[0].headers.map(\.value) == ["a; b", "max-age=1"])
        #expect(listener.headerRules[2].headers.isEmpty)
        #expect(found.warnings.count == 1)
    }

    @Test(
        "headers that could not be sent are refused",
        arguments: [
            "\"6xx\" = { \"A\" = [\"b\"] }", "\"20\" = { \"A\" = [\"b\"] }", "\"default\" = { \"A B\" = [\"b\"] }",
            "\"default\" = { \"A\" = [\"b\\nSet-Cookie: c\"] }", "\"default\" = \"x\"",
        ])
    func badHeaders(text: String) {
        #expect(throws: ConfigurationError.self) { try read("", listener: "custom_response_headers { \(text) }") }
    }
}
