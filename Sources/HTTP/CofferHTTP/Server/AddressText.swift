internal import Glibc

/// IP addresses in their one spelling, so that one address never counts as two.
enum AddressText {
    /// Nil for text that is no address.
    static func canonical(_ text: String) -> String? {
        (bytes(text, AF_INET) ?? bytes(text, AF_INET6)).map(spelled)
    }

    static func bytes(_ text: String, _ family: Int32) -> [UInt8]? {
        // C would read no further than a NUL.
        if text.utf8.contains(0) { return nil }
        var bytes = [UInt8](repeating: 0, count: family == AF_INET ? 4 : 16)
        return inet_pton(family, text, &bytes) == 1 ? bytes : nil
    }

    /// An address of IPv4 that is mapped into IPv6 is shown as such.
    static func spelled(_ address: [UInt8]) -> String {
        var bytes = address
        if bytes.count == 16, bytes[..<10].allSatisfy({ $0 == 0 }), bytes[10] == 0xff, bytes[11] == 0xff {
            bytes.removeFirst(12)
        }
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        let family = bytes.count == 4 ? AF_INET : AF_INET6
        guard inet_ntop(family, bytes, &text, socklen_t(text.count)) != nil else { return "" }
        return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
