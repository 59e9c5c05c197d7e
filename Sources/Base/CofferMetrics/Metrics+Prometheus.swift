internal import CofferBase

extension Metrics {
    /// The text form, version 0.0.4; nil when it is not offered.
    package func prometheusText() -> String? {
        guard let retention = settings.prometheusRetention else { return nil }
        let (now, oldest) = (clock.now, clock.now - retention)
        let series = shown
        var text = PrometheusText()
        for (key, gauge) in series.gauges.sorted(by: { MetricKey.precedes($0.key, $1.key) })
        where gauge.lastUpdate >= oldest {
            text.begin(fullName(key.name), "gauge")
            text.line(key.labels, gauge.current)
        }
        for (key, counter) in series.counters.sorted(by: { MetricKey.precedes($0.key, $1.key) })
        where counter.lastUpdate >= oldest || counter.total == 0 {
            text.begin(fullName(key.name), "counter")
            text.line(key.labels, counter.total)
        }
        for (key, summary) in series.summaries.sorted(by: { MetricKey.precedes($0.key, $1.key) })
        where summary.lastUpdate >= oldest {
            let reading = summary.reading(at: Interval.index(now))
            text.begin(fullName(key.name), "summary")
            for (name, part) in [("0.5", 0.5), ("0.9", 0.9), ("0.99", 0.99)] {
                text.line(key.labels + [.init("quantile", name)], reading.recent.quantile(part))
            }
            text.line(key.labels, reading.sum, suffix: "_sum")
            text.line(key.labels, Double(reading.count), suffix: "_count")
        }
        return text.text
    }
}

extension Timestamp {
    fileprivate static func - (left: Timestamp, right: Duration) -> Timestamp {
        Timestamp(nanoseconds: left.nanoseconds.subtractingReportingOverflow(right.wholeNanoseconds).partialValue)
    }
}

/// Writes the exposition format of Prometheus.
private struct PrometheusText {
    private(set) var text = ""
    private var name = ""
    /// Types by name: two kinds of series under one name would make the whole text invalid.
    private var begun: [String: String] = [:]
    private var isValid = true

    mutating func begin(_ fullName: String, _ type: String) {
        name = Self.folded(fullName)
        isValid = begun[name] == nil || begun[name] == type
        guard begun[name] == nil else { return }
        begun[name] = type
        text += "# HELP \(name) \(name)\n# TYPE \(name) \(Self.shown(type, name))\n"
    }

    /// Vault's names stay even where the linter of Prometheus wants others for their type (decision 0012); a series
    /// without a type may have any name.
    private static func shown(_ type: String, _ name: String) -> String {
        let isTotal = name.hasSuffix("_total")
        switch type {
        case "counter": return isTotal ? type : "untyped"
        case "gauge":
            let isReserved = isTotal || ["_count", "_sum", "_bucket"].contains { name.hasSuffix($0) }
            return isReserved ? "untyped" : type
        default: return type
        }
    }

    mutating func line(_ labels: [MetricKey.Label], _ value: Double, suffix: String = "") {
        guard isValid else { return }
        text += name + suffix
        if !labels.isEmpty {
            text += "{" + labels.map { "\(Self.folded($0.name))=\"\(Self.escaped($0.value))\"" }.joined(separator: ",")
            text += "}"
        }
        text += " \(Self.number(value))\n"
    }

    private static func folded(_ name: String) -> String {
        String(
            decoding: name.utf8.map { byte in
                let isWord = (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
                return isWord ? byte : UInt8(ascii: "_")
            }, as: UTF8.self)
    }

    private static func escaped(_ value: String) -> String {
        value.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
    }

    private static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if let whole = Int64(exactly: value) { return String(whole) }
        return value.description
    }
}
