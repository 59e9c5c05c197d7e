import CofferBase
import CofferJSON
import TestSupport
import Testing

@testable import CofferMetrics

@Suite struct MetricsTests {
    private static func metrics(_ change: (inout MetricSettings) -> Void = { _ in }) -> (Metrics, ManualClock) {
        let clock = ManualClock()
        var settings = MetricSettings()
        change(&settings)
        return (Metrics(settings, clock: clock), clock)
    }

    private static func named(_ name: String, in list: JSON?) -> JSON? {
        list?.arrayValue?.first { $0["Name"]?.stringValue == name }
    }

    @Test("JSON shows the last full interval with go-metrics' fields, and the first one until then")
    func json() throws {
        let (metrics, clock) = Self.metrics()
        metrics.gauge("core.unsealed", [.init("cluster", "c1")]).set(1)
        let samples = metrics.summary("core.handle_request")
        for value in [1.0, 2, 6] { samples.add(value) }
        metrics.counter("audit.log_request_failure").add(0)
        let first = metrics.summaryJSON()
        #expect(first["Timestamp"] == "2026-01-01 00:00:00 +0000 UTC")
        #expect(first["Points"] == [])
        let gauge = try #require(Self.named("vault.core.unsealed", in: first["Gauges"]))
        #expect(gauge == ["Name": "vault.core.unsealed", "Value": 1, "Labels": ["cluster": "c1"]])
        let expected: JSON = [
            "Name": "vault.core.handle_request", "Count": 3, "Rate": Metrics.number(0.9), "Sum": 9, "Min": 1, "Max": 6,
            "Mean": 3, "Stddev": Metrics.number(7.0.squareRoot()), "Labels": [:],
        ]
        #expect(Self.named("vault.core.handle_request", in: first["Samples"]) == expected)
        #expect(Self.named("vault.audit.log_request_failure", in: first["Counters"])?["Count"] == 1)
        clock.advance(by: .seconds(10))
        samples.add(50)
        #expect(Self.named("vault.core.handle_request", in: metrics.summaryJSON()["Samples"]) == expected)
        clock.advance(by: .seconds(10))
        #expect(Self.named("vault.core.handle_request", in: metrics.summaryJSON()["Samples"])?["Max"] == 50)
        clock.advance(by: .seconds(30))
        #expect(metrics.summaryJSON()["Samples"] == [])
    }

    @Test("Prometheus gets names with underscores, types, escaped labels and quantiles of the last seconds")
    func prometheus() throws {
        let (metrics, clock) = Self.metrics()
        metrics.gauge("token.count", [.init("namespace", "a\"b\\c")]).set(7)
        metrics.counter("quota.rate_limit.violation").add(2)
        metrics.counter("quota.rate_limit.violation").add()
        let route = metrics.summary("route.read.secret-")
        for number in 1...100 { route.add(Double(number)) }
        let text = try #require(metrics.prometheusText())
        #expect(text.contains("# HELP vault_token_count vault_token_count\n# TYPE vault_token_count untyped\n"))
        #expect(text.contains("vault_token_count{namespace=\"a\\\"b\\\\c\"} 7\n"))
        #expect(text.contains("# TYPE vault_quota_rate_limit_violation untyped\nvault_quota_rate_limit_violation 3\n"))
        #expect(text.contains("vault_route_read_secret__sum 5050\nvault_route_read_secret__count 100\n"))
        let median = text.split(separator: "\n").first { $0.hasPrefix("vault_route_read_secret_{quantile=\"0.5\"}") }
        let value = try #require(median?.split(separator: " ").last.flatMap { Double($0) })
        #expect(abs(value - 50) < 4)
        clock.advance(by: .seconds(25))
        let later = try #require(metrics.prometheusText())
        #expect(later.contains("vault_route_read_secret_{quantile=\"0.99\"} NaN\n"))
        #expect(later.contains("vault_route_read_secret__count 100\n"))
    }

    @Test("what has not changed for the retention time is left out, and without one there is no such form")
    func retention() {
        let (metrics, clock) = Self.metrics { $0.prometheusRetention = .seconds(60) }
        metrics.gauge("old").set(1)
        clock.advance(by: .seconds(61))
        metrics.gauge("new").set(1)
        #expect(metrics.prometheusText()?.contains("vault_old") == false)
        #expect(metrics.prometheusText()?.contains("vault_new 1") == true)
        #expect(Self.metrics { $0.prometheusRetention = nil }.0.prometheusText() == nil)
    }

    @Test("the longest filter that fits decides")
    func filters() {
        let (metrics, _) = Self.metrics {
            $0.filters = [("vault.token", true), ("vault.token.count", false)]
            $0.filterDefault = false
        }
        for name in ["token.create", "token.count", "core.unsealed"] { metrics.gauge(name).set(1) }
        let shown = metrics.summaryJSON()["Gauges"]?.arrayValue?.compactMap { $0["Name"]?.stringValue }
        #expect(shown == ["vault.token.create"])
    }

    @Test("the host stands before the names of gauges, but not for Prometheus")
    func hostName() {
        let (metrics, _) = Self.metrics {
            $0.hostName = "h1"
            $0.prefix = "own"
        }
        metrics.gauge("core.unsealed").set(1)
        metrics.counter("x").add()
        #expect(metrics.summaryJSON()["Gauges"]?.arrayValue?.first?["Name"] == "own.h1.core.unsealed")
        #expect(metrics.summaryJSON()["Counters"]?.arrayValue?.first?["Name"] == "own.x")
        #expect(metrics.prometheusText()?.contains("own_core_unsealed 1\n") == true)
    }

    @Test("two kinds of series whose names fold to one do not make the text invalid")
    func folding() throws {
        let (metrics, _) = Self.metrics()
        metrics.gauge("a.b").set(1)
        metrics.counter("a-b").add()
        let text = try #require(metrics.prometheusText())
        #expect(text == "# HELP vault_a_b vault_a_b\n# TYPE vault_a_b gauge\nvault_a_b 1\n")
    }

    @Test("gauges that are replaced leave nothing behind")
    func replaced() {
        let (metrics, _) = Self.metrics()
        metrics.setGauges("token.count.by_auth", [([.init("auth_method", "a")], 1), ([.init("auth_method", "b")], 2)])
        metrics.setGauges("token.count.by_auth", [([.init("auth_method", "b")], 3)])
        #expect(metrics.prometheusText()?.contains("\"a\"") == false)
        #expect(metrics.prometheusText()?.contains("{auth_method=\"b\"} 3") == true)
    }

    @Test("statsd gets a line for each update, with nothing in it that ends or splits a line")
    func tap() {
        let (metrics, _) = Self.metrics { $0.isTapped = true }
        metrics.counter("a", [.init("mount", "x:y|z\n")]).add(2)
        metrics.summary("s").add(1.5)
        metrics.gauge("g").set(3)
        #expect(metrics.tap?.take() == ["vault.a.x_y_z_:2|c\n", "vault.s:1.5|ms\n", "vault.g:3|g\n"])
        #expect(metrics.tap?.take() == [])
    }

    @Test("series are bounded, whatever names come")
    func bounded() {
        let metrics = Metrics(clock: ManualClock(), mostSeries: 100)
        for number in 0..<200 { metrics.counter("c\(number)").add() }
        #expect(metrics.shown.count == 100)
    }

    @Test("samples out of any range do no harm")
    func extremes() {
        let (metrics, _) = Self.metrics()
        let summary = metrics.summary("s")
        for value in [0, -1, .nan, .infinity, 1e-300, 1e300, Double.leastNonzeroMagnitude] { summary.add(value) }
        #expect(summary.count == 5)
        #expect(metrics.prometheusText()?.contains("vault_s_count 5\n") == true)
    }
}
