/// One server of a cluster: `http://HOST:PORT` or `https://HOST:PORT`.
package struct EtcdEndpoint: Sendable, Equatable, CustomStringConvertible {
    package let isSecure: Bool
    /// Without brackets.
    package let host: String
    package let port: Int

    private static let standardPort = 2379

    /// Nil for anything else: a path, a user, another scheme.
    package init?(_ text: some StringProtocol) {
        var rest = Substring(text)
        isSecure = rest.hasPrefix("https://")
        if let scheme = ["https://", "http://"].first(where: { rest.hasPrefix($0) }) {
            rest = rest.dropFirst(scheme.count)
        }
        if rest.hasSuffix("/") { rest = rest.dropLast() }
        guard let (host, port) = Self.split(rest), !host.isEmpty, host.utf8.allSatisfy(Self.isOfName) else {
            return nil
        }
        self.host = String(host)
        self.port = port
    }

    package var authority: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
    package var description: String { (isSecure ? "https://" : "http://") + authority }

    private static func split(_ text: Substring) -> (host: Substring, port: Int)? {
        if text.hasPrefix("[") {
            guard let end = text.firstIndex(of: "]") else { return nil }
            let rest = text[text.index(after: end)...]
            return port(rest).map { (text[..<end].dropFirst(), $0) }
        }
        let colon = text.firstIndex(of: ":") ?? text.endIndex
        return port(text[colon...]).map { (text[..<colon], $0) }
    }

    /// What follows the host: nothing, or a colon and a number.
    private static func port(_ text: Substring) -> Int? {
        if text.isEmpty { return standardPort }
        guard text.hasPrefix(":"), let port = UInt16(text.dropFirst()), port > 0 else { return nil }
        return Int(port)
    }

    private static func isOfName(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
            UInt8(ascii: ":"):
            true
        default: false
        }
    }
}
