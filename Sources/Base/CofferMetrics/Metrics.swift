package import CofferBase
internal import Synchronization

/// The series of the program. Who measures often keeps the meter; looking it up costs a lock.
package final class Metrics: Sendable {
    struct Series: Sendable {
        var counters: [MetricKey: Counter] = [:]
        var gauges: [MetricKey: Gauge] = [:]
        var summaries: [MetricKey: Summary] = [:]

        var count: Int { counters.count + gauges.count + summaries.count }
    }

    /// Names of mounts, policies and devices make series; more than this many are not kept.
    private static let mostSeries = 10_000

    package let settings: MetricSettings
    package let clock: any WallClock
    package let startTime: Timestamp
    /// Nil when nobody wants each update.
    package let tap: MetricTap?
    private let known = Mutex(Series())

    package init(_ settings: MetricSettings = MetricSettings(), clock: any WallClock) {
        self.settings = settings
        self.clock = clock
        startTime = clock.now
        tap = settings.isTapped ? MetricTap() : nil
    }

    package func counter(_ name: String, _ labels: [MetricKey.Label] = []) -> Counter {
        let key = MetricKey(name, labels)
        return known.withLock { series in
            if let known = series.counters[key] { return known }
            let new = Counter(clock, tap(key))
            if series.count < Self.mostSeries { series.counters[key] = new }
            return new
        }
    }

    package func gauge(_ name: String, _ labels: [MetricKey.Label] = []) -> Gauge {
        let key = MetricKey(name, labels)
        return known.withLock { series in
            if let known = series.gauges[key] { return known }
            let new = Gauge(clock, tap(key, isGauge: true))
            if series.count < Self.mostSeries { series.gauges[key] = new }
            return new
        }
    }

    package func summary(_ name: String, _ labels: [MetricKey.Label] = []) -> Summary {
        let key = MetricKey(name, labels)
        return known.withLock { series in
            if let known = series.summaries[key] { return known }
            let new = Summary(clock, tap(key))
            if series.count < Self.mostSeries { series.summaries[key] = new }
            return new
        }
    }

    /// Replaces all gauges of a name, so that what is gone does not stay as it was.
    package func setGauges(_ name: String, _ values: [(labels: [MetricKey.Label], value: Double)]) {
        known.withLock { series in series.gauges = series.gauges.filter { $0.key.name != name } }
        for (labels, value) in values { gauge(name, labels).set(value) }
    }

    private func tap(_ key: MetricKey, isGauge: Bool = false) -> MeterTap? {
        guard let tap, settings.shows(key.name) else { return nil }
        return MeterTap(tap: tap, name: MetricTap.name(fullName(key.name, isGauge: isGauge), key.labels))
    }

    /// What the filters let through.
    var shown: Series {
        var series = known.withLock { $0 }
        series.counters = series.counters.filter { settings.shows($0.key.name) }
        series.gauges = series.gauges.filter { settings.shows($0.key.name) }
        series.summaries = series.summaries.filter { settings.shows($0.key.name) }
        return series
    }

    /// A name with the prefix, and for a gauge the host.
    func fullName(_ name: String, isGauge: Bool = false) -> String {
        if MetricKey(name).isOfProcess { return name }
        let parts = [settings.prefix, isGauge ? settings.hostName : "", name]
        return parts.filter { !$0.isEmpty }.joined(separator: ".")
    }
}
