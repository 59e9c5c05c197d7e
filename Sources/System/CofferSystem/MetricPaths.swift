internal import CofferCore
internal import CofferFramework
internal import CofferJSON
internal import CofferMetrics

/// `sys/metrics`.
struct MetricPaths {
    let core: Core

    struct Input: Sendable {
        var format = ""

        static let schema = Schema<Input>(
            { Input() }, [Field("format", \.format, "prometheus for that form; JSON when empty.").query])
    }

    var paths: [Path] {
        [
            Path(
                "metrics", "What the server measures.",
                traits: .traits {
                    $0.isLocalOnly = true
                    $0.isNeverWrapped = true
                    $0.openedBy = "metrics"
                },
                [
                    Verb(.read, "metrics", "Read the metrics.", Input.schema) { call, input in
                        try await read(call, input)
                    }
                ])
        ]
    }

    private func read(_ call: Call, _ input: Input) async throws -> Reply {
        let format = input.format.isEmpty && Self.wantsPrometheus(call) ? "prometheus" : input.format
        switch format {
        case "": break
        case "prometheus": break
        default: return Self.refusal("metric response format \"\(Self.shown(format))\" unknown")
        }
        await core.setGauges()
        try await core.countUsageOnce()
        if format.isEmpty {
            return Reply(.raw(contentType: "application/json", core.metrics.summaryJSON().serialized()))
        }
        guard let text = core.metrics.prometheusText() else { return Self.refusal("prometheus is not enabled") }
        return Reply(.raw(contentType: "text/plain; version=0.0.4; charset=utf-8", Array(text.utf8)))
    }

    /// A scraper says so in `Accept`.
    private static func wantsPrometheus(_ call: Call) -> Bool {
        let accepted = call.headers["accept"] ?? ""
        return accepted.hasPrefix("prometheus/telemetry") || accepted.hasPrefix("application/openmetrics-text")
    }

    private static func refusal(_ text: String) -> Reply {
        Reply(.raw(contentType: "text/plain", Array(text.utf8)), status: 400)
    }

    /// Only what looks like the name of a format.
    private static func shown(_ format: String) -> String {
        format.utf8.count <= 32 && format.utf8.allSatisfy { (97...122).contains($0 | 0x20) } ? format : "?"
    }
}
