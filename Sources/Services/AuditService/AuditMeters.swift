internal import CofferMetrics

/// How long lines take and how often they fail, of all devices together or of one.
struct AuditMeters: Sendable {
    enum Line: Sendable { case request, response }

    private let times: (Summary, Summary)
    private let failures: (Counter, Counter)

    /// - Parameter device: its path; nil for all together.
    init(_ metrics: Metrics, device: String?) {
        let name = device.map { "audit." + $0 } ?? "audit"
        times = (metrics.summary(name + ".log_request"), metrics.summary(name + ".log_response"))
        failures = (metrics.counter(name + ".log_request_failure"), metrics.counter(name + ".log_response_failure"))
        // A series that nobody can see until the first failure gives no alarm.
        failures.0.add(0)
        failures.1.add(0)
    }

    func time(_ line: Line) -> Summary { line == .request ? times.0 : times.1 }
    func failures(_ line: Line) -> Counter { line == .request ? failures.0 : failures.1 }
}
