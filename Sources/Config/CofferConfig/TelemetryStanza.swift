internal import CofferBase
internal import HCL

/// `telemetry { … }`: where metrics go, and which.
enum TelemetryStanza {
    static func read(_ block: HCLBlock, _ reader: inout StanzaReader) throws(HCLError) -> TelemetrySettings {
        var telemetry = TelemetrySettings()
        try reader.read(block.body, into: &telemetry, settings: settings, stanza: "telemetry")
        return telemetry
    }

    private static let settings: [String: Setting<TelemetrySettings>] = {
        var settings: [String: Setting<TelemetrySettings>] = [
            "prometheus_retention_time": .take { (value, target) throws(HCLError) in
                target.prometheusRetention = try value.duration()
            },
            "disable_hostname": .take { (value, target) throws(HCLError) in
                target.hidesHostName = try value.flag()
            },
            "metrics_prefix": .take { (value, target) throws(HCLError) in target.prefix = try value.text() },
            "usage_gauge_period": .take { (value, target) throws(HCLError) in
                target.usagePeriod = value.value.scalarText == "none" ? .zero : try value.duration()
            },
            "statsd_address": .take { (value, target) throws(HCLError) in
                target.statsdAddress = try address(value)
            },
            "statsite_address": .take { (value, target) throws(HCLError) in
                target.statsiteAddress = try address(value)
            },
            "filter_default": .take { (value, target) throws(HCLError) in
                target.filterDefault = try value.flag()
            },
            "prefix_filter": .take { (value, target) throws(HCLError) in target.filters = try filters(value) },
        ]
        for name in ignored { settings[name] = .ignored }
        for name in unsupported { settings[name] = .unsupported }
        return settings
    }()

    private static let ignored = [
        "maximum_gauge_cardinality", "enable_hostname_label", "lease_metrics_epsilon", "num_lease_metrics_buckets",
        "add_lease_metrics_namespace_labels", "add_mount_point_rollback_metrics",
        "rollback_metrics_include_mount_point",
    ]

    private static let unsupported = [
        "circonus_api_token", "circonus_api_app", "circonus_api_url", "circonus_submission_interval",
        "circonus_submission_url", "circonus_check_id", "circonus_check_force_metric_activation",
        "circonus_check_instance_id", "circonus_check_search_tag", "circonus_check_display_name",
        "circonus_check_tags", "circonus_broker_id", "circonus_broker_select_tag", "dogstatsd_addr", "dogstatsd_tags",
        "stackdriver_project_id", "stackdriver_location", "stackdriver_namespace", "stackdriver_debug_logs",
    ]

    private static func address(_ value: StanzaValue) throws(HCLError) -> TelemetrySettings.Address {
        guard let (host, port) = HostPort.parse(try value.text()) else {
            throw HCLError("expected HOST:PORT", at: value.position)
        }
        return TelemetrySettings.Address(host: host, port: port)
    }

    private static func filters(_ value: StanzaValue) throws(HCLError) -> [TelemetrySettings.Filter] {
        var filters: [TelemetrySettings.Filter] = []
        for text in try value.texts() {
            guard text.hasPrefix("+") || text.hasPrefix("-") else {
                throw HCLError("a filter begins with + or -", at: value.position)
            }
            filters.append(TelemetrySettings.Filter(start: String(text.dropFirst()), isShown: text.hasPrefix("+")))
        }
        return filters
    }
}
