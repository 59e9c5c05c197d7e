package import CofferBase
package import CofferFramework
internal import Glibc
internal import SocketClient

/// Audit lines to the machine's syslog daemon, with severity `info`.
package struct SyslogAudit: RemoteAuditDevice {
    package let writeTimeout: Duration
    private let header: SyslogHeader
    private let link: SocketLink

    /// Where daemons listen.
    private static let paths = ["/dev/log", "/var/run/syslog", "/var/run/log"]

    package static let kind = kind(at: paths)

    /// For a daemon that listens at one of `paths`.
    package static func kind(at paths: [String]) -> AuditDeviceKind {
        AuditDeviceKind(type: "syslog") { options throws(EngineError) in
            try SyslogAudit(options: options, paths: paths)
        }
    }

    private init(options: [String: String], paths: [String]) throws(EngineError) {
        writeTimeout = try AuditDeviceKind.writeTimeout(options)
        header = try SyslogHeader(facility: options["facility"] ?? "", tag: options["tag"] ?? "", process: getpid())
        link = SocketLink(.unix(paths.compactMap { Endpoint(unix: $0, .datagram) }))
    }

    package func prepare() throws(AuditDeviceError) {
        do throws(SocketFailure) {
            try link.prepare { Deadline(in: writeTimeout) }
        } catch {
            throw AuditDeviceError("the syslog daemon cannot be reached: \(error.reason)")
        }
    }

    package func write(_ line: [UInt8], at now: Timestamp, before deadline: Deadline) throws(AuditDeviceError) {
        let message = header.bytes(at: now) + line.dropLast()
        do throws(SocketFailure) {
            try link.use(before: deadline) { (socket) throws(SocketFailure) in
                try socket.send(message, before: deadline)
            }
        } catch {
            throw AuditDeviceError(error.reason, isOfLineOnly: error.kind == .tooLarge)
        }
    }

    package func reopen() { link.drop() }
    package func close() { link.drop() }
}
