/// `host:port`, `[::1]:port`.
package struct HostAndPort: Sendable, Equatable {
    package let host: String
    package let port: UInt16

    /// Nil when malformed; a missing port is `standardPort`, when there is one.
    package init?(_ text: some StringProtocol, standardPort: UInt16? = nil) {
        let host: Substring
        let rest: Substring
        let text = Substring(text)
        if text.hasPrefix("[") {
            guard let end = text.firstIndex(of: "]") else { return nil }
            host = text[text.index(after: text.startIndex)..<end]
            rest = text[text.index(after: end)...]
        } else {
            let colon = text.lastIndex(of: ":") ?? text.endIndex
            host = text[..<colon]
            rest = text[colon...]
            if host.contains(":") { return nil }
        }
        let isPlain = host.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f && $0 != 0x2f && $0 != 0x40 }
        guard !host.isEmpty, isPlain else { return nil }
        if rest.isEmpty, let standardPort {
            port = standardPort
        } else {
            guard rest.hasPrefix(":"), let number = UInt16(rest.dropFirst()), number > 0 else { return nil }
            port = number
        }
        self.host = String(host)
    }
}
