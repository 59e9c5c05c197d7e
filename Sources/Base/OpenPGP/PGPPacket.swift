/// One packet of the format (RFC 4880, 4.2).
struct PGPPacket {
    let tag: UInt8
    let body: ArraySlice<UInt8>

    enum Tag {
        static let sessionKey: UInt8 = 1
        static let signature: UInt8 = 2
        static let keyPair: UInt8 = 5
        static let publicKey: UInt8 = 6
        static let subkeyPair: UInt8 = 7
        static let literalData: UInt8 = 11
        static let trust: UInt8 = 12
        static let userID: UInt8 = 13
        static let publicSubkey: UInt8 = 14
        static let userAttribute: UInt8 = 17
        static let encryptedData: UInt8 = 18
        static let modificationCode: UInt8 = 19
    }

    /// The packet in the new form of the header.
    static func encode(_ tag: UInt8, _ body: [UInt8]) -> [UInt8] {
        var packet: [UInt8] = [0xc0 | tag]
        switch body.count {
        case ..<192: packet.append(UInt8(body.count))
        case ..<8384:
            let rest = body.count - 192
            packet += [UInt8(rest >> 8) + 192, UInt8(rest & 0xff)]
        default:
            packet.append(0xff)
            packet.appendInteger(UInt32(truncatingIfNeeded: body.count))
        }
        return packet + body
    }
}

/// Takes values from the front of bytes; every length is checked before it is used.
struct PGPReader {
    private(set) var rest: ArraySlice<UInt8>

    init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

    var isAtEnd: Bool { rest.isEmpty }

    mutating func byte() throws(PGPError) -> UInt8 {
        guard let byte = rest.popFirst() else { throw .malformed }
        return byte
    }

    mutating func take(_ count: Int) throws(PGPError) -> ArraySlice<UInt8> {
        guard count >= 0, count <= rest.count else { throw .malformed }
        defer { rest = rest.dropFirst(count) }
        return rest.prefix(count)
    }

    mutating func integer(bytes count: Int) throws(PGPError) -> Int {
        try take(count).reduce(0) { $0 << 8 | Int($1) }
    }

    /// A number of the format: its length in bits, then its bytes.
    mutating func number() throws(PGPError) -> [UInt8] {
        let bits = try integer(bytes: 2)
        return Array(try take((bits + 7) / 8))
    }

    /// Nil at the end.
    mutating func packet() throws(PGPError) -> PGPPacket? {
        guard let first = rest.popFirst() else { return nil }
        guard first & 0x80 != 0 else { throw .malformed }
        if first & 0x40 != 0 {
            return PGPPacket(tag: first & 0x3f, body: try take(try newLength()))
        }
        // The old form; a length that is not given (3) is not for keys.
        guard first & 3 < 3 else { throw .malformed }
        return PGPPacket(tag: first >> 2 & 0x0f, body: try take(try integer(bytes: 1 << Int(first & 3))))
    }

    /// The length of a packet or subpacket in the new form; partial lengths are not for keys.
    mutating func newLength() throws(PGPError) -> Int {
        let first = Int(try byte())
        switch first {
        case ..<192: return first
        case ..<224: return (first - 192) << 8 + Int(try byte()) + 192
        case 255: return try integer(bytes: 4)
        default: throw .malformed
        }
    }

    /// The length of a subpacket, which has no partial form.
    mutating func subpacketLength() throws(PGPError) -> Int {
        let first = Int(try byte())
        switch first {
        case ..<192: return first
        case ..<255: return (first - 192) << 8 + Int(try byte()) + 192
        default: return try integer(bytes: 4)
        }
    }
}

extension [UInt8] {
    /// Big-endian.
    mutating func appendInteger(_ value: some FixedWidthInteger) {
        Swift.withUnsafeBytes(of: value.bigEndian) { append(contentsOf: $0) }
    }

    /// As a number of the format, without zeros in front.
    mutating func appendNumber(_ number: [UInt8]) {
        let digits = number.drop { $0 == 0 }
        let bits = digits.first.map { digits.count * 8 - $0.leadingZeroBitCount } ?? 0
        appendInteger(UInt16(truncatingIfNeeded: bits))
        append(contentsOf: digits)
    }
}
