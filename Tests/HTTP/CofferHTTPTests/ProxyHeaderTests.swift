import Testing

@testable import CofferHTTP

/// What HAProxy's specification of the PROXY protocol says of headers.
@Suite struct ProxyHeaderTests {
    @Test("headers of both versions", arguments: ProxyVectors.all)
    func headers(vector: ProxyVectors.Vector) {
        let expected = ProxyHeader.Reading.header(ProxyHeader(source: vector.source, length: vector.bytes.count))
        #expect(ProxyHeader.read(vector.bytes) == expected)
        // What follows is not looked at, even when it looks like a header.
        #expect(ProxyHeader.read(vector.bytes + Array("GET / HTTP/1.1\r\n\r\n".utf8)) == expected)
        #expect(ProxyHeader.read(vector.bytes + vector.bytes) == expected)
    }

    @Test("every beginning of a header is waited for", arguments: ProxyVectors.all)
    func beginnings(vector: ProxyVectors.Vector) {
        for count in vector.bytes.indices {
            #expect(ProxyHeader.read(vector.bytes.prefix(count)) == .incomplete, "\(count) bytes")
        }
    }

    @Test(
        "what begins otherwise has no header",
        arguments: [
            "G", "GET / HTTP/1.1\r\n", "PUT / HTTP/1.1\r\n", "PRI * HTTP/2.0\r\n\r\n", "PROXY\r\n", "PROXYING /",
            "proxy TCP4 ",
            "\r\nGET / HTTP/1.1\r\n", "\r\n\r\n\r\n", "\u{16}\u{3}\u{1}", " PROXY TCP4 ",
        ])
    func absent(text: String) { #expect(ProxyHeader.read(text.utf8) == .absent) }

    @Test(
        "lines of version 1 that are not as they should be",
        arguments: [
            "PROXY ", "PROXY TCP4", "PROXY TCP4 203.0.113.7 198.51.100.1 4660",
            "PROXY TCP4 203.0.113.7 198.51.100.1 4660 443 ",
            "PROXY TCP4  203.0.113.7 198.51.100.1 4660 443", "PROXY  TCP4 203.0.113.7 198.51.100.1 4660 443",
            "PROXY TCP4 203.0.113.7 198.51.100.1 4660 443 1", "PROXY TCP4 203.0.113.256 198.51.100.1 4660 443",
            "PROXY TCP4 203.0.113.7\0 198.51.100.1 4660 443", "PROXY TCP4 203.0.113.7 198.51.100 4660 443",
            "PROXY TCP4 2001:db8::7 2001:db8::1 4660 443", "PROXY TCP6 203.0.113.7 198.51.100.1 4660 443",
            "PROXY TCP4 203.0.113.7 198.51.100.1 65536 443", "PROXY TCP4 203.0.113.7 198.51.100.1 4660 65536",
            "PROXY TCP4 203.0.113.7 198.51.100.1 -1 443", "PROXY TCP4 203.0.113.7 198.51.100.1 +1 443",
            "PROXY TCP4 203.0.113.7 198.51.100.1 000001 443", "PROXY TCP4 203.0.113.7 198.51.100.1 0x10 443",
            "PROXY TCP4 203.0.113.7 198.51.100.1  443", "PROXY TCP4 host.example 198.51.100.1 4660 443",
            "PROXY TCP4 \u{661}.0.0.1 198.51.100.1 4660 443", "PROXY TCP5 203.0.113.7 198.51.100.1 4660 443",
            "PROXY UDP4 203.0.113.7 198.51.100.1 4660 443", "PROXY tcp4 203.0.113.7 198.51.100.1 4660 443",
            "PROXY TCP6 fe80::1%eth0 ::1 4660 443", "PROXY TCP6 [::1] ::1 4660 443", "PROXY unknown", "PROXY UNKNOWNX",
            "PROXY \u{7eb}", "PROXY UNKNOWN\u{301}",
        ])
    func malformedLines(line: String) {
        #expect(ProxyHeader.read((line + "\r\n").utf8) == .malformed)
    }

    @Test("a line ends with both of its bytes, and within 107")
    func ends() {
        let line = "PROXY TCP4 203.0.113.7 198.51.100.1 4660 443"
        #expect(ProxyHeader.read((line + "\n").utf8) == .malformed)
        #expect(ProxyHeader.read((line + "\rx\n").utf8) == .malformed)
        let unknown = Array("PROXY UNKNOWN".utf8)
        let long = unknown + [UInt8](repeating: 120, count: 107 - unknown.count)
        #expect(ProxyHeader.read(long.dropLast()) == .incomplete)
        #expect(ProxyHeader.read(long) == .malformed)
        #expect(ProxyHeader.read(unknown + [UInt8](repeating: 32, count: 93) + [13, 10]) == .malformed)
    }

    /// Version 2 with something wrong in it.
    static let broken: [[UInt8]] = [
        ProxyVectors.binary(0x11, 0x11, ProxyVectors.addresses4),
        ProxyVectors.binary(0x31, 0x11, ProxyVectors.addresses4),
        ProxyVectors.binary(0x22, 0x11, ProxyVectors.addresses4),
        ProxyVectors.binary(0x2f, 0x11, ProxyVectors.addresses4),
        ProxyVectors.binary(0x21, 0x10, ProxyVectors.addresses4),
        ProxyVectors.binary(0x21, 0x13, ProxyVectors.addresses4),
        ProxyVectors.binary(0x21, 0x01, ProxyVectors.addresses4),
        ProxyVectors.binary(0x21, 0x41, ProxyVectors.addresses4),
        ProxyVectors.binary(0x21, 0x11, ProxyVectors.addresses4.dropLast()), ProxyVectors.binary(0x21, 0x11, []),
        ProxyVectors.binary(0x21, 0x21, ProxyVectors.addresses4),
        ProxyVectors.binary(0x21, 0x21, ProxyVectors.addresses6.dropLast()),
        ProxyVectors.binary(0x21, 0x31, [UInt8](repeating: 47, count: 215)),
        ProxyVectors.binary(0x21, 0x11, [UInt8](repeating: 0, count: 4097)),
        ProxyVectors.binary(0x20, 0x00, [UInt8](repeating: 0, count: 4097)),
        ProxyVectors.binary(0x21, 0x11, [UInt8](repeating: 0, count: 65535)),
    ]

    @Test("another version, command, family or length is refused as soon as it is seen", arguments: broken)
    func malformedBytes(bytes: [UInt8]) {
        #expect(ProxyHeader.read(bytes) == .malformed)
        #expect(ProxyHeader.read(bytes.prefix(16)) == .malformed)
    }
}
