extension HCLScanner {
    /// A quoted string. Inside `${…}` quotes and line breaks are plain text, as in
    /// HCL 1, whose interpolations are copied and never evaluated.
    mutating func string() throws(HCLError) -> HCLToken {
        let start = (offset, position)
        advance()
        var text: [UInt8] = []
        var braces = 0
        while true {
            guard let byte = peek(), byte != 10 || braces > 0 else {
                throw HCLError("literal not terminated", at: start.1)
            }
            if braces == 0, byte == UInt8(ascii: "\"") { break }
            if braces == 0, byte == UInt8(ascii: "\\") {
                try escape(into: &text)
                continue
            }
            braces += braceChange(byte, inside: braces > 0)
            text.append(byte)
            advance()
        }
        advance()
        guard let decoded = String(validating: text, as: UTF8.self), !decoded.utf8.contains(0) else {
            throw HCLError("illegal UTF-8 or null character in a string", at: start.1)
        }
        return token(.string, from: start.0, start.1, text: decoded)
    }

    /// The opening brace of `${` counts, and once inside all braces do.
    private func braceChange(_ byte: UInt8, inside: Bool) -> Int {
        switch byte {
        case UInt8(ascii: "{"): inside || (offset > 0 && bytes[offset - 1] == UInt8(ascii: "$")) ? 1 : 0
        case UInt8(ascii: "}"): inside ? -1 : 0
        default: 0
        }
    }

    private mutating func escape(into text: inout [UInt8]) throws(HCLError) {
        let start = position
        advance()
        guard let letter = peek() else { throw HCLError("literal not terminated", at: start) }
        advance()
        switch letter {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): text.append(letter)
        case UInt8(ascii: "n"): text.append(0x0a)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "r"): text.append(0x0d)
        case UInt8(ascii: "a"): text.append(0x07)
        case UInt8(ascii: "b"): text.append(0x08)
        case UInt8(ascii: "f"): text.append(0x0c)
        case UInt8(ascii: "v"): text.append(0x0b)
        case UInt8(ascii: "x"): text.append(UInt8(truncatingIfNeeded: try digits(2, radix: 16, start)))
        case UInt8(ascii: "u"): try append(digits(4, radix: 16, start), to: &text, start)
        case UInt8(ascii: "U"): try append(digits(8, radix: 16, start), to: &text, start)
        case 48...55:
            let value = UInt32(letter - 48) * 64 + (try digits(2, radix: 8, start))
            guard value < 256 else { throw HCLError("illegal escape in a string", at: start) }
            text.append(UInt8(truncatingIfNeeded: value))
        default: throw HCLError("illegal escape in a string", at: start)
        }
    }

    /// Exactly `count` digits (at most 8) as a number.
    private mutating func digits(_ count: Int, radix: Int, _ start: HCLPosition) throws(HCLError) -> UInt32 {
        let end = offset + count
        guard end <= bytes.count, bytes[offset..<end].allSatisfy(Self.isHexDigit),
            let value = UInt32(String(decoding: bytes[offset..<end], as: UTF8.self), radix: radix)
        else { throw HCLError("illegal escape in a string", at: start) }
        advance(count)
        return value
    }

    private func append(_ value: UInt32, to text: inout [UInt8], _ start: HCLPosition) throws(HCLError) {
        guard let scalar = Unicode.Scalar(value) else {
            throw HCLError("escape is no Unicode character", at: start)
        }
        text.append(contentsOf: Array(String(scalar).utf8))
    }
}
