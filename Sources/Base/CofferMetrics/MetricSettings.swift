/// How metrics are shown (`telemetry` stanza).
package struct MetricSettings: Sendable, Equatable {
    package var prefix = "vault"
    /// Series without a change for so long are left out of the Prometheus form; nil: that form is not offered.
    package var prometheusRetention: Duration? = .seconds(24 * 3600)
    /// Put before the names of gauges outside Prometheus, as go-metrics does; empty for nothing.
    package var hostName = ""
    /// Whether what no filter names is shown.
    package var filterDefault = true
    /// Starts of names, prefix included, and whether they are shown; the longest that fits counts.
    package var filters: [(start: String, isShown: Bool)] = []

    /// Whether each update is kept for statsd.
    package var isTapped = false

    package init() {}

    func shows(_ name: String) -> Bool {
        if filters.isEmpty { return filterDefault }
        let full = prefix.isEmpty ? name : prefix + "." + name
        let fitting = filters.filter { full.hasPrefix($0.start) }.max { $0.start.utf8.count < $1.start.utf8.count }
        return fitting?.isShown ?? filterDefault
    }

    package static func == (left: MetricSettings, right: MetricSettings) -> Bool {
        left.prefix == right.prefix && left.prometheusRetention == right.prometheusRetention
            && left.hostName == right.hostName && left.isTapped == right.isTapped
            && left.filterDefault == right.filterDefault
            && left.filters.map(\.start) == right.filters.map(\.start)
            && left.filters.map(\.isShown) == right.filters.map(\.isShown)
    }
}
