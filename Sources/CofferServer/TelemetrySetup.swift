internal import CofferConfig
internal import CofferCore
internal import CofferMetrics
internal import Glibc
internal import TelemetryService

/// What the `telemetry` stanza means to the parts of the server.
enum TelemetrySetup {
    static func metrics(_ telemetry: TelemetrySettings) -> MetricSettings {
        var settings = MetricSettings()
        settings.prefix = telemetry.prefix
        settings.prometheusRetention = telemetry.prometheusRetention > .zero ? telemetry.prometheusRetention : nil
        settings.hostName = telemetry.hidesHostName ? "" : HostName.own
        settings.filterDefault = telemetry.filterDefault
        settings.filters = telemetry.filters.map { ($0.start, $0.isShown) }
        settings.isTapped = telemetry.statsdAddress != nil || telemetry.statsiteAddress != nil
        return settings
    }

    static func telemetry(_ settings: TelemetrySettings, _ core: Core) -> Telemetry {
        var work = Telemetry.Work(
            setGauges: { await core.setGauges() }, countUsage: { try await core.countUsage() })
        work.usagePeriod = settings.usagePeriod
        for (address, isDatagram) in [(settings.statsdAddress, true), (settings.statsiteAddress, false)] {
            guard let address, let port = UInt16(exactly: address.port) else { continue }
            work.links.append(StatsdLink(host: address.host, port: port, isDatagram: isDatagram))
        }
        return Telemetry(work, metrics: core.metrics, clock: core.clock, log: core.log)
    }
}

/// The name of this machine.
enum HostName {
    static let own: String = {
        var name = [CChar](repeating: 0, count: 256)
        guard gethostname(&name, name.count - 1) == 0 else { return "localhost" }
        return String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }()
}
