/// Which bytes cannot stand in a string as they are.
enum JSONEscapes {
    /// One bit for each ASCII byte: 0…63 and 64…127.
    private static let low: UInt64 = 0x0000_0000_ffff_ffff | bit("\"") | bit("&") | bit("<") | bit(">")
    private static let high: UInt64 = 1 << (0x5c - 64)

    private static func bit(_ letter: Unicode.Scalar) -> UInt64 { 1 << UInt64(letter.value) }

    static func need(_ byte: UInt8) -> Bool {
        if byte < 64 { return low >> UInt64(byte) & 1 != 0 }
        return byte < 128 && high >> UInt64(byte - 64) & 1 != 0
    }

    /// Whether an escape may begin here: U+2028 and U+2029 have three bytes.
    static func begins(with byte: UInt8) -> Bool { byte == 0xe2 || need(byte) }
}

extension JSONOutput {
    /// Adds the text of a JSON string, without its quotes.
    mutating func append(escaped text: UnsafeBufferPointer<UInt8>) {
        var index = 0
        while true {
            index = append(plainTextOf: text, from: index)
            guard index < text.count else { return }
            let byte = text[index]
            if lineSeparator(text, index) {
                appendUnicodeEscape(0x20, text[index + 2] & 0x2f)
                index += 3
            } else {
                JSONEscapes.need(byte) ? appendEscape(of: byte) : append(byte)
                index += 1
            }
        }
    }

    private mutating func appendEscape(of byte: UInt8) {
        let short: UInt8? =
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): byte
            case 0x08: UInt8(ascii: "b")
            case 0x0c: UInt8(ascii: "f")
            case 0x0a: UInt8(ascii: "n")
            case 0x0d: UInt8(ascii: "r")
            case 0x09: UInt8(ascii: "t")
            default: nil
            }
        guard let short else { return appendUnicodeEscape(0, byte) }
        append(UInt8(ascii: "\\"))
        append(short)
    }

    private mutating func appendUnicodeEscape(_ high: UInt8, _ low: UInt8) {
        append("\\u")
        withUnsafeBytes(of: (high, low)) { append(hexOf: $0.assumingMemoryBound(to: UInt8.self)) }
    }
}

/// Whether U+2028 or U+2029 (E2 80 A8, E2 80 A9) stands at `index`: JavaScript ends a line there.
private func lineSeparator(_ text: UnsafeBufferPointer<UInt8>, _ index: Int) -> Bool {
    text[index] == 0xe2 && text.count - index >= 3 && text[index + 1] == 0x80 && text[index + 2] & 0xfe == 0xa8
}
