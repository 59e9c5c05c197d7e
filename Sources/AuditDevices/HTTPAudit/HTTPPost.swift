internal import CofferFramework
internal import SocketClient

/// `http://host:port/path?query`, taken apart.
struct AuditURL: Sendable {
    let place: HostAndPort
    /// As it stands in the `Host` header.
    let authority: String
    /// Path and query.
    let target: String

    init(_ text: String) throws(EngineError) {
        if text.isEmpty { throw .badRequest("uri is required") }
        if text.hasPrefix("https://") {
            throw .badRequest("https is not offered for audit devices; send to a proxy on this machine by http")
        }
        let rest = text.dropFirst("http://".count)
        let end = rest.firstIndex { $0 == "/" || $0 == "?" } ?? rest.endIndex
        guard text.hasPrefix("http://"), text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f && $0 != UInt8(ascii: "#") }),
            let place = HostAndPort(rest[..<end], standardPort: 80)
        else { throw .badRequest("uri must be of the form http://host:port/path, without user and fragment") }
        self.place = place
        authority = String(rest[..<end])
        target = rest[end...].hasPrefix("/") ? String(rest[end...]) : "/" + rest[end...]
    }
}

/// A request whose bytes are the same every time but for the body.
struct HTTPPost: Sendable {
    private let head: [UInt8]

    init(url: AuditURL, headers: [(name: String, value: String)]) {
        var head = "POST \(url.target) HTTP/1.1\r\nHost: \(url.authority)\r\nContent-Type: application/json\r\n"
        for header in headers { head += "\(header.name): \(header.value)\r\n" }
        self.head = Array((head + "Content-Length: ").utf8)
    }

    func bytes(body: [UInt8]) -> [UInt8] { head + "\(body.count)\r\n\r\n".utf8 + body }

    /// Neither can end the header early, and none changes how the request is read.
    static func isAllowed(header name: String, _ value: String) -> Bool {
        let reserved = [
            "host", "content-length", "transfer-encoding", "connection", "content-type", "expect", "upgrade",
        ]
        return !name.isEmpty && !reserved.contains(name.lowercased()) && name.utf8.allSatisfy(isOfName)
            && value.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7f }
    }

    private static func isOfName(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
            true
        default: false
        }
    }
}
