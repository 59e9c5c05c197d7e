package import CofferBase
package import CofferFramework
internal import SocketClient

/// Audit lines over TCP, UDP or a unix socket: each line as it is, with its newline.
package struct SocketAudit: RemoteAuditDevice {
    package let writeTimeout: Duration
    private let link: SocketLink

    package static let kind = AuditDeviceKind(type: "socket") { options throws(EngineError) in
        try SocketAudit(options: options)
    }

    private init(options: [String: String]) throws(EngineError) {
        writeTimeout = try AuditDeviceKind.writeTimeout(options)
        link = SocketLink(try Self.target(options["address"] ?? "", options["socket_type"] ?? ""))
    }

    private static func target(_ address: String, _ type: String) throws(EngineError) -> SocketLink.Target {
        if address.isEmpty { throw .badRequest("address is required") }
        switch type {
        case "", "tcp", "udp":
            guard let place = HostAndPort(address) else {
                throw .badRequest("address must be a host and a port such as 127.0.0.1:9090")
            }
            return .host(place.host, port: place.port, type == "udp" ? .datagram : .stream)
        case "unix":
            guard address.hasPrefix("/"), let endpoint = Endpoint(unix: address, .stream) else {
                throw .badRequest("address must be the absolute path of a unix socket")
            }
            return .unix([endpoint])
        default: throw .badRequest("socket_type must be tcp, udp or unix")
        }
    }

    package func prepare() throws(AuditDeviceError) {
        do throws(SocketFailure) {
            try link.prepare { Deadline(in: writeTimeout) }
        } catch {
            throw AuditDeviceError(error.reason)
        }
    }

    package func write(_ line: [UInt8], at now: Timestamp, before deadline: Deadline) throws(AuditDeviceError) {
        do throws(SocketFailure) {
            try link.use(before: deadline) { (socket) throws(SocketFailure) in
                try socket.send(line, before: deadline)
            }
        } catch {
            throw AuditDeviceError(error.reason, isOfLineOnly: error.kind == .tooLarge)
        }
    }

    package func reopen() { link.drop() }
    package func close() { link.drop() }
}
