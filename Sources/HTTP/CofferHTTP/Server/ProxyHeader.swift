internal import Glibc

/// The header of the PROXY protocol (HAProxy's specification, versions 1 and 2): whom a proxy speaks for.
struct ProxyHeader: Equatable {
    enum Source: Equatable {
        /// The proxy speaks for itself, or does not know: the connection's own address stays.
        case connection
        case address(String, port: Int)
        /// A client of a unix socket, which has no address.
        case nameless
    }

    enum Reading: Equatable {
        /// The beginning of a header.
        case incomplete
        /// Something else: the connection begins without a header.
        case absent
        case malformed
        case header(ProxyHeader)
    }

    let source: Source
    /// How many bytes it takes.
    let length: Int

    /// A line of version 1 with its end.
    static let longestLine = 107
    /// Addresses and further values of version 2: more than any proxy sends, and little to hold.
    static let longestPayload = 4096

    /// Reads what a connection began with.
    static func read(_ bytes: some Collection<UInt8>) -> Reading {
        let start = Array(bytes.prefix(signature.count))
        if start == signature { return binary(Array(bytes.prefix(signature.count + 4 + longestPayload))) }
        if start.starts(with: keyword) { return line(Array(bytes.prefix(longestLine))) }
        return signature.starts(with: start) || keyword.starts(with: start) ? .incomplete : .absent
    }

    // MARK: version 1

    private static let keyword = Array("PROXY ".utf8)

    private static func line(_ bytes: [UInt8]) -> Reading {
        guard let end = bytes.firstIndex(of: 10) else { return bytes.count < longestLine ? .incomplete : .malformed }
        guard bytes[end - 1] == 13 else { return .malformed }
        // Split as bytes: in a text a space and a combining mark are one character.
        let words = bytes[..<(end - 1)].split(separator: 32, omittingEmptySubsequences: false)
            .map { String(decoding: $0, as: UTF8.self) }
        guard words.count > 1 else { return .malformed }
        // What follows this word is to be ignored.
        if words[1] == "UNKNOWN" { return .header(ProxyHeader(source: .connection, length: end + 1)) }
        guard words.count == 6, let family = family(words[1]), let source = AddressText.bytes(words[2], family),
            AddressText.bytes(words[3], family) != nil, let port = number(words[4]), number(words[5]) != nil
        else { return .malformed }
        return .header(ProxyHeader(source: .address(AddressText.spelled(source), port: port), length: end + 1))
    }

    private static func family(_ word: String) -> Int32? {
        switch word {
        case "TCP4": AF_INET
        case "TCP6": AF_INET6
        default: nil
        }
    }

    private static func number(_ word: String) -> Int? {
        guard (1...5).contains(word.utf8.count), word.utf8.allSatisfy({ (48...57).contains($0) }) else { return nil }
        return UInt16(word).map(Int.init)
    }

    // MARK: version 2

    private static let signature: [UInt8] = [13, 10, 13, 10, 0, 13, 10, 81, 85, 73, 84, 10]

    private static func binary(_ bytes: [UInt8]) -> Reading {
        let start = signature.count
        // Version and command, kind of addresses, length: each is judged as soon as it is there.
        guard bytes.count > start else { return .incomplete }
        guard bytes[start] == 0x20 || bytes[start] == 0x21 else { return .malformed }
        let isLocal = bytes[start] == 0x20
        guard bytes.count > start + 1 else { return .incomplete }
        // Of a proxy's own connection (it looks whether somebody is there) the addresses mean nothing.
        guard let least = isLocal ? 0 : fixedLength(bytes[start + 1]) else { return .malformed }
        guard bytes.count >= start + 4 else { return .incomplete }
        let payload = Int(bytes[start + 2]) << 8 | Int(bytes[start + 3])
        guard (least...longestPayload).contains(payload) else { return .malformed }
        let length = start + 4 + payload
        guard bytes.count >= length else { return .incomplete }
        let source = isLocal ? Source.connection : source(bytes[start + 1], bytes[(start + 4)...])
        return .header(ProxyHeader(source: source, length: length))
    }

    /// How many bytes the addresses of a family with a transport take; nil for a pair that is not defined.
    private static func fixedLength(_ kind: UInt8) -> Int? {
        switch kind {
        case 0x00: 0
        case 0x11, 0x12: 12
        case 0x21, 0x22: 36
        case 0x31, 0x32: 216
        default: nil
        }
    }

    private static func source(_ kind: UInt8, _ payload: ArraySlice<UInt8>) -> Source {
        let size: Int
        switch kind {
        case 0x11, 0x12: size = 4
        case 0x21, 0x22: size = 16
        case 0x31, 0x32: return .nameless
        default: return .connection
        }
        let ports = payload.dropFirst(2 * size).prefix(2)
        return .address(AddressText.spelled(Array(payload.prefix(size))), port: ports.reduce(0) { $0 << 8 | Int($1) })
    }
}
