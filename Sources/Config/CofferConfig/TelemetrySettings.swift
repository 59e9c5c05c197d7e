/// The `telemetry` stanza.
package struct TelemetrySettings: Sendable, Equatable {
    package struct Address: Sendable, Equatable {
        package let host: String
        package let port: Int
    }

    package struct Filter: Sendable, Equatable {
        package let start: String
        package let isShown: Bool
    }

    /// Zero: the Prometheus form is not offered.
    package var prometheusRetention: Duration = .seconds(24 * 3600)
    package var hidesHostName = false
    package var prefix = "vault"
    /// Zero: usage is not counted.
    package var usagePeriod: Duration = .seconds(600)
    package var statsdAddress: Address?
    package var statsiteAddress: Address?
    package var filterDefault = true
    package var filters: [Filter] = []

    package init() {}
}

/// Where the server's log goes beside standard output, and what it tells of requests.
package struct LogSettings: Sendable, Equatable {
    /// A file, or a folder when it ends in `/`; empty for none.
    package var file = ""
    /// Zero: whatever its size.
    package var rotateBytes = 0
    package var rotateDuration: Duration = .seconds(24 * 3600)
    /// Older files that are kept; zero keeps all, a negative number none.
    package var rotateMaximumFiles = 0
    /// At which level finished requests are told; empty or `off`: not at all.
    package var requestsLevel = ""

    package init() {}
}
