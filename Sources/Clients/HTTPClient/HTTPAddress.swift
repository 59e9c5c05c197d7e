/// Where a web service is, from a URL such as `https://host:port/base`.
package struct HTTPAddress: Sendable, Equatable {
    package let isSecure: Bool
    /// Without brackets.
    package let host: String
    package let port: Int
    /// As it stands in the `Host` header: without a port that is the scheme's own.
    package let authority: String
    /// What stands before every target; empty, or it begins with a slash and does not end in one.
    package let basePath: String

    /// Nil for anything but `http` and `https`, and for a URL with user, query or fragment.
    package init?(_ text: String) {
        let isSecure = text.lowercased().hasPrefix("https://")
        guard isSecure || text.lowercased().hasPrefix("http://"), Self.isTarget(text), !text.contains("?"),
            !text.contains("@")
        else { return nil }
        let rest = text.dropFirst(isSecure ? 8 : 7)
        let slash = rest.firstIndex(of: "/") ?? rest.endIndex
        guard let (host, port) = Self.split(rest[..<slash]) else { return nil }
        var path = rest[slash...]
        while path.hasSuffix("/") { path.removeLast() }
        let standard = isSecure ? 443 : 80
        let name = host.contains(":") ? "[\(host)]" : host
        self.isSecure = isSecure
        self.host = host
        self.port = port ?? standard
        authority = self.port == standard ? name : "\(name):\(self.port)"
        basePath = String(path)
    }

    /// `host` or `host:port` of a service that is reached by `https`.
    package init?(authority: String) {
        self.init("https://" + authority)
        if !basePath.isEmpty || authority.hasSuffix("/") { return nil }
    }

    /// Whether a text may stand in a request line.
    package static func isTarget(_ text: String) -> Bool {
        text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f && $0 != UInt8(ascii: "#") }
    }

    private static func split(_ authority: Substring) -> (host: String, port: Int?)? {
        var host = authority
        var port = Substring()
        if authority.hasPrefix("[") {
            guard let close = authority.firstIndex(of: "]") else { return nil }
            host = authority[authority.index(after: authority.startIndex)..<close]
            port = authority[authority.index(after: close)...]
            let colon = UInt8(ascii: ":")
            // A name would lose its brackets in what is sent.
            guard host.utf8.contains(colon),
                host.utf8.allSatisfy({ isHexDigit($0) || $0 == colon || $0 == UInt8(ascii: ".") })
            else { return nil }
        } else {
            let colon = authority.firstIndex(of: ":") ?? authority.endIndex
            host = authority[..<colon]
            port = authority[colon...]
            guard host.utf8.allSatisfy(isOfName), !host.contains("..") else { return nil }
        }
        guard !host.isEmpty, host.utf8.count <= 253 else { return nil }
        if port.isEmpty { return (String(host), nil) }
        guard port.hasPrefix(":"), let number = UInt16(port.dropFirst()), number > 0 else { return nil }
        return (String(host), Int(number))
    }

    private static func isHexDigit(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x61...0x66).contains(byte) || (0x41...0x46).contains(byte)
    }

    private static func isOfName(_ byte: UInt8) -> Bool {
        isHexDigit(byte) || (0x67...0x7a).contains(byte) || (0x47...0x5a).contains(byte)
            || byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "_")
    }
}
