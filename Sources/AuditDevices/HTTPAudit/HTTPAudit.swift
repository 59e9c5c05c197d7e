package import CofferBase
package import CofferFramework
internal import CofferJSON
internal import SocketClient

/// Audit lines to a web service: each line is the body of one `POST`, accepted by any status from 200 to 299.
package struct HTTPAudit: RemoteAuditDevice {
    package let writeTimeout: Duration
    private let request: HTTPPost
    private let link: SocketLink

    package static let kind = AuditDeviceKind(type: "http") { options throws(EngineError) in
        try HTTPAudit(options: options)
    }

    private init(options: [String: String]) throws(EngineError) {
        writeTimeout = try AuditDeviceKind.writeTimeout(options)
        let url = try AuditURL(options["uri"] ?? options["address"] ?? "")
        request = HTTPPost(url: url, headers: try Self.headers(options["headers"] ?? ""))
        link = SocketLink(.host(url.place.host, port: url.place.port, .stream))
    }

    /// A JSON object of names and values.
    private static func headers(_ text: String) throws(EngineError) -> [(name: String, value: String)] {
        if text.isEmpty { return [] }
        guard let object = try? JSON.parse(text: text).objectValue else {
            throw .badRequest("headers must be a JSON object of strings")
        }
        var headers: [(name: String, value: String)] = []
        for member in object.members {
            guard let value = member.value.stringValue, HTTPPost.isAllowed(header: member.key, value) else {
                throw .badRequest("headers holds a name or a value that a request cannot carry")
            }
            headers.append((member.key, value))
        }
        return headers
    }

    package func prepare() throws(AuditDeviceError) {
        do throws(SocketFailure) {
            try link.prepare { Deadline(in: writeTimeout) }
        } catch {
            throw AuditDeviceError(error.reason)
        }
    }

    package func write(_ line: [UInt8], at now: Timestamp, before deadline: Deadline) throws(AuditDeviceError) {
        let bytes = request.bytes(body: line)
        var status = 0
        var isLast = false
        do throws(SocketFailure) {
            try link.use(before: deadline) { (socket) throws(SocketFailure) in
                try socket.send(bytes, before: deadline)
                let answer = try HTTPAnswer.receive(from: socket, before: deadline)
                status = answer.status
                isLast = answer.isLast
            }
        } catch {
            throw AuditDeviceError(error.reason)
        }
        if isLast { link.drop() }
        guard (200..<300).contains(status) else {
            // These statuses blame the body; trying it again would hold up all lines behind it.
            throw AuditDeviceError(
                "the service answered with status \(status)", isOfLineOnly: [400, 413, 415, 422].contains(status))
        }
    }

    package func reopen() { link.drop() }
    package func close() { link.drop() }
}
