@testable import CofferHTTP

/// Headers of the PROXY protocol, written by hand after HAProxy's specification.
enum ProxyVectors {
    static let signature: [UInt8] = [
        0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A,
    ]

    /// - Parameters:
    ///   - command: 0x21 for a client's connection, 0x20 for the proxy's own.
    ///   - kind: family and transport.
    static func binary(_ command: UInt8, _ kind: UInt8, _ payload: [UInt8]) -> [UInt8] {
        signature + [command, kind, UInt8(payload.count >> 8), UInt8(payload.count & 0xff)] + payload
    }

    /// 203.0.113.7:4660 to 198.51.100.1:443.
    static let addresses4: [UInt8] = [203, 0, 113, 7, 198, 51, 100, 1, 0x12, 0x34, 0x01, 0xBB]
    /// [2001:db8::7]:4660 to [2001:db8::1]:443.
    static let addresses6: [UInt8] =
        [0x20, 0x01, 0x0d, 0xb8] + [UInt8](repeating: 0, count: 11) + [7]
        + [0x20, 0x01, 0x0d, 0xb8] + [UInt8](repeating: 0, count: 11) + [1] + [0x12, 0x34, 0x01, 0xBB]
    /// 203.0.113.7 mapped into IPv6 (RFC 4291, 2.5.5.2).
    static let mapped: [UInt8] =
        [UInt8](repeating: 0, count: 10) + [0xff, 0xff, 203, 0, 113, 7] + addresses6.dropFirst(16)
    /// PP2_TYPE_NOOP with three bytes, PP2_TYPE_AUTHORITY "a.example".
    static let values: [UInt8] = [0x04, 0x00, 0x03, 1, 2, 3, 0x02, 0x00, 0x09] + Array("a.example".utf8)

    static let client = ProxyHeader.Source.address("203.0.113.7", port: 4660)
    static let client6 = ProxyHeader.Source.address("2001:db8::7", port: 4660)

    struct Vector: Sendable, CustomStringConvertible {
        let description: String
        let bytes: [UInt8]
        let source: ProxyHeader.Source

        init(_ description: String, _ bytes: [UInt8], _ source: ProxyHeader.Source) {
            self.description = description
            self.bytes = bytes
            self.source = source
        }

        init(_ line: String, _ source: ProxyHeader.Source) {
            self.init(line, Array((line + "\r\n").utf8), source)
        }
    }

    static let all: [Vector] = [
        Vector("PROXY TCP4 203.0.113.7 198.51.100.1 4660 443", client),
        Vector("PROXY TCP4 255.255.255.255 255.255.255.255 65535 65535", .address("255.255.255.255", port: 65535)),
        Vector("PROXY TCP6 2001:db8::7 2001:DB8::1 4660 443", client6),
        Vector("PROXY TCP6 2001:0DB8:0:0:0:0:0:7 ::1 4660 443", client6),
        Vector("PROXY TCP6 ::ffff:203.0.113.7 ::1 4660 443", client),
        Vector("PROXY UNKNOWN", .connection),
        Vector("PROXY UNKNOWN 203.0.113.7 and whatever else", .connection),
        Vector(
            "the longest UNKNOWN", Array("PROXY UNKNOWN".utf8) + [UInt8](repeating: 32, count: 92) + [13, 10],
            .connection),
        Vector("IPv4", binary(0x21, 0x11, addresses4), client),
        Vector("IPv4 over datagrams", binary(0x21, 0x12, addresses4), client),
        Vector("IPv4 with values", binary(0x21, 0x11, addresses4 + values), client),
        Vector(
            "IPv4 with as many values as are taken",
            binary(0x21, 0x11, addresses4 + [UInt8](repeating: 0, count: 4084)), client),
        Vector("IPv6", binary(0x21, 0x21, addresses6), client6),
        Vector("IPv6 with values", binary(0x21, 0x21, addresses6 + values), client6),
        Vector("mapped", binary(0x21, 0x21, mapped), client),
        Vector("unix", binary(0x21, 0x31, [UInt8](repeating: 0x2f, count: 216)), .nameless),
        Vector("unspecified", binary(0x21, 0x00, []), .connection),
        Vector("unspecified with values", binary(0x21, 0x00, values), .connection),
        Vector("local", binary(0x20, 0x00, []), .connection),
        Vector("local with addresses", binary(0x20, 0x11, addresses4), .connection),
        Vector("local of a family that is none", binary(0x20, 0xff, [1, 2, 3]), .connection),
    ]
}
