/// Where a server listens, from text such as `https://vault.example:8200/base` or `unix:///run/coffer.sock`.
package struct ServerAddress: Sendable, Equatable {
    package enum Scheme: String, Sendable { case http, https, unix }

    package let scheme: Scheme
    /// As in the URL, without brackets; for a socket `localhost`.
    package let host: String
    package let port: Int
    /// As it stands in the URL: `host`, `host:port` or `[::1]:port`.
    package let authority: String
    /// What stands before `/v1`; empty or starting with a slash.
    package let basePath: String
    /// The file of a `unix` address, else empty.
    package let socketPath: String

    package init(_ text: String) throws(ClientError) {
        let refusal = ClientError.configuration("invalid address: expected http://, https:// or unix://")
        guard let mark = text.range(of: "://"), let scheme = Scheme(rawValue: text[..<mark.lowerBound].lowercased())
        else { throw refusal }
        let rest = text[mark.upperBound...]
        self.scheme = scheme
        if scheme == .unix {
            guard !rest.isEmpty else { throw refusal }
            socketPath = String(rest)
            (host, port, authority, basePath) = ("localhost", 0, "localhost", "")
            return
        }
        let slash = rest.firstIndex(of: "/") ?? rest.endIndex
        guard let (host, port) = Self.hostAndPort(rest[..<slash]) else { throw refusal }
        authority = String(rest[..<slash])
        self.host = host
        self.port = port ?? (scheme == .https ? 443 : 80)
        basePath = String(rest[slash...].prefix { $0 != "?" && $0 != "#" })
        socketPath = ""
    }

    /// The beginning of a URL; a socket is shown as `http://localhost`.
    package var origin: String { (scheme == .https ? "https://" : "http://") + authority }

    /// Whether the host is written as numbers, so that no name can be asked for in TLS.
    var hostIsAddress: Bool {
        host.contains(":") || (host.contains(".") && host.utf8.allSatisfy { (48...57).contains($0) || $0 == 46 })
    }

    private static func hostAndPort(_ text: Substring) -> (String, Int?)? {
        guard !text.isEmpty, !text.contains("@") else { return nil }
        var host = text
        var port: Substring?
        if text.hasPrefix("[") {
            guard let close = text.firstIndex(of: "]") else { return nil }
            host = text[text.index(after: text.startIndex)..<close]
            let rest = text[text.index(after: close)...]
            guard rest.isEmpty || rest.hasPrefix(":") else { return nil }
            if !rest.isEmpty { port = rest.dropFirst() }
        } else if let colon = text.firstIndex(of: ":") {
            host = text[..<colon]
            port = text[text.index(after: colon)...]
        }
        guard !host.isEmpty else { return nil }
        guard let port, !port.isEmpty else { return (String(host), nil) }
        guard let number = UInt16(port) else { return nil }
        return (String(host), Int(number))
    }
}

extension StringProtocol {
    /// The first place of `other`; Foundation's method of this name is not linked.
    fileprivate func range(of other: String) -> Range<Index>? {
        var start = startIndex
        while start < endIndex {
            if self[start...].hasPrefix(other) { return start..<index(start, offsetBy: other.count) }
            start = index(after: start)
        }
        return nil
    }
}
