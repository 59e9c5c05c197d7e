internal import CofferBase
internal import NIOHTTP1

/// A request on its way from a standby to the leader, with what the standby knows of the client.
struct ForwardedRequest: Sendable {
    /// Only the cluster port reads these, and a standby sends none that a client gave.
    private enum Name {
        static let prefix = "x-coffer-forwarded-"
        static let address = "x-coffer-forwarded-address"
        static let port = "x-coffer-forwarded-port"
        static let tls = "x-coffer-forwarded-tls"
        static let certificate = "x-coffer-forwarded-certificate"
    }

    /// Of the connection, not of the request (RFC 9110, section 7.6.1).
    private static let hopByHop: Set = [
        "connection", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade", "expect",
        "content-length", "host",
    ]

    let head: HTTPRequestHead
    let body: [UInt8]

    init(_ request: HTTPRequest, _ body: [UInt8]) {
        var fields = HTTPHeaders()
        for field in request.fields.list {
            let name = field.name.lowercased()
            if Self.hopByHop.contains(name) || name.hasPrefix(Name.prefix) { continue }
            fields.add(name: field.name, value: field.value)
        }
        let connection = request.connection
        fields.add(name: Name.address, value: connection.remoteAddress)
        fields.add(name: Name.port, value: "\(connection.remotePort)")
        if connection.isTLS { fields.add(name: Name.tls, value: "1") }
        for certificate in connection.peerCertificates {
            fields.add(name: Name.certificate, value: Base64.standard.encode(certificate))
        }
        self.init(
            method: request.method, uri: request.path + (request.query.map { "?" + $0 } ?? ""), fields: fields,
            body: body)
    }

    init(method: String, uri: String, fields: HTTPHeaders = HTTPHeaders(), body: [UInt8]) {
        var fields = fields
        fields.add(name: "Host", value: "cluster")
        fields.add(name: "Content-Length", value: "\(body.count)")
        head = HTTPRequestHead(version: .http1_1, method: HTTPMethod(rawValue: method), uri: uri, headers: fields)
        self.body = body
    }

    /// The request as the client sent it to the standby.
    static func restored(_ request: HTTPRequest) -> HTTPRequest {
        var restored = request
        var info = ConnectionInfo()
        info.remoteAddress = request.fields[Name.address] ?? ""
        info.remotePort = request.fields[Name.port].flatMap { Int($0) } ?? 0
        info.isTLS = request.fields[Name.tls] != nil
        info.peerCertificates = request.fields.all(Name.certificate).compactMap { Base64.standard.decode($0) }
        restored.connection = info
        restored.fields = HTTPFields()
        for field in request.fields.list where !field.name.lowercased().hasPrefix(Name.prefix) {
            restored.fields.add(field.name, field.value)
        }
        return restored
    }
}

/// Why the leader did not answer.
enum ForwardingFailure: Error, Equatable {
    /// It got nothing.
    case unreachable
    /// It may have got the request, and done what it asks for.
    case lost
}
