internal import CofferBase
package import CofferJSON

extension Metrics {
    /// The last full interval as go-metrics shows it, or the first one while there is no other.
    package func summaryJSON() -> JSON {
        let now = Interval.index(clock.now)
        let interval = now > Interval.index(startTime) ? now - 1 : now
        var series = shown
        series.gauges = series.gauges.filter { !$0.key.isOfProcess }
        series.counters = series.counters.filter { !$0.key.isOfProcess }
        let gauges = series.gauges.sorted { MetricKey.precedes($0.key, $1.key) }.map { key, gauge in
            Self.object(fullName(key.name, isGauge: true), key, ["Value": Self.number(gauge.current)])
        }
        let counters = series.counters.sorted { MetricKey.precedes($0.key, $1.key) }.compactMap { key, counter in
            counter.window(interval).flatMap { sampled(key, $0) }
        }
        let samples = series.summaries.sorted { MetricKey.precedes($0.key, $1.key) }.compactMap { key, summary in
            summary.window(interval).flatMap { sampled(key, $0) }
        }
        return [
            "Timestamp": .string(Self.time(Timestamp(seconds: interval * Interval.seconds))), "Gauges": .array(gauges),
            "Points": [], "Counters": .array(counters), "Samples": .array(samples),
        ]
    }

    /// Nil when nothing came.
    private func sampled(_ key: MetricKey, _ values: Aggregate) -> JSON? {
        if values.count == 0 { return nil }
        return Self.object(
            fullName(key.name), key,
            [
                "Count": .int(values.count), "Rate": Self.number(values.sum / Double(Interval.seconds)),
                "Sum": Self.number(values.sum), "Min": Self.number(values.minimum),
                "Max": Self.number(values.maximum), "Mean": Self.number(values.mean),
                "Stddev": Self.number(values.deviation),
            ])
    }

    private static func object(_ name: String, _ key: MetricKey, _ values: JSONObject) -> JSON {
        var object: JSONObject = ["Name": .string(name)]
        for member in values.members { object.append(member.key, member.value) }
        var labels = JSONObject()
        for label in key.labels { labels[label.name] = .string(label.value) }
        object.append("Labels", .object(labels))
        return .object(object)
    }

    static func number(_ value: Double) -> JSON {
        if let whole = Int64(exactly: value) { return .int(whole) }
        return value.isFinite ? .number(JSONNumber(checkedText: value.description)) : 0
    }

    /// `2026-11-29 12:00:10 +0000 UTC`
    private static func time(_ time: Timestamp) -> String {
        time.rfc3339.replacing("T", with: " ").replacing("Z", with: " +0000 UTC")
    }
}
