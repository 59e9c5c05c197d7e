package import CofferBase

/// An audit device that waits for somebody else: a peer, a daemon, a service.
///
/// It is called by one thread at a time. What to do while it is behind (spool,
/// try again on a thread of its own) is the audit service's matter.
package protocol RemoteAuditDevice: AuditDevice {
    /// The longest time that a request waits for this device.
    var writeTimeout: Duration { get }
    /// Looks up names and connects; may take long. Before the first line and after each failure.
    func prepare() throws(AuditDeviceError)
    /// As `write(_:at:)`, and returns before the deadline.
    func write(_ line: [UInt8], at now: Timestamp, before deadline: Deadline) throws(AuditDeviceError)
}

extension RemoteAuditDevice {
    package func write(_ line: [UInt8], at now: Timestamp) throws(AuditDeviceError) {
        try write(line, at: now, before: Deadline(in: writeTimeout))
    }
}

extension AuditDeviceKind {
    /// The option `write_timeout`; 2 s unless given.
    package static func writeTimeout(_ options: [String: String]) throws(EngineError) -> Duration {
        guard let text = options["write_timeout"], !text.isEmpty else { return .seconds(2) }
        guard let timeout = GoDuration.parse(text), timeout >= .milliseconds(1), timeout <= .seconds(60) else {
            throw .badRequest("write_timeout must be a duration from 1ms to 60s")
        }
        return timeout
    }
}
