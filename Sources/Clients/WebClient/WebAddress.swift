/// Host and port of a web service that is reached by `https`.
package struct WebAddress: Sendable, Equatable {
    package let host: String
    package let port: Int
    /// As it stands in a URL and in the `Host` header: without the port where that is 443.
    package let authority: String

    /// `host`, `host:port`, `1.2.3.4:port` or `[::1]:port`; nil for anything else.
    package init?(authority text: String) {
        var host = Substring(text)
        var port = Substring()
        if text.hasPrefix("[") {
            guard let end = text.firstIndex(of: "]") else { return nil }
            host = text[text.index(after: text.startIndex)..<end]
            port = text[text.index(after: end)...]
            guard host.utf8.allSatisfy({ Self.isHexDigit($0) || $0 == UInt8(ascii: ":") || $0 == UInt8(ascii: ".") })
            else { return nil }
        } else {
            let colon = text.firstIndex(of: ":") ?? text.endIndex
            host = text[..<colon]
            port = text[colon...]
            guard host.utf8.allSatisfy(Self.isOfName), !host.contains("..") else { return nil }
        }
        guard !host.isEmpty, host.utf8.count <= 253 else { return nil }
        if port.isEmpty {
            self.port = 443
        } else {
            guard port.hasPrefix(":"), let number = UInt16(port.dropFirst()), number > 0 else { return nil }
            self.port = Int(number)
        }
        self.host = String(host)
        let name = host.contains(":") ? "[\(host)]" : String(host)
        authority = self.port == 443 ? name : "\(name):\(self.port)"
    }

    /// `https://host[:port]/path`, and its path without slashes at the end.
    package static func parse(url text: String) -> (address: WebAddress, path: String)? {
        guard text.hasPrefix("https://") else { return nil }
        let rest = text.dropFirst("https://".count)
        let end = rest.firstIndex(of: "/") ?? rest.endIndex
        var path = String(rest[end...])
        while path.hasSuffix("/") { path.removeLast() }
        guard let address = WebAddress(authority: String(rest[..<end])), isTarget(path) else { return nil }
        return (address, path)
    }

    /// What may stand in a request line: no spaces, no fragment, nothing that ends the line.
    package static func isTarget(_ text: String) -> Bool {
        text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f && $0 != UInt8(ascii: "#") }
    }

    private static func isOfName(_ byte: UInt8) -> Bool {
        isHexDigit(byte) || (0x67...0x7a).contains(byte) || (0x47...0x5a).contains(byte)
            || byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "_")
    }

    private static func isHexDigit(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x61...0x66).contains(byte) || (0x41...0x46).contains(byte)
    }
}
